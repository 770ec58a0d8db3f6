"""The functions on disk, before they are deployed: whether each can be imported."""
