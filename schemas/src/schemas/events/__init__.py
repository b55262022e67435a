"""Every event type by name, and the service that owns it: the module in which its class stands."""

from types import ModuleType
from typing import Final

from schemas.events import agency_inbox, escalation, intake, registry, reporting, router
from schemas.events.base import Fact, names

_OWNERS: Final[dict[str, ModuleType]] = {
    "intake": intake,
    "router": router,
    "agency-inbox": agency_inbox,
    "escalation": escalation,
    "registry": registry,
    "reporting": reporting,
}
"""Only router writes the registry's events; they have a module of their own because they are not about complaints."""


def _facts_of(module: ModuleType) -> list[type[Fact]]:
    members = vars(module).values()
    return [m for m in members if isinstance(m, type) and issubclass(m, Fact) and m.__module__ == module.__name__]


BY_NAME: Final[dict[str, type[Fact]]] = {t.__name__: t for module in _OWNERS.values() for t in _facts_of(module)}
OWNER: Final[dict[str, str]] = {t.__name__: name for name, module in _OWNERS.items() for t in _facts_of(module)}
REGISTRY_EVENTS: Final = frozenset(name for name, owner in OWNER.items() if owner == "registry")
SUPPORT_EVENTS: Final = names(reporting.ComplaintSupported, reporting.ContentReported)
IMPORTED_EVENTS: Final = names(intake.CaseImported)
"""Each alone in a stream of its own."""
COMPLAINT_EVENTS: Final = frozenset(OWNER) - REGISTRY_EVENTS - SUPPORT_EVENTS - IMPORTED_EVENTS


def writer_of(name: str) -> str:
    """The one service that may write this event."""
    return "router" if OWNER[name] == "registry" else OWNER[name]
