"""Reporting's own limits."""

from typing import Final

SERVICE: Final = "reporting"
PAGE: Final = 100
"""Reports a page."""
EXPORT_ROWS: Final = 10_000
"""Events a row group of an export holds; also what is in memory at once."""
FRESH_S: Final = 3.0
"""How long the books wait for the feed to reach the store's newest fact before they tell an older position."""
