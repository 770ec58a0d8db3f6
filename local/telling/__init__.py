"""What goes wrong in a function, told in terms of the project on disk."""
