"""Measures what a webhook costs on the real Lambda runtime client, side by side with other ways to write it.

Nothing deployed imports this package. `make bench` runs it in an environment of its own.
"""
