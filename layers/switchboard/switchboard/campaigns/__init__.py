"""Campaigns: each row judged as the command that it will be; started, paused, resumed and cancelled."""
