"""The head leads everybody to what is theirs, and whoever signs in begins at their own work."""

import pytest

from chassis.pages.navigation import entries_for, first_page
from schemas.access.principal import PUBLIC, Principal, grants_of


def somebody(*roles: str) -> Principal:
    return Principal("issuer", "somebody", grants_of(roles))


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ((), "/saya"),
        (("triage",), "/meja"),
        (("arbiter",), "/arbiter"),
        (("triage", "analyst"), "/meja"),
        (("operator",), "/operator"),
        (("inspectorate",), "/pengawas"),
    ],
)
def test_each_role_begins_at_its_first_page(roles: tuple[str, ...], page: str) -> None:
    assert first_page(somebody(*roles)) == page


def test_nobody_is_led_to_pages_of_others() -> None:
    assert "/meja" not in {entry.path for entry in entries_for(PUBLIC)}
    assert {"/meja", "/preseden"} <= {entry.path for entry in entries_for(somebody("triage"))}
    assert "/arbiter" not in {entry.path for entry in entries_for(somebody("triage"))}
