"""Reaching people without harm: at the pace that Vonage takes, and not who said stop."""
