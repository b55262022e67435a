"""Which facts a version may write while the version before still runs beside it.

An installation has a feature level. A new version reads everything up to its own `LEVEL`, but writes a new kind of
fact, or a new field of the metadata, only once the installation has reached the level that the new thing names: after
the last process of the version before was replaced (`satupintu migrate --finish`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.events.intake import CaseImported
from schemas.events.registry import PolicyDecreed

LEVEL: Final = 1
"""Of this version. Raise it by one in a release that writes what the version before does not know."""
NEEDED: Final[Mapping[str, int]] = MappingProxyType({CaseImported.__name__: 1, PolicyDecreed.__name__: 1})
"""The level at which a kind of fact may be written, by the event's name; 0 for all others. Remove an entry when every
version that an installation can be upgraded from knows the fact.
"""


def needed_for(name: str) -> int:
    """The level that an event of this name needs."""
    return NEEDED.get(name, 0)
