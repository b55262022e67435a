"""Where the chains of joined reports end: whether the last lead is open or closed. A lead may have been joined itself,
and a lead that closes moves all that follow it.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from reporting.statistics.case import Case
from reporting.statistics.tables import cases_where
from schemas.complaint.lifecycle import Status

JOINED = Status.JOINED.value


def with_roots(
    connection: Connection, table: str, before: Mapping[str, Case], after: Mapping[str, Case]
) -> dict[str, Case]:
    """`after` with the roots of its joined cases, and other cases whose root changed. `before`: the stored rows of the
    same complaints.
    """
    moved = [each for each, case in after.items() if _leads_otherwise(before.get(each), case)]
    known = {**after, **_followers(connection, table, moved, after)}
    joined = [case for case in known.values() if case.status == JOINED]
    leads = _leads(connection, table, joined, known)
    rooted = {case.complaint: case._replace(root=_root(case, leads)) for case in joined}
    return {**after, **{each: case for each, case in rooted.items() if each in after or case != known[each]}}


def _leads_otherwise(before: Case | None, after: Case) -> bool:
    return before is None or (before.status, before.lead) != (after.status, after.lead)


def _followers(connection: Connection, table: str, leads: Iterable[str], after: Mapping[str, Case]) -> dict[str, Case]:
    """The stored cases that follow these, directly or over others."""
    found: dict[str, Case] = {}
    frontier = set(leads)
    while frontier:
        rows = cases_where(connection, table, "lead", frontier)
        new = {case.complaint: case for case in rows if case.complaint not in found and case.complaint not in after}
        found |= new
        frontier = set(new)
    return found


def _leads(connection: Connection, table: str, joined: Iterable[Case], known: Mapping[str, Case]) -> dict[str, Case]:
    """The leads of these cases, their leads, and so on, by id."""
    found = dict(known)
    frontier = {case.lead for case in joined if case.lead is not None} - found.keys()
    while frontier:
        new = {case.complaint: case for case in cases_where(connection, table, "complaint", frontier)}
        found |= new
        frontier = {case.lead for case in new.values() if case.status == JOINED and case.lead} - found.keys()
    return found


def _root(case: Case, leads: Mapping[str, Case]) -> str:
    seen = {case.complaint}
    while case.status == JOINED:
        if case.lead is None or case.lead in seen or case.lead not in leads:
            return ""  # a circle, or a lead that has not been read yet
        seen.add(case.lead)
        case = leads[case.lead]
    return "closed" if case.status == Status.CLOSED.value else "open"
