"""The category of what is doubtful in a test. Every run of pytest loads this, so it imports nothing."""


class DoubtfulWarning(UserWarning):
    """Something that Vonage may not take, or that a function had to leave undone."""
