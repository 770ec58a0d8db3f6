"""Pure: from what is wanted and what was found to a list of steps, none of which is done here."""
