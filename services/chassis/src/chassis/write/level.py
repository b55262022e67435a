"""The installation's feature level as a process knows it: which new kinds of facts it may write."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from chassis.base.errors import ChassisError, NotFinished
from schemas.events.levels import LEVEL, needed_for

PERIOD_S: Final = 10.0
"""How long after the end of an upgrade a process may still refuse what is new."""
log = structlog.get_logger(__name__)


class FeatureLevel:
    """The level that was read last. It only rises, so an old value refuses too much and never too little."""

    def __init__(self, level: int = LEVEL) -> None:
        """By default of an installation whose upgrade is finished."""
        self.level = level

    def require(self, fact: str) -> None:
        """Raises NotFinished: this kind of fact may not be written yet."""
        if (needed := needed_for(fact)) > self.level:
            raise NotFinished(fact, needed, self.level)

    def allows(self, level: int) -> bool:
        """Whether what needs this level, such as a new field of the metadata, may be written."""
        return level <= self.level

    async def follow(self, read: Callable[[], Awaitable[int]]) -> None:
        """Read it until it is this version's own; then there is nothing to wait for."""
        while True:
            try:
                self.level = await read()
            except ChassisError as error:  # asked again; nothing new is written meanwhile
                log.debug("feature level not read", because=type(error).__name__)
            if self.level >= LEVEL:
                return
            await asyncio.sleep(PERIOD_S)
