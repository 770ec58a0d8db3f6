"""Time that jumps or is real, the engine that calls run on, and waiting for the first of several things."""
