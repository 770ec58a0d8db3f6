"""A call as one function: what it can do, its webhooks, and what they mean where it waits."""
