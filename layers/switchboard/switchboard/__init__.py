"""The shared code of every Switchboard function."""
