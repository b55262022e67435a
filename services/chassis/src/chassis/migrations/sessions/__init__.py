"""Migrations of sessions of signed-in people."""
