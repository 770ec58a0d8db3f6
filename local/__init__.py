"""Switchboard on a laptop: the real SAM CLI, an embedded AWS and a simulated Vonage.

Nothing that is deployed imports it.
"""
