"""A newer release, merged into a project in which what is the user's stays as it is."""
