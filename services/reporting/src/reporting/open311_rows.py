"""Public reports, and what happened to them, as GeoReport's rows."""

from collections.abc import Sequence
from typing import Any, Final

from chassis.http.open311_docs import (
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    TIME_OR_NULL,
    Schema,
    fields,
    list_of,
)
from chassis.write.loaded import LoadedStream
from reporting import timeline
from reporting.open311_query import Window
from schemas import wording
from schemas.complaint.fold import evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.position import precision, public_position
from schemas.complaint.state import Complaint, new
from schemas.contract import open311
from schemas.contract.open311 import OTHER
from schemas.deadlines import timeline_due
from schemas.events.codec import metadata_of
from schemas.events.intake import ComplaintFiled
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from schemas.wording.public_text import public_address, public_text, public_title
from schemas.wording.sectors import sector

UNTOLD: Final = (ComplaintFiled, *timeline.NOT_PUBLIC)
"""No update: the report itself, and what only the reporter or machines are told."""


def request_row(loaded: LoadedStream, registry: Registry, lang: str, *, extended: bool = False) -> dict[str, Any]:
    """One public report. `extended`: also its notes, and what GeoReport has no field for."""
    state = loaded.state
    position, agency = public_position(state), registry.agencies.get(_agency(state))
    row = {
        "service_request_id": state.public_number,
        "status": _status(state),
        "status_notes": wording.status(state.status, lang, state.closed),
        "service_name": sector(state.sector, lang) if state.sector else open311.service(OTHER, lang).name,
        "service_code": state.sector or OTHER,
        "description": public_text(state),
        "agency_responsible": agency.name if agency else None,
        "service_notice": None,
        "requested_datetime": state.received_at,
        "updated_datetime": metadata_of(loaded.recorded[-1]).at,
        "expected_datetime": timeline_due(state, registry, policies()),
        "address": public_address(state),
        "address_id": None,
        "zipcode": None,
        "lat": position.lat if position else None,
        "long": position.lon if position else None,
        "media_url": None,
    }
    return row | _extension(loaded, registry, lang) if extended else row


def update_rows(loaded: LoadedStream, registry: Registry, lang: str, window: Window) -> list[dict[str, Any]]:
    """What happened to a public report within the window, oldest first."""
    state, rows = new(loaded.state.id), []
    for recorded in loaded.facts():
        state = evolve(state, recorded)
        fact = recorded.fact
        if isinstance(fact, UNTOLD) or not window.since <= fact.at <= window.until:
            continue
        rows.append(
            {
                "update_id": str(recorded.event_id),
                "service_request_id": loaded.state.public_number,
                "status": _status(state),
                "updated_datetime": fact.at,
                "description": wording.sentence(fact, registry, lang, public=True),
                "media_url": None,
            }
        )
    return rows


def _extension(loaded: LoadedStream, registry: Registry, lang: str) -> dict[str, Any]:
    state, routed = loaded.state, loaded.state.routed
    moments = timeline.moments(loaded.facts(), registry, lang, public=True)
    return {
        "extended_attributes": {
            "title": public_title(state),
            "class": state.class_.value,
            "region": (routed.basis.region if routed else None) or (state.place.region if state.place else None),
            "position": precision(state).value if public_position(state) else "none",
        },
        "notes": [{"datetime": one.at, "type": one.type, "summary": one.sentence} for one in moments],
    }


def _agency(state: Complaint) -> str:
    return state.agency or (state.routed.agency if state.routed else "")


def _status(state: Complaint) -> str:
    return "closed" if state.status is Status.CLOSED else "open"


_EXTENSION: Final[dict[str, Schema]] = {
    "extended_attributes": fields(
        {
            "title": TEXT_OR_NULL,
            "class": TEXT,
            "region": TEXT_OR_NULL,
            "position": {"enum": ["exact", "rounded", "none"]},
        }
    ),
    "notes": list_of(fields({"datetime": TIME, "type": TEXT, "summary": TEXT})),
}
REQUEST: Final = fields(
    {
        "service_request_id": TEXT, "status": {"enum": ["open", "closed"]}, "status_notes": TEXT, "service_name": TEXT,
        "service_code": TEXT, "description": TEXT, "agency_responsible": TEXT_OR_NULL, "service_notice": TEXT_OR_NULL,
        "requested_datetime": TIME, "updated_datetime": TIME, "expected_datetime": TIME_OR_NULL,
        "address": TEXT_OR_NULL, "address_id": TEXT_OR_NULL, "zipcode": TEXT_OR_NULL, "lat": NUMBER_OR_NULL,
        "long": NUMBER_OR_NULL, "media_url": TEXT_OR_NULL, **_EXTENSION,
    },
    optional=tuple(_EXTENSION),
)  # fmt: skip
UPDATE: Final = fields(
    {
        "update_id": TEXT, "service_request_id": TEXT, "status": {"enum": ["open", "closed"]}, "updated_datetime": TIME,
        "description": TEXT, "media_url": TEXT_OR_NULL,
    }
)  # fmt: skip
SERVICE: Final = fields(
    {
        "service_code": TEXT, "service_name": TEXT, "description": TEXT, "metadata": {"type": "boolean"},
        "type": {"enum": ["realtime"]}, "keywords": TEXT, "group": TEXT,
    }
)  # fmt: skip
DEFINITION: Final = fields({"service_code": TEXT, "attributes": list_of(fields({"code": TEXT}))})
TOKEN: Final = fields({"token": TEXT, "service_request_id": TEXT})
_ENDPOINT: Final = fields(
    {"specification": TEXT, "url": TEXT, "changeset": TEXT, "type": TEXT, "formats": list_of(TEXT)}
)
DISCOVERY: Final = fields({"changeset": TEXT, "contact": TEXT, "key_service": TEXT, "endpoints": list_of(_ENDPOINT)})


def by_time(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Updates of several reports, oldest first."""
    return sorted(rows, key=lambda row: (row["updated_datetime"], row["service_request_id"]))
