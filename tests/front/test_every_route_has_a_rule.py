"""Every route of every service and of the front says who may call it, and the page of access tells it."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from chassis.http.declared import WITHOUT, declared_routes
from chassis.service.service import Service
from local import access_page
from local.front import SERVICES, document
from support.front import Front


def without_rule(app: FastAPI) -> list[str]:
    return [f"{route.method} {route.path}" for route in declared_routes(app) if route.rule is None]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_route_of_a_service_says_who_may_call_it(service: Service[Any]) -> None:
    app = service.web()
    assert without_rule(app) == []
    assert list(declared_routes(app)), "the walk finds the routes"


async def test_every_route_of_the_front_says_who_may_call_it(front: Front) -> None:
    assert without_rule(front.app) == []


def test_the_openapi_document_tells_it_in_words_and_for_programs() -> None:
    operations = [one for methods in document()["paths"].values() for one in methods.values()]
    assert [one for one in operations if "May be called by " not in one["description"] or "security" not in one] == []


def test_a_route_without_a_rule_is_found_also_a_hidden_one_and_a_mounted_app() -> None:
    app, router = FastAPI(), APIRouter(prefix="/below")

    @router.get("/hidden", include_in_schema=False)
    async def hidden() -> str:
        return ""

    app.include_router(router)
    app.mount("/mounted", FastAPI())
    assert without_rule(app) == ["GET /below/hidden", "* /mounted"]


def test_what_needs_no_rule_reads_no_data() -> None:
    assert {path for path in WITHOUT if path.startswith(("/api", "/open311"))} == set()


def test_the_page_of_access_is_up_to_date_and_its_check_finds_a_difference(tmp_path: Path) -> None:
    assert access_page.main(["--check"]) == 0
    page = tmp_path / "access.md"
    page.write_text(access_page.PAGE.read_text().replace("` | the triage desk |", "` | anyone |"))
    assert access_page.main(["--check"], page) == 1
    access_page.main([], page)
    assert page.read_text() == access_page.PAGE.read_text()
