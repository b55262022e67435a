"""Escalation's own limits."""

from typing import Final

SERVICE: Final = "escalation"
STEPS: Final = 64
"""Timers that one append lets go off for a complaint: a clock that jumped over years is caught up in several."""
