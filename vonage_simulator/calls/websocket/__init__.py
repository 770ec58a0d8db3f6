"""A call's WebSocket: the handshake, audio both ways, keys and commands."""
