"""The user's stack beside ours, in the embedded AWS: deployed after ours, kept at what is saved in app/."""
