"""A page that can show nothing leads back to the list it belongs to, if whoever looks may open that list."""

import pytest

from chassis.pages.navigation import entry_above
from schemas.access.principal import PUBLIC, Grant, Principal, Role

OFFICER = Principal("https://issuer.test", "sari", frozenset({Grant(Role.OFFICER, "city")}), "Sari")


@pytest.mark.parametrize(
    ("path", "who", "leads_to"),
    [
        ("/petugas/00000000-0000-4000-9000-000000000001", OFFICER, "/petugas"),
        ("/laporan/SP-2026-000001-8", PUBLIC, "/laporan"),
        ("/petugas/00000000-0000-4000-9000-000000000001", PUBLIC, None),
        ("/meja/x", OFFICER, None),
        ("/petugas", OFFICER, None),
        ("/petugasan/x", OFFICER, None),
    ],
)
def test_which_list_a_page_belongs_to(path: str, who: Principal, leads_to: str | None) -> None:
    above = entry_above(path, who)
    assert (above.path if above else None) == leads_to
