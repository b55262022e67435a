"""Which service answers which path, for the proxy in front of a cluster: `python -m local.path_table` prints a map of
nginx from the request's target to the name of a service.

It is made from the same routers that the services serve. Every other path, also the sign-in that all of them have, is
for `OTHERWISE`.
"""

import re
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import FastAPI

from chassis.http.declared import declared_routes
from chassis.signin import routes as signin
from local.front import SERVICES

OTHERWISE: Final = "intake"
PARAMETER: Final = re.compile(r"{(\w+)(?::(\w+))?}")


class Row(NamedTuple):
    """A pattern of the method and of the path as it is sent, percent-encoded and without query, and the service."""

    pattern: str
    service: str


class TwoOwners(Exception):
    """Two services serve one method of one path."""


def rows() -> list[Row]:
    """The table; the first row that matches counts: paths with fewer parameters stand first. Where two services share a
    path, who reads it also answers the methods that nobody has.

    Raises:
        TwoOwners: a method of a path is in two services.
    """
    owners: dict[str, dict[str, str]] = {}
    for path, method, service in _routes():
        if owners.setdefault(path, {}).setdefault(method, service) != service:
            raise TwoOwners(f"{method} {path} is served by {owners[path][method]} and {service}")
    ordered = sorted(owners, key=lambda path: (path.count("{"), path))
    return [row for path in ordered for row in _rows(path, owners[path])]


def _rows(path: str, by_method: dict[str, str]) -> Iterator[Row]:
    most = by_method.get("GET") or next(iter(by_method.values()))
    for method, service in sorted(by_method.items()):
        if service != most:
            yield Row(f"^{method} {pattern(path)}$", service)
    yield Row(f"^[A-Z]+ {pattern(path)}$", most)


def _routes() -> Iterator[tuple[str, str, str]]:
    shared = FastAPI()
    shared.include_router(signin.router)
    everywhere = {route.path for route in declared_routes(shared)}
    for service in SERVICES:
        for route in declared_routes(service.mount(FastAPI())):
            if route.path not in everywhere:
                yield route.path, route.method, service.name


def pattern(path: str) -> str:
    """A regular expression for this path of a route. A parameter takes no slash, unless it is declared as a path."""
    found, at = "", 0
    for parameter in PARAMETER.finditer(path):
        found += re.escape(path[at : parameter.start()]) + (".+" if parameter[2] == "path" else "[^/]+")
        at = parameter.end()
    return found + re.escape(path[at:])


def nginx() -> str:
    """The map: `$satupintu_service` by the method and the request's target without its query."""
    lines = [
        "# Which service answers which path. Written by `python -m local.path_table`.",
        "map $request_uri $satupintu_path { ~^(?<satupintu_target>[^?#]*) $satupintu_target; }",
        'map "$request_method $satupintu_path" $satupintu_service {',
        f"    default {OTHERWISE};",
        *(f'    "~{row.pattern}" {row.service};' for row in rows()),
        "}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(nginx())
