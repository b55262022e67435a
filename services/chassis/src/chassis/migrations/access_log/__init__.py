"""Migrations of the access log."""
