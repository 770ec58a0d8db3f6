"""What a command says to the stack rather than to Vonage: when, how fast, and for what purpose."""
