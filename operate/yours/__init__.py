"""The user's stack beside ours, app/: what it's given, and the lines that a beginner wouldn't know."""
