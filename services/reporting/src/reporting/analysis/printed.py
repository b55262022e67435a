"""Prints the answer to a query."""

import csv
import json
import sys
from datetime import datetime
from enum import StrEnum
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table


class Form(StrEnum):
    """For people, for spreadsheets, for programs."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def table(found: duckdb.DuckDBPyConnection, form: Form) -> None:
    """Print all rows to standard output."""
    names, rows = [column[0] for column in found.description or ()], found.fetchall()
    if form is Form.JSON:
        told = [dict(zip(names, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n")
    elif form is Form.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerows([names, *rows])
    else:
        shown = Table(*names)
        for row in rows:
            shown.add_row(*map(_cell, row))
        Console(highlight=False).print(shown)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.3f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case _:
            return str(value).replace("[", "\\[")
