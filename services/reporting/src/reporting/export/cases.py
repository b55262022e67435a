"""One complaint, or one part of a whole, as a row of the table of cases: every date, who held it, what was missed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from chassis.write.loaded import recorded_facts
from reporting.export.facts import TIME
from reporting.statistics.timely import Timely, context_at, timeliness
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import complaint_id
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.clocks import settle_due
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.codec import NO_KEYS, metadata_of
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed
from schemas.events.intake import ResolutionConfirmed
from schemas.events.router import ComplaintReferred, ComplaintRouted
from schemas.registry.fold import Registry

HELD: Final = pa.list_(
    pa.struct([("holder", pa.string()), ("agency", pa.string()), ("from_at", TIME), ("until_at", TIME)])
)
RETURNS: Final = pa.list_(
    pa.struct([("agency", pa.string()), ("suggested", pa.string()), ("scope", pa.string()), ("returned_at", TIME)])
)
STOPS: Final = pa.list_(pa.struct([("agency", pa.string()), ("from_at", TIME), ("until_at", TIME)]))
MISSES: Final = pa.list_(
    pa.struct([("clock", pa.string()), ("agency", pa.string()), ("due_at", TIME), ("missed_at", TIME)])
)
RUNGS: Final = pa.list_(pa.struct([("rung", pa.int32()), ("cause", pa.string()), ("reached_at", TIME)]))
CASES: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("complaint", "public_number", "whole", "lead")),
        *((name, pa.bool_()) for name in ("is_public", "secret", "supervision", "anonymous", "erased")),
        *((name, pa.string()) for name in ("class", "channel", "sector", "level", "region")),
        *((name, pa.string()) for name in ("status", "ending", "holder", "agency", "first_agency")),
        *((name, TIME) for name in ("received_at", "filed_at", "referred_at", "placed_at", "acknowledged_at")),
        *((name, TIME) for name in ("answered_at", "settle_due_at", "ended_at")),
        ("timely", pa.string()),
        *((name, pa.int32()) for name in ("disputes", "rating", "attachments")),
        ("stopped_days", pa.float64()),
        ("held", HELD), ("returns", RETURNS), ("stops", STOPS), ("misses", MISSES), ("rungs", RUNGS),
    ]
)  # fmt: skip
MEANINGS: Final = {
    "complaint": "Id of the complaint or part.",
    "public_number": "The number that the public reads; a part has its whole's.",
    "whole": "Of a part: the complaint that was split. Count complaints with `whole is null`.",
    "lead": "Of a joined complaint: the one that it follows.",
    "is_public": "The public may see it now.",
    "secret": "The reporter asked for secrecy.",
    "supervision": "It accuses staff of an agency, so an inspectorate examines it.",
    "anonymous": "The agency may not learn who reported.",
    "erased": "The reporter had the personal data erased.",
    "class": "`complaint`, `aspiration` or `information` (PermenPANRB 62/2018).",
    "channel": "Where it was filed: `web`, `sms`, ...",
    "sector": "The field of its newest placement.",
    "level": "The level of government of its newest placement.",
    "region": "Kemendagri code of its newest placement, else as the reporter gave it.",
    "status": "Where it stands.",
    "ending": "Why it is closed; empty while it is open or joined. `silence` is not consent.",
    "holder": "Who must act next: `router`, `desk`, `agency:<id>`, `arbiter`, `lead` or `nobody`.",
    "agency": "Who holds it; of a closed one, who held it last.",
    "first_agency": "Where it was placed first.",
    "received_at": "When its channel received it: the citizen's clock runs from here.",
    "filed_at": "When it reached the platform.",
    "referred_at": "When it was first referred to the desk.",
    "placed_at": "When an agency first held it.",
    "acknowledged_at": "When an agency first acknowledged it, or answered without that.",
    "answered_at": "When it was first answered, also if that answer was disputed later.",
    "settle_due_at": "By when an answer is or was owed, with stops added: of an answered one as of its first answer. "
    "Empty if it was joined, or closed without an answer.",
    "ended_at": "When it was closed or joined.",
    "timely": "`on_time`, `late` or `waiting` by `settle_due_at` and recorded misses; a waiting one whose date has "
    "passed counts as late. Empty: no answer is owed.",
    "disputes": "How often the reporter disputed.",
    "rating": "Stars of 5 that the reporter gave.",
    "attachments": "Number of files.",
    "stopped_days": "Days in which it waited for its reporter, ended stops only.",
    "held": "Each holder in turn; the last one has no `until_at`.",
    "returns": "Each return of an agency or, with scope `unit`, within one.",
    "stops": "Each question to the reporter and when it was answered.",
    "misses": "Each recorded miss of a date.",
    "rungs": "Each step up the ladder: 1 unit head, 2 supervising body, 3 Ombudsman, 4 list of the ignored.",
}


def case_row(recorded: Sequence[RecordedEvent], registry: Registry, policies: Policies) -> dict[str, Any]:
    """The row of a complaint from all its events, at least one. Needs no key.

    Raises:
        UnknownEvent: a newer version wrote one of them.
        MalformedEvent: one of them cannot be read.
    """
    facts = recorded_facts(recorded, NO_KEYS)
    state, held = _lived(complaint_id(recorded[0].stream), facts)
    told, routed = [each.fact for each in facts], state.routed
    answer = next((each for each in told if isinstance(each, ResponseGiven)), None)
    timely = timeliness(state, answer, metadata_of(recorded[-1]).at, registry, policies)
    joined = state.status is Status.JOINED
    return {
        "complaint": str(state.id), "public_number": state.public_number, "whole": _text(state.whole),
        "lead": _text(state.lead), "is_public": state.is_public and not state.erased, "secret": state.secret,
        "supervision": state.supervision, "anonymous": state.anonymous, "erased": state.erased,
        "class": state.class_.value, "channel": state.channel, "sector": state.sector,
        "level": routed and routed.basis.level and routed.basis.level.value, "region": _region(state),
        "status": state.status.value, "ending": state.closed and state.closed.value, "holder": str(state.holder),
        "agency": state.agency or (routed.agency if routed and state.closed else None),
        "first_agency": next((each.agency for each in told if isinstance(each, ComplaintRouted)), None),
        "received_at": state.received_at, "filed_at": told[0].at, "referred_at": _first(told, ComplaintReferred),
        "placed_at": _first(told, ComplaintRouted), "answered_at": answer and answer.at,
        "acknowledged_at": _first(told, ComplaintAcknowledged, ResponseGiven),
        "settle_due_at": _due(state, answer, timely, registry, policies),
        "ended_at": state.stage.at if joined else state.closed_at, "timely": timely.kind or None,
        "disputes": state.disputes, "attachments": state.attachments,
        "rating": next((each.rating for each in reversed(told) if isinstance(each, ResolutionConfirmed)), None),
        "stopped_days": sum((e.ended_at - e.started_at).total_seconds() for e in state.stops if e.ended_at) / 86_400,
        "held": held, **_lists(state, told),
    }  # fmt: skip


def _lived(complaint: UUID, facts: Sequence[RecordedFact]) -> tuple[Complaint, list[dict[str, Any]]]:
    """The state, and each period with one holder."""
    state, held = new(complaint), list[dict[str, Any]]()
    for each in facts:
        before, state = state, evolve(state, each)
        if held and state.holder[:2] == before.holder[:2]:
            continue
        if held:
            held[-1]["until_at"] = each.fact.at
        held.append({"holder": state.holder.kind.value, "agency": state.holder.agency, "from_at": each.fact.at})
    return state, held


def _lists(state: Complaint, told: Sequence[Fact]) -> dict[str, Any]:
    return {
        "returns": [
            {"agency": e.agency, "suggested": e.suggested, "scope": e.scope, "returned_at": e.at}
            for e in told if isinstance(e, ComplaintReturned)
        ],
        "stops": [
            {"agency": e.holder.agency, "from_at": e.started_at, "until_at": e.ended_at} for e in state.stops
        ],
        "misses": [
            {"clock": e.clock.value, "agency": e.agency, "due_at": e.due_at, "missed_at": e.at}
            for e in told if isinstance(e, DeadlineMissed)
        ],
        "rungs": [
            {"rung": e.rung, "cause": e.cause, "reached_at": e.at} for e in told if isinstance(e, ComplaintEscalated)
        ],
    }  # fmt: skip


def _due(
    state: Complaint, answer: ResponseGiven | None, timely: Timely, registry: Registry, policies: Policies
) -> datetime | None:
    if answer is not None and timely.kind:
        return settle_due(state, context_at(answer.agency, answer.at, registry, policies)).due_at
    return timely.due_at


def _region(state: Complaint) -> str | None:
    placed = state.routed.basis.region if state.routed else None
    return placed or (state.place.region if state.place else None)


def _first(told: Sequence[Fact], *kinds: type) -> datetime | None:
    return next((each.at for each in told if isinstance(each, kinds)), None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
