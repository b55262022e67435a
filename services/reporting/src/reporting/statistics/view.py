"""The read model of the figures, fed from the store: it is right while Kafka is away. Sums change by what the rows
change, in their transaction, so a row that is written again changes no sum.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table

from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from reporting.statistics.case import Case, case_of
from reporting.statistics.cells import Cell, cells_of
from reporting.statistics.leads import with_roots
from reporting.statistics.tables import add, cases_where, figure_tables, replace_cases
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.deadlines.policies import Policies

NAME: Final = "figures"


def figures_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[Case]:
    """Cases and sums: the books, the counts and the charts."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[Case]:
        loaded = [one for one in await repository.reader.load_with(events) if one.recorded]
        known = await registry.current(at_least=max(map(_basis, loaded), default=-1))
        return [case_of(one, known, policies) for one in loaded]

    # Followers are found by an index while rows are written.
    load = repository.reader.load_with
    return View(NAME, figure_tables, put_cases, prepare, (COMPLAINT_PREFIX,), load=load, indexed_load=True)


def _basis(loaded: LoadedStream) -> int:
    routed = loaded.state.routed
    return routed.basis.registry_version if routed is not None else -1


def put_cases(connection: Connection, tables: Sequence[Table], cases: Sequence[Case]) -> None:
    """Write the newest row of each complaint, and change the sums by the difference. Repeatable."""
    table, sums = (each.name for each in tables)
    newest = {case.complaint: case for case in cases}
    before = {case.complaint: case for case in cases_where(connection, table, "complaint", newest)}
    after = with_roots(connection, table, before, newest)
    before |= {each.complaint: each for each in cases_where(connection, table, "complaint", after.keys() - newest)}
    changed = [case for each, case in after.items() if before.get(each) != case]
    changes = Counter[Cell]()
    for case in changed:
        changes.update(cells_of(case))
        if (old := before.get(case.complaint)) is not None:
            changes.subtract(cells_of(old))
    replace_cases(connection, table, changed)
    add(connection, sums, changes.items())
