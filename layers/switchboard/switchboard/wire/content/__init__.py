"""What a message may hold beside a text, channel by channel."""
