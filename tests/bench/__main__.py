"""Runs the named parts (default: all), prints a table, writes var/bench.json. Exit code 1 if a mark is missed or a part is
void.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import Result
from chassis.base.errors import Busy

PARTS = ("fold", "placing", "door", "relay", "projection", "delivery", "pages", "export", "kurrentdb")
FILE = Path("var/bench.json")


def main(names: list[str]) -> int:
    results: list[Result] = []
    for name in names or PARTS:
        Console(stderr=True).print(f"measuring {name} ...")
        results += _measured(name)
    table = Table("what", "ours", "bare", "", "ratio", "mark", "notes")
    for one in results:
        notes = ", ".join(f"{key} {value}" for key, value in one.notes.items())
        table.add_row(
            one.name, f"{one.ours:,.0f}", f"{one.bare:,.0f}", one.unit, f"{one.ratio:.2f}", one.verdict, notes
        )
    Console(width=160).print(table)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps([{**vars(one), "ratio": one.ratio} for one in results], indent=2) + "\n")
    return int(not all(one.is_met for one in results))


def _measured(name: str) -> list[Result]:
    try:
        found: list[Result] = import_module(f"bench.{name}").run()
    except (Busy, TimeoutError) as error:
        why = f"void: the machine is too busy to measure {name} ({type(error).__name__}); run it alone"
        return [Result(name, 0, 0, "", void=why)]
    return found


sys.exit(main(sys.argv[1:]))
