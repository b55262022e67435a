"""Limits and constants of router, each named once."""

from pathlib import Path
from typing import Final

SERVICE: Final = "router"
AGENT: Final = "reactions"
"""Consumer group `router.reactions`."""
INSPECTORATE_UNIT: Final = "inspektorat"
"""The unit that gets a supervision-grade complaint, if the inspecting body has one of this id."""
DAYS: Final = 120
"""The most days off in a year, besides weekends."""
PARTS: Final = 10
"""The most parts of a whole."""
CANDIDATES: Final = 5
"""The most bodies named beside the chosen one."""
CHAIN: Final = 20
"""The most joined complaints from a follower up to its root."""
WATCH_BATCH: Final = 200
PRECEDENTS_FRESH_S: Final = 1.0
"""Seconds until a binding decision is followed as a precedent, at most."""
FRESH_S: Final = 2.0
"""Seconds that a list waits for its read model to catch up."""
NEAR_KM: Final = 12.0
REACH_KM: Final = 40.0
"""Bounds of the distance from a district's centroid within which coordinates are taken to lie in it."""
SURE_PLACE: Final = 0.75
"""The least score with which a region found by coordinates or names is decided; below it is a candidate."""
MODELS: Final = Path("var/models")
"""The folder in which `train` writes models and the worker looks for them, unless the environment names another."""
REGIONS_FOUND: Final = 12
"""Regions in one answer to a search by name."""
