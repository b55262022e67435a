"""Every date of a complaint as data and as sentences: rule, source, start, skipped days and why, stops, calendar."""

from datetime import date
from typing import Any, Final, Literal

from schemas.base.values import Clock
from schemas.complaint.fold import MISSED
from schemas.complaint.state import Complaint
from schemas.deadlines.actions import ladder_of
from schemas.deadlines.clocks import Due, date_context, dispute_due, paused, running, settle_due
from schemas.deadlines.policies import Policies, Rung
from schemas.registry.calendars import Calendar
from schemas.registry.fold import Registry
from schemas.wording.dates import CLOCKS, calendars_used, days_off, explain, why_off
from schemas.wording.names import rung_name

State = Literal["running", "standing_still", "open", "over"]
"""running: must be met. standing_still: stopped by a question. open: the reporter may dispute the closing until then.
over: the citizen's date was missed while another clock runs now; the miss stands.
"""


def explained(
    state: Complaint, registry: Registry, policies: Policies, lang: str, lead: Complaint | None = None
) -> list[dict[str, Any]]:
    """Each date that matters now, the earliest running one first. A joined complaint has the dates of its `lead`."""
    of = lead or state
    dispute = dispute_due(of, registry, policies)
    found: list[tuple[Due, State]] = [
        (due, "running" if due.climbs else "over") for due in running(of, registry, policies)
    ]
    found += [(due, "standing_still") for due in paused(of, registry, policies)]
    found += [(dispute, "open")] if dispute is not None else []
    if of.is_open and Clock.SETTLE not in {due.clock for due, _ in found} and _missed_settle(of):
        found.append((settle_due(of, date_context(of, registry, policies)), "over"))
    return [_explained(of, _with_actual_start(of, due), kind, policies, lang) for due, kind in found]


def _with_actual_start(state: Complaint, due: Due) -> Due:
    """`due` with its actual start where that differs from the rule's: a holder's clock restarts when the reporter has
    answered, and when a successor takes over from an agency that is gone.
    """
    if due.clock not in STAGE or due.started_version != state.stage.version:
        return due
    if state.detail_version == due.started_version:
        return due._replace(rule=due.rule._replace(starts="told"))
    if state.routed is not None and state.routed.cause == "merger" and state.routed.at == due.started_at:
        return due._replace(rule=due.rule._replace(starts="taken_over"))
    return due


def _explained(state: Complaint, due: Due, kind: State, policies: Policies, lang: str) -> dict[str, Any]:
    missed = any(mark.step == MISSED and mark[:2] == (due.clock, due.started_version) for mark in state.marks)
    policy = policies.at(due.started_at)
    sentences = [explain(due, lang), _asked(state, due, kind, policies, lang), _missed(lang) if missed else ""]
    ladder = () if due.clock in NO_LADDER or kind == "over" else policy.ladder[ladder_of(due.clock)]
    return {
        "clock": due.clock.value,
        "name": CLOCKS[due.clock][lang],
        "state": kind,
        "started_at": due.started_at,
        "due_at": due.due_at,
        "missed": missed,
        "zone": due.zone,
        "rule": {
            "name": due.rule.name,
            "amount": due.rule.amount,
            "unit": due.rule.unit,
            "starts": due.rule.starts,
            "source": due.rule.source[lang],
            "sureness": due.rule.sureness,
            "policy": policy.id,
            "policy_in_force_since": policy.effective_at,
        },
        "not_counted": [_off(on, due.calendar, lang) for on in days_off(due)],
        "stops": [{"from": stop.started_at, "until": stop.ended_at} for stop in due.stops],
        "stop_days": due.stop_days,
        "calendars": calendars_used(due, lang),
        "explanation": " ".join(sentence for sentence in (*sentences, _if_late(ladder, due.clock, lang)) if sentence),
    }


def _missed_settle(state: Complaint) -> bool:
    return any(mark.clock is Clock.SETTLE and mark.step == MISSED for mark in state.marks)


STAGE: Final = frozenset({Clock.TRIAGE, Clock.ACKNOWLEDGE, Clock.COMPLETION, Clock.SILENCE})
NO_LADDER: Final = frozenset({Clock.PLACE, Clock.FORWARD, Clock.COMPLETION, Clock.SILENCE, Clock.DISPUTE})
"""After these no ladder is climbed: the complaint is placed, referred or closed."""


def _off(on: date, calendar: Calendar, lang: str) -> dict[str, str]:
    return {"on": on.isoformat(), "why": why_off(on, calendar, lang)}


def _asked(state: Complaint, due: Due, kind: State, policies: Policies, lang: str) -> str:
    """What an open question does to this date."""
    if kind == "standing_still":
        return _standing(lang)
    if not state.waits or due.clock not in (Clock.SETTLE, Clock.REWORK):
        return ""
    most = policies.at(state.received_at).stops
    if lang == "id":
        return f"Pertanyaan yang sedang diajukan tidak menghentikan waktu ini: paling banyak {most} bagi satu pemegang."
    return f"The open question does not stop this clock: at most {most} questions of one holder do."


def _standing(lang: str) -> str:
    if lang == "id":
        return "Waktu ini berhenti sampai pelapor menjawab; hari yang terpakai lalu ditambahkan."
    return "This clock is stopped until the reporter answers; the days until then are added."


def _missed(lang: str) -> str:
    return "Batas waktu ini sudah terlewati." if lang == "id" else "This date was missed."


def _if_late(ladder: tuple[Rung, ...], clock: Clock, lang: str) -> str:
    if not ladder:
        return ""
    rungs = "; ".join(_rung(rung, clock, lang) for rung in ladder)
    return f"Bila terlewati, yang diberi tahu: {rungs}." if lang == "id" else f"If missed, these are told: {rungs}."


def _rung(rung: Rung, clock: Clock, lang: str) -> str:
    who = rung_name(rung.number, clock, lang)
    if not rung.after_wd:
        return f"{who} (seketika)" if lang == "id" else f"{who} (at once)"
    return f"{who} ({rung.after_wd} {'hari kerja kemudian' if lang == 'id' else 'working days later'})"
