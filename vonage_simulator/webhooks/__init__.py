"""Webhooks on their way out: signed, tried, answered, or injured on purpose."""
