"""The proxy in front of a cluster sends every request to the service that has its route."""

import re

import pytest
from fastapi import FastAPI

from chassis.http.declared import declared_routes
from local.front import SERVICES
from local.path_table import OTHERWISE, PARAMETER, nginx, rows

TABLE = [(re.compile(row.pattern), row.service) for row in rows()]
VALUES = ("7K3M-9QX2-ATB4", "a%2Fb", "instansi-baru", "%3Cscript%3E", "x.json")


def answered_by(method: str, path: str) -> str:
    return next((service for found, service in TABLE if found.match(f"{method} {path}")), OTHERWISE)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_route_is_found(service: object) -> None:
    served = {(route.method, route.path) for route in declared_routes(service.mount(FastAPI()))}  # type: ignore[attr-defined]
    everywhere = set.intersection(
        *({route.path for route in declared_routes(each.mount(FastAPI()))} for each in SERVICES)
    )
    lost = []
    for method, path in served:
        for value in VALUES if path not in everywhere else ():
            sent = PARAMETER.sub(value, path)
            found = answered_by(method, sent)
            if found != service.name and not served_more_exactly(method, sent, found):  # type: ignore[attr-defined]
                lost.append((method, sent, found))
    assert lost == []


def served_more_exactly(method: str, sent: str, service: str) -> bool:
    """Whether that service has a route of just this path, as a value of a parameter may happen to spell it."""
    app = next(each for each in SERVICES if each.name == service).mount(FastAPI())
    return (method, sent) in {(route.method, route.path) for route in declared_routes(app)}


def test_what_nobody_has_is_answered_by_the_service_with_the_home_page() -> None:
    for sent in ("GET /nowhere", "GET /", "GET /masuk", "POST /keluar", "GET /api/v1/agencies/pln/inbox/x/y/z/w"):
        assert answered_by(*sent.split(" ")) == OTHERWISE


def test_a_parameter_of_a_named_type_is_one_part_of_the_path() -> None:
    id_ = "0197a3c2-6f7e-7d3a-9b1c-0123456789ab"
    assert answered_by("GET", f"/petugas/{id_}/lampiran/{id_}") == "agency-inbox"
    assert [row.pattern for row in rows() if "{" in row.pattern] == []


def test_a_shared_path_goes_by_its_method() -> None:
    assert answered_by("POST", "/open311/v2/requests.json") == "intake"
    assert answered_by("GET", "/open311/v2/requests.json") == "reporting"
    assert answered_by("HEAD", "/open311/v2/requests.json") == "reporting"


def test_the_table_is_a_map_of_nginx() -> None:
    text = nginx()
    assert text.count("{ ~^") == 1
    assert all(line.endswith((";", "{", "}")) for line in text.splitlines() if not line.startswith("#"))
    assert '"~^[A-Z]+ /api/v1/agencies/[^/]+/inbox$" agency-inbox;' in text
