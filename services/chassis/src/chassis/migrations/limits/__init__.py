"""Migrations of counts of the rate limits."""
