"""Messages on their way in and out, and what becomes of them."""
