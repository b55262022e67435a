"""Limits of reporting."""

from typing import Final

SERVICE: Final = "reporting"
SOLVED: Final = 3
"""Reports that `/api/v1/reports/solved` names."""
FRESH_S: Final = 3.0
"""How long `/api/v1/books` waits for its projection to reach the store's newest position."""
CHART_FRESH_S: Final = 0.3
"""How long a chart waits for it. What is missing then is said to be."""
