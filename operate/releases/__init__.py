"""Releases: what was deployed to a stage, kept so that another stage can have it, and this one again."""
