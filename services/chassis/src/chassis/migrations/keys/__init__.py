"""Migrations of the key ring."""
