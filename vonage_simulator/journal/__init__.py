"""What happened, as entries that are kept, in words, and as a story."""
