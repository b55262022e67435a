"""Writes old cases to the event store, each once. A run that ended early is simply repeated."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from typing import Final, Literal, NamedTuple
from uuid import UUID

from chassis.base.ports import Append
from chassis.write.repository import Cause, Repository
from local.imports.rows import CaseRow
from schemas.base.envelope import NO_STREAM, Metadata
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import imported_stream
from schemas.events.codec import metadata_of
from schemas.events.intake import CaseImported

BATCH: Final = 200
Kind = Literal["imported", "known", "changed", "refused", "open"]
ERASED: Final = "its text was erased here"


class ImportResult(NamedTuple):
    """What became of a row. `changed`: its id was imported before with other content, which stays."""

    row: CaseRow
    kind: Kind
    why: str = ""


async def import_cases(repository: Repository, rows: Iterable[CaseRow]) -> AsyncIterator[ImportResult]:
    """Write each closed case; open ones and refused rows are passed on.

    Raises:
        ChassisError: as store and key ring raise it. What was written stays, and is known when the rows come again.
    """
    waiting, kept = iter(rows), set[UUID]()
    while batch := list(islice(waiting, BATCH)):
        facts = {row.case: row.fact for row in batch if row.fact is not None and not row.fault}
        kinds = await _write(repository, facts)
        for row in batch:
            if row.fault:
                yield ImportResult(row, "refused", row.fault)
            elif row.fact is None:
                yield ImportResult(row, "open")
            else:
                kind: Kind = "known" if row.case in kept else kinds[row.case]
                kept.add(row.case)
                yield ImportResult(row, kind, ERASED if kinds[row.case] == "refused" else "")


async def _write(repository: Repository, facts: dict[UUID, CaseImported]) -> dict[UUID, Kind]:
    keys = await repository.keyring.ensure(facts) if facts else {}
    kinds: dict[UUID, Kind] = {case: "imported" if keys[case].generations else "refused" for case in facts}
    appends = {case: _append(repository, case, facts[case], keys[case]) for case in facts if kinds[case] == "imported"}
    found = await repository.store.append_many(list(appends.values())) if appends else []
    before = {
        case: append
        for (case, append), each in zip(appends.items(), found, strict=True)
        if isinstance(each, Exception) or not each.written
    }
    return kinds | await _compared(repository, before)


def _append(repository: Repository, case: UUID, fact: CaseImported, keys: Keys) -> Append:
    request = fact.model_dump_json(exclude={"at"}).encode()
    cause = Cause(derived_id("import", str(case)), case, fact.at, request=request)
    stream = imported_stream(case)
    return Append(stream, NO_STREAM, repository.encode(stream, [fact], cause, keys))


async def _compared(repository: Repository, appends: dict[UUID, Append]) -> dict[UUID, Kind]:
    """Whether what was imported before was the same."""
    streams: Sequence[str] = [append.stream for append in appends.values()]
    stored = await repository.store.read_many(streams) if streams else []
    return {
        case: "known" if metadata_of(events[0]).request == _request(append) else "changed"
        for (case, append), events in zip(appends.items(), stored, strict=True)
    }


def _request(append: Append) -> str | None:
    [event] = append.events
    return Metadata.model_validate_json(event.metadata).request
