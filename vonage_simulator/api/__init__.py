"""Vonage's REST APIs, as its own clients use them."""
