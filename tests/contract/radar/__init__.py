"""The radar: our wire types compared, both ways, with what Vonage's own SDKs say of the same shapes."""
