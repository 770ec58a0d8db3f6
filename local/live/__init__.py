"""The code on disk, live in the embedded AWS as soon as it is saved."""
