"""Migrations of the event store."""
