"""NCCOs, checked and read as Vonage does."""
