"""Brings in the closed cases of another system, so that history does not begin with this platform."""
