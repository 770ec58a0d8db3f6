"""Pure: from what is wanted and what was found to a list of steps. Nothing here asks anybody."""
