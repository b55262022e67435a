"""The line of a report in the open data, and the same line as a row of a file. It tells nothing that the public page of
the report does not.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chassis.sql.types import EPOCH
from chassis.write.loaded import LoadedStream
from reporting.statistics.case import Case, case_of
from reporting.statistics.timely import context_at
from schemas.base.values import Clock
from schemas.complaint.fold import MISSED
from schemas.contract.open_data import ComplaintSummary, ReturnTold, summary
from schemas.deadlines import timeline_due
from schemas.deadlines.clocks import settle_due
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ResponseGiven
from schemas.registry.fold import Registry

LEFT_OUT: Final = "version"
"""A file holds the present line of each report, so it needs no order of lines."""
COLUMNS: Final = tuple(field.alias or name for name, field in ComplaintSummary.model_fields.items() if name != LEFT_OUT)
"""Of a file, in order."""
DAY_S: Final = 86_400


def line_of(loaded: LoadedStream, registry: Registry, policies: Policies) -> ComplaintSummary | None:
    """The line; None: the report is not public, was erased, or is a part."""
    state = loaded.state
    line = summary(state, registry, timeline_due(state, registry, policies))
    if line is None:
        return None
    case = case_of(loaded, registry, policies)
    stopped = (each.ended_at - each.started_at for each in state.stops if each.ended_at)
    return line.model_copy(update={
        "holder": case.holder, "last_agency": case.agency, "received_at": state.received_at,
        **{f"{name}_at": _moment(getattr(case, f"{name}_us")) for name in ("placed", "begun", "answered", "ended")},
        "settle_due_at": _settle_due(loaded, case, registry, policies),
        "missed": tuple(sorted({mark.clock for mark in state.marks if mark.step == MISSED}, key=list(Clock).index)),
        "stopped_days": round(sum(each.total_seconds() for each in stopped) / DAY_S, 2),
        "returned": tuple(_returned(case)),
    })  # fmt: skip


def _settle_due(loaded: LoadedStream, case: Case, registry: Registry, policies: Policies) -> datetime | None:
    if case.timely and case.answered_us is not None:
        [answer, *_] = (each.fact for each in loaded.facts() if isinstance(each.fact, ResponseGiven))
        return settle_due(loaded.state, context_at(answer.agency, answer.at, registry, policies)).due_at
    return _moment(case.due_us)


def _returned(case: Case) -> Iterable[ReturnTold]:
    for each in filter(None, case.returns.split(";")):
        at_us, by, to = each.split(",")
        yield ReturnTold(at=EPOCH + timedelta(microseconds=int(at_us)), by=by, to=to)


def _moment(us: int | None) -> datetime | None:
    return None if us is None else EPOCH + timedelta(microseconds=us)


def csv_row(line: ComplaintSummary) -> str:
    """The line as a row of CSV (RFC 4180), without the end of the line."""
    told = line.model_dump(by_alias=True)
    told["returned"] = " ".join(f"{_cell(each['at'])}/{each['by']}/{each['to']}" for each in told["returned"])
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([_cell(told[name]) for name in COLUMNS])
    return written.getvalue()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case tuple() | list():
            return " ".join(map(str, value))
        case _:
            return str(value)


def line_in(row: Mapping[str, str]) -> ComplaintSummary:
    """The line of a row that `csv_row` wrote, by column; its version is 0.

    Raises:
        ValidationError: a cell holds something else.
    """
    told: dict[str, Any] = {LEFT_OUT: 0} | {name: value for name, value in row.items() if value != ""}
    told["missed"] = told.get("missed", "").split()
    told["returned"] = [_return_in(each) for each in told.get("returned", "").split()]
    return ComplaintSummary.model_validate(told)


def _return_in(written: str) -> Mapping[str, str]:
    at, by, to, *_ = [*written.split("/"), "", ""]
    return {"at": at, "by": by, "to": to}


def file_of(rows: Sequence[str]) -> bytes:
    """The file of these rows, with its head."""
    return "".join(f"{row}\r\n" for row in (",".join(COLUMNS), *rows)).encode()
