"""What became of the rows of a file: the counts, each row that was not filed with its reason, and a file of all."""

import csv
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from local.bulk.client import FilingResult

NAMES: Final = {"filed": "filed now", "known": "filed before", "changed": "changed, not filed", "refused": "refused"}
FIELDS: Final = ("row", "line", "id", "outcome", "status_or_reason", "why", "tracking_code", "public_number")


def print_outcomes(results: Sequence[FilingResult], rows: int) -> None:
    """Print a line for each row that was changed or refused, and the counts."""
    for result in sorted(results, key=lambda each: each.row.number):
        if result.kind in ("changed", "refused"):
            print(f"{_where(result)}: {NAMES[result.kind]}: {result.why or result.where}")
    counts = Counter((result.kind, result.where) for result in results)
    table = Table("", "status, or reason", "rows", title=f"{rows} rows")
    for (kind, where), count in sorted(counts.items()):
        table.add_row(NAMES[kind], where, str(count))
    table.add_section()
    table.add_row("", "total", str(len(results)))
    Console().print(table)


def write_outcomes(results: Sequence[FilingResult], file: Path) -> None:
    """Write one line a row as CSV, readable by this user alone: a tracking code is the key to its complaint."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as lines:
        os.fchmod(handle, 0o600)
        table = csv.writer(lines)
        table.writerow(FIELDS)
        for each in sorted(results, key=lambda each: each.row.number):
            row = each.row
            filing = (each.kind, each.where, each.why, each.tracking_code, each.public_number)
            table.writerow((row.number, row.line, row.id, *filing))


def _where(result: FilingResult) -> str:
    row = result.row
    return f"row {row.number} (line {row.line}{f', id {row.id}' if row.id else ''})"
