"""Reviewed data files (policies and calendars): what they may hold, and their loading."""
