"""One setting places every part in one PostgreSQL database."""

import pytest

from chassis.base.settings import BadSetting, read_settings, redacted

URL = "postgresql+psycopg://satupintu:geheim@db.example.go.id/satupintu"
PLACED = {
    "store_url": "store",
    "keyring_url": "keys",
    "vault_url": "vault",
    "offices_url": "offices",
    "sessions_url": "sessions",
    "access_log_url": "access_log",
    "limits_url": "limits",
}


def test_every_part_has_a_schema_of_its_own_but_the_list_of_erasures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_DATABASE_URL", URL)
    settings = read_settings()
    assert {name: getattr(settings, name) for name in PLACED} == {
        name: f"{URL}?options=-csearch_path%3D{schema}" for name, schema in PLACED.items()
    }
    assert settings.views_of("agency-inbox") == f"{URL}?options=-csearch_path%3Dviews_agency_inbox"
    assert settings.erasures_url.startswith("sqlite:"), "it must not be in the backup of the rest"
    assert not [told for told in redacted(settings).values() if "geheim" in told]


def test_a_part_with_its_own_setting_stays_there_and_parameters_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_DATABASE_URL", f"{URL}?sslmode=verify-full")
    monkeypatch.setenv("SATUPINTU_STORE_URL", "kurrentdb://store:2113")
    settings = read_settings()
    assert settings.store_url == "kurrentdb://store:2113"
    assert settings.vault_url == f"{URL}?sslmode=verify-full&options=-csearch_path%3Dvault"


@pytest.mark.parametrize("wrong", ["sqlite:///x.db", "mysql://x", "postgresql+psycopg://"])
def test_another_kind_of_database_is_refused_by_the_setting(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("SATUPINTU_DATABASE_URL", wrong)
    with pytest.raises(BadSetting, match="SATUPINTU_DATABASE_URL"):
        read_settings()
