"""Campaigns before they begin: people, message, and each row judged as the command that it will be."""
