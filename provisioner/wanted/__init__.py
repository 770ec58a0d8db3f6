"""What a template may ask for: properties as people write them, and what is wrong with them in words."""
