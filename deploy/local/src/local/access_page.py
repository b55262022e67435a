"""Writes the tables of docs/access.md that say who may call each route and what each Kafka user may do:
`python -m local.access_page [--check]`.

`--check` writes nothing; it fails if the page differs from what would be written.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from chassis.http.declared import DeclaredRoute, declared_routes
from chassis.signin import routes as signin
from local.front import SERVICES
from local.kafka_rights_page import kafka_table

PAGE: Final = Path(__file__).parents[4] / "docs" / "access.md"
BEGIN: Final = "<!-- begin: routes, written by `python -m local.access_page` -->"
END: Final = "<!-- end: routes -->"
KAFKA_BEGIN: Final = "<!-- begin: kafka, written by `python -m local.access_page` -->"
KAFKA_END: Final = "<!-- end: kafka -->"


def main(arguments: list[str], page: Path = PAGE) -> int:
    """Returns the exit status, 0 without problems."""
    present, wanted = page.read_text(), written(page.read_text())
    if "--check" not in arguments:
        page.write_text(wanted)
        return 0
    if present != wanted:
        print("docs/access.md is not up to date: run python -m local.access_page", file=sys.stderr)
    return int(present != wanted)


def written(page: str) -> str:
    """The page with the present tables between its marks."""
    return _between(_between(page, BEGIN, END, tables()), KAFKA_BEGIN, KAFKA_END, kafka_table())


def _between(page: str, begin: str, end: str, text: str) -> str:
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{text}\n{end}{after}"


def tables() -> str:
    """One table for each service, and one for the pages that all have: method, path, who may call it."""
    pages = FastAPI()
    pages.include_router(signin.router)
    shared = list(declared_routes(pages))
    own = [(each.name, set(declared_routes(each.mount(FastAPI())))) for each in SERVICES]
    return "".join(_table(name, found - set(shared)) for name, found in own) + _table(
        "sign-in, in each of them", shared
    )


def _table(name: str, found: Iterable[DeclaredRoute]) -> str:
    found = sorted(found, key=lambda route: (route.path, route.method))
    rows = [f"| {route.method} | `{route.path}` | {_words(route)} |\n" for route in found]
    return f"\n### {name}\n\n| method | path | may be called by |\n|---|---|---|\n{''.join(rows)}"


def _words(route: DeclaredRoute) -> str:
    return route.rule.words if route.rule is not None else "**no rule**"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
