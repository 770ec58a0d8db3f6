"""Carrying out steps, each of which may be repeated, and undoing what a failed request began."""
