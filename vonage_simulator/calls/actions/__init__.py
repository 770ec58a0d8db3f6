"""The actions of an NCCO, each in a module of its name."""
