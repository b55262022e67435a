"""Writes a replay to a folder: the report as JSON, a row for each complaint as Parquet, and one page with plots."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic_core import to_json

from chassis.pages.charts import bars
from router.history.replay import ReplayedCase

DAY: Final = timedelta(days=1)
TIME: Final = pa.timestamp("us")
ROWS: Final = pa.schema(
    [
        ("complaint", pa.string()), ("received_at", TIME),
        ("first_was", pa.string()), ("first_would_be", pa.string()), ("owner", pa.string()),
        ("owner_proven", pa.bool_()),
        ("ends", pa.string()), ("returns_were", pa.int32()), ("returns_would_be", pa.int32()),
        ("days_saved", pa.float64()), ("desk_time_unknown", pa.bool_()),
        ("settled", pa.string()), ("settle_due_at", TIME), ("settled_otherwise", pa.string()),
        ("due_otherwise_at", TIME),
    ]
)  # fmt: skip
GROUP: Final = 10_000


@contextmanager
def replay_rows(file: Path) -> Iterator[Callable[[ReplayedCase], None]]:
    """A function that adds a row; memory holds one group. The file has its name when it is complete."""
    unfinished, waiting = file.with_name(f"{file.name}.part"), list[dict[str, Any]]()
    with pq.ParquetWriter(unfinished, ROWS, compression="zstd") as writer:

        def add(case: ReplayedCase) -> None:
            waiting.append(_row(case))
            if len(waiting) >= GROUP:
                writer.write_table(pa.Table.from_pylist(waiting, ROWS))
                waiting.clear()

        yield add
        writer.write_table(pa.Table.from_pylist(waiting, ROWS))
    unfinished.replace(file)


def _row(case: ReplayedCase) -> dict[str, Any]:
    was, other = case.settled, case.settled_otherwise
    row: dict[str, Any] = {
        "complaint": str(case.complaint),
        "settled": was and was.kind, "settle_due_at": was and was.due_at,
        "settled_otherwise": other and other.kind, "due_otherwise_at": other and other.due_at,
    }  # fmt: skip
    if case.pair is None:
        return row
    actual, counterfactual = case.pair.actual, case.pair.counterfactual
    unknown = counterfactual.desk_unknown
    return row | {
        "received_at": actual.filed.received_at,
        "first_was": actual.first or "desk", "first_would_be": counterfactual.first or "desk",
        "owner": actual.owner and actual.owner.agency, "owner_proven": actual.proven,
        "ends": counterfactual.end.value, "returns_were": len(actual.returns),
        "returns_would_be": counterfactual.returns, "desk_time_unknown": unknown,
        "days_saved": case.pair.saved / DAY if case.pair.comparable and not unknown else None,
    }  # fmt: skip


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """`replay.json` and `replay.html`."""
    (folder / "replay.json").write_bytes(to_json(report, indent=1))
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(files("router.history").joinpath("replay.html").read_text(encoding="utf-8"))
    (folder / "replay.html").write_text(template.render(report=report, bars=bars), encoding="utf-8")
