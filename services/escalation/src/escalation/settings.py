"""Limits of escalation."""

from typing import Final

SERVICE: Final = "escalation"
TIMERS_PER_APPEND: Final = 64
"""Timers of one complaint in one append; if the clock jumped over years, the rest follows in further appends."""
DECISIONS_PER_TURN: Final = 50
"""Complaints decided before other coroutines get a turn."""
