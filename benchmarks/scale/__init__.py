"""How waiting and loss grow with the number of calls: discrete events on a simulated clock, without AWS."""
