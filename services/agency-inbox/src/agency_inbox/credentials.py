"""Agencies as owners of Kafka credentials."""

from typing import Final, Protocol

from agency_inbox.agency_topics import AgencyTopics
from chassis.kafka.credentials import Refused
from schemas.access.kafka_users import Kind
from schemas.registry.fold import Registry


class CurrentRegistry(Protocol):
    """The part of `chassis.project.registry.RegistryView` that is used here."""

    async def now(self) -> Registry: ...


class Agencies:
    """Implements `chassis.kafka.credentials.Owners`: the living agencies of the registry."""

    kind: Final = Kind.AGENCY

    def __init__(self, topics: AgencyTopics, registry: CurrentRegistry) -> None:
        self._topics, self._registry = topics, registry

    async def check(self, id_: str) -> None:
        """Raises Refused: there is no such living agency."""
        registry = await self._registry.now()
        if id_ not in registry.agencies:
            raise Refused(f"the registry has no agency {id_}")
        if not registry.agencies[id_].alive:
            successor = registry.living(id_)
            raise Refused(f"{id_} exists no more" + (f"; its successor is {successor.id}" if successor else ""))

    async def ensure_topics(self, id_: str) -> None:
        """Create both topics, unless they exist."""
        await self._topics.inboxes([id_])
