"""The custom resources: what Create, Update and Delete mean for each kind."""
