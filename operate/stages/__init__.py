"""The stages of samconfig.toml, read and deployed with the SAM CLI."""
