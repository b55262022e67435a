"""deploy/compose.yaml against the platform's own rules: its settings are complete, and secrets go to few."""

import re
from typing import Any

import pytest
import yaml

from chassis.base.settings import read_settings
from local.front import SERVICES
from local.paths import REPOSITORY
from schemas.access.kafka_users import ADMINISTRATOR, OPERATOR, PLATFORM

FILE = REPOSITORY / "deploy" / "compose.yaml"
DEFAULT = re.compile(r"\$\{\w+:?-?([^{}]*)\}")
"""A variable, with the value that it has if nobody sets it."""


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DEFAULT.sub(r"\1", FILE.read_text()))["services"]
    return found


def of_platform(services: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in services.items() if "SATUPINTU_STORE_URL" in (one.get("environment") or {})}


def test_the_settings_are_those_of_production(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in services["intake-web"]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.missing == []
    assert settings.parts_url is not None


def test_every_service_has_a_web_side_and_workers(services: dict[str, Any]) -> None:
    for service in SERVICES:
        assert services[f"{service.name}-web"]["command"] == [service.package, "web"]
        assert services[f"{service.name}-worker"]["command"] == [service.package, "worker"]
        for side in ("web", "worker"):
            assert services[f"{service.name}-{side}"]["image"] == f"satupintu-{service.name}:latest"


def test_there_is_a_database_for_every_url(services: dict[str, Any]) -> None:
    made = services["postgres"]["environment"]["DATABASES"].split()
    urls = [value for value in services["intake-web"]["environment"].values() if value.startswith("postgresql")]
    used = {url.rpartition("/")[2].partition("?")[0] for url in urls}
    views = {name.format(service=service.name) for service in SERVICES for name in used if "{service}" in name}
    assert set(made) == {name for name in used if "{" not in name} | views


def test_a_process_has_the_password_of_its_own_kafka_user(services: dict[str, Any]) -> None:
    users = {f"{user}.password" for user in (*PLATFORM, ADMINISTRATOR)}
    for name, one in of_platform(services).items():
        has = users & set(one.get("secrets", ()))
        own = f"{name.removesuffix('-web').removesuffix('-worker')}.password"
        if name == "provisioner":
            assert has == users
        elif name == "operator":
            assert has == {own, f"{ADMINISTRATOR}.password"}
        elif name == "router-web":  # replays dead letters
            assert has == {own, f"{OPERATOR}.password"}
        else:
            assert has == {own} & users, name


def test_every_process_waits_until_the_databases_are_migrated(services: dict[str, Any]) -> None:
    for name, one in of_platform(services).items():
        waits = one["depends_on"]
        if name == "migrate":
            assert one["command"] == ["migrate"]
        elif name == "provisioner":
            assert waits["migrate"] == {"condition": "service_completed_successfully"}
        else:
            assert "provisioner" in waits, name


def test_containers_are_read_only_and_without_rights(services: dict[str, Any]) -> None:
    ours = {name: one for name, one in services.items() if str(one["image"]).startswith("satupintu-")}
    assert len(ours) > len(SERVICES) * 2
    for name, one in ours.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert one["mem_limit"], name


def test_no_secret_is_in_the_file() -> None:
    text = FILE.read_text()
    assert not re.search(r"[0-9a-f]{32}|://[^/\s:@]+:[^/\s@]+@", text)
