"""Fixtures of your own tests; `phone`, `sms`, `whatsapp` and `simulation` come by themselves.

Define `webhooks`, `rules` or `tables` here to change what calls and messages meet: docs/testing.md.
"""
