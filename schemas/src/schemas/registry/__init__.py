"""Agencies, mandates and calendars, folded from the stream `registry`."""
