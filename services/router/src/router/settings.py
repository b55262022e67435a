"""Limits and constants of router, each named once."""

from typing import Final

SERVICE: Final = "router"
ROAD: Final = "reactions"
"""Consumer group `router.reactions`."""
INSPECTORATE_UNIT: Final = "inspektorat"
"""The unit that takes a supervision-grade complaint, where the inspecting body has one of that id."""
PARTS: Final = 10
"""A whole has at most this many parts."""
CANDIDATES: Final = 5
"""So many bodies at most are named beside the chosen one."""
CHAIN: Final = 20
"""Joined complaints from a follower up to its root, at most."""
WATCH_BATCH: Final = 200
OVERDUE_RETRY_S: Final = 60.0
