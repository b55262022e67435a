"""Limits and constants of router, each named once."""

from pathlib import Path
from typing import Final

SERVICE: Final = "router"
ROAD: Final = "reactions"
"""Consumer group `router.reactions`."""
INSPECTORATE_UNIT: Final = "inspektorat"
"""The unit that takes a supervision-grade complaint, where the inspecting body has one of that id."""
DAYS: Final = 120
"""A year has at most so many days off besides its weekends."""
PARTS: Final = 10
"""A whole has at most this many parts."""
CANDIDATES: Final = 5
"""So many bodies at most are named beside the chosen one."""
CHAIN: Final = 20
"""Joined complaints from a follower up to its root, at most."""
WATCH_BATCH: Final = 200
PRECEDENTS_FRESH_S: Final = 1.0
"""A decision of the arbiter guides the like within this time."""
FRESH_S: Final = 2.0
"""How long a list waits for its read model to catch up."""
NEAR_KM: Final = 12.0
REACH_KM: Final = 40.0
"""A district's centre speaks for coordinates at least and at most this far away."""
SURE_PLACE: Final = 0.75
"""A region found by coordinates or names decides alone from this score on; below it is in question."""
MODELS: Final = Path("var/models")
"""Where `train` puts a model and the worker looks for it, unless settings say otherwise."""
