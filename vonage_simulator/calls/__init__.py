"""A call, from the first ring to `completed`: its legs, who is on them, and what is heard."""
