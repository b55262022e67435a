"""Reporting's own limits."""

from typing import Final

SERVICE: Final = "reporting"
FRESH_S: Final = 3.0
"""How long the books wait for the feed to reach the store's newest fact before they tell an older position."""
