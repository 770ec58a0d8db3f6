"""The one HTTP origin: its socket, its certificate, and who may come in."""
