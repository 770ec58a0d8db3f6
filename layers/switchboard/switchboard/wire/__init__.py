"""The shapes that travel: what Vonage sends and takes, as types, with the rules that types cannot say.

The simulated Vonage imports this room and nothing else of the layer.
"""
