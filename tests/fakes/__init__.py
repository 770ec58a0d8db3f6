"""Stand-ins that speak the real wire protocols."""
