"""The simulated Vonage, tried over real loopback HTTP."""
