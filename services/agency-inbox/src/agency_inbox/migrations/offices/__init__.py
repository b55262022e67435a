"""Migrations of what agencies' offices keep."""
