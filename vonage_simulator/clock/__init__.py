"""Time that jumps or is real, and the engine that calls run on."""
