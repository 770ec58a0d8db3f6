"""Commands of flows in this process, carried out once at the simulated Vonage."""
