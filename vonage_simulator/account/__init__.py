"""What an account has and remembers, and the ids that it hands out."""
