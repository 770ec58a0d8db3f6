"""Campaigns: one message to many people, prepared and looked at before anything is sent."""
