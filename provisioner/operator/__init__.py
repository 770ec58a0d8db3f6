"""What an operator, or a schedule, may ask for: plan, check, rotate, doctor."""
