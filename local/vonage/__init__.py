"""A simulated Vonage on one HTTP origin: its APIs, its calls and messages, its signed webhooks.

Start reading at `server` (how the parts are put together), then `account` (what it remembers) and `calls`
(the call engine).
"""
