"""Keeps the placement context up to date: registry, model, precedents and policies."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from router.placement import views
from router.placement.context import PlacementContext, Precedent, PrecedentKey
from router.reading.classifier import Model
from router.reading.model_files import find
from router.reading.reader import default_reader, reader
from router.registry.mandates import MandateIndex
from router.settings import MODELS, PRECEDENTS_FRESH_S
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry


class ContextProvider:
    """Builds reader and mandate index once for each version of the registry, and reads new precedents.

    `models`: the folder of the operator's models. Raises BadRules or BadModel when it is made, so that broken data
    refuses to start.
    """

    def __init__(
        self,
        registry: RegistryView,
        database: Database,
        policies: Policies,
        models: Path = MODELS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry, self.policies, self.models, self._database = registry, policies, models, database
        self._monotonic = monotonic
        self._model: Model | None = find(models, None)
        self._model_name: str | None = None
        self._reader = default_reader().with_model(self._model)
        self._mandates = MandateIndex(Registry())
        self._precedents: dict[PrecedentKey, Precedent] = {}
        self._read_at = float("-inf")

    async def current(self) -> PlacementContext:
        """The context of the registry as it was a moment ago. Raises as `now`."""
        return await self._context(await self.registry.current())

    async def now(self) -> PlacementContext:
        """The context of the registry as the store holds it now: a mandate given before a complaint was filed counts.

        Raises:
            BadModel: the registry names a model that this process cannot read. No other may place.
        """
        return await self._context(await self.registry.now())

    async def _context(self, registry: Registry) -> PlacementContext:
        if registry.model != self._model_name:
            self._model = await asyncio.to_thread(find, self.models, registry.model)
            self._model_name = registry.model
            self._reader = self._reader.with_model(self._model)
        if registry is not self._mandates.registry:
            self._reader = reader(registry).with_model(self._model)
            self._mandates = MandateIndex(registry)
        if self._monotonic() - self._read_at >= PRECEDENTS_FRESH_S:
            self._precedents = await self._database.read(views.precedents)
            self._read_at = self._monotonic()
        return PlacementContext(self._mandates, self._reader, self._precedents, self.policies)
