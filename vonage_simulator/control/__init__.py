"""The routes that tests and tools steer the simulator by."""
