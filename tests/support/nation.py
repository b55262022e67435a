"""A registry of a few bodies in three time zones, with the reviewed calendars decreed."""

from datetime import UTC, datetime
from uuid import UUID

from schemas.complaint.fold import RecordedFact
from schemas.events.base import Fact
from schemas.events.registry import AgencyRegistered
from schemas.reference.load import calendars
from schemas.registry.fold import Registry, fold_registry

DECREED_AT = datetime(2023, 12, 1, tzinfo=UTC)
ZONES = {"city": "Asia/Jakarta", "province": "Asia/Makassar", "water": "Asia/Jayapura"}


def wib(text: str) -> datetime:
    """An instant in Jakarta time, such as `2026-03-11 09:30`."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def body(agency: str, **more: object) -> AgencyRegistered:
    said = {"at": DECREED_AT, "agency": agency, "name": f"Badan {agency.title()}", "kind": "city", "level": "regency"}
    return AgencyRegistered.model_validate(said | {"zone": ZONES.get(agency, "Asia/Jakarta")} | more)


def registry(*more: Fact) -> Registry:
    """The three bodies, the calendars of 2024 to 2027, and then these events."""
    facts = [*(calendar.decree(DECREED_AT) for calendar in calendars()), *(body(agency) for agency in ZONES), *more]
    return fold_registry(Registry(), [RecordedFact(fact, UUID(int=1), version) for version, fact in enumerate(facts)])
