"""Migrations of intake's own data."""
