"""Which rule of access each route of an app declares, for the tests and for docs/access.md."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from chassis.http.access import Allowed, Rule

WITHOUT: Final = frozenset(
    {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
)
"""Paths without a rule: health and metrics of a process, and the documentation of the interface. They read no data."""


class DeclaredRoute(NamedTuple):
    """One method of one path. `rule` None: it declares none, so anybody may call it unasked."""

    method: str
    path: str
    rule: Rule | None


def declared_routes(app: FastAPI) -> Iterator[DeclaredRoute]:
    """Every route of the app, hidden ones too, but those in `WITHOUT`. A mounted app has no rule of its own."""
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if path in WITHOUT:
            continue
        rules = list(_rules(getattr(route, "dependant", None)))
        for method in sorted((route.methods or {"*"}) - {"HEAD"}):
            yield DeclaredRoute(method, path, rules[0] if len(rules) == 1 else None)


def _rules(dependant: Dependant | None) -> Iterator[Rule]:
    if dependant is None:
        return
    if isinstance(dependant.call, Allowed):
        yield dependant.call.rule
    for inner in dependant.dependencies:
        yield from _rules(inner)
