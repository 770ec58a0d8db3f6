"""Verifications: people prove by a code that a phone or an e-mail address is theirs."""
