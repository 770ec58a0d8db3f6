"""The timeline of each call and message, and its view for a terminal."""
