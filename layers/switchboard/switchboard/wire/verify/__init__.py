"""Verify: what is asked to have somebody prove who they are by a code, and what Vonage tells of it."""
