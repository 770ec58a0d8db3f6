"""A chat as one function: its messages, what they mean where it waits, and what is kept of it."""
