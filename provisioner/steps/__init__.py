"""What a plan is made of: each step knows how it is done and undone, and `execute` does them in order."""
