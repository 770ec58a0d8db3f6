"""Commands, carried out once at Vonage."""
