"""The stages of samconfig.toml, as the SAM CLI reads them."""
