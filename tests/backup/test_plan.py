"""Which databases are copied together, in which order, and whether a copy fits an installation."""

import pytest

from backup.errors import CannotCopy
from backup.manifest import Database
from backup.plan import Group, fitting, groups

LITE = {"store": "sqlite:///var/store.db", "keyring": "sqlite:///var/keyring.db", "vault": "sqlite:///var/vault.db"}
ONE = "postgresql+psycopg://satupintu:secret@db/satupintu"


def test_the_store_is_copied_before_the_keys_and_those_before_the_rest() -> None:
    found = groups(
        {"vault": LITE["vault"], "offices": "sqlite:///o.db", "keyring": LITE["keyring"], "store": LITE["store"]}
    )
    assert [group.names for group in found] == [("store",), ("keyring",), ("vault",), ("offices",)]


def test_databases_of_one_address_are_one_group() -> None:
    found = groups({"store": ONE, "keyring": ONE, "vault": f"{ONE}2"})
    assert [(group.names, group.file) for group in found] == [
        (("store", "keyring"), "databases/store.dump"),
        (("vault",), "databases/vault.dump"),
    ]


def test_a_sqlite_database_is_a_file_named_after_it() -> None:
    assert groups({"store": LITE["store"]})[0].file == "databases/store.db"


@pytest.mark.parametrize("url", ["kurrentdb://db:2113", "memory://"])
def test_a_store_of_another_kind_is_refused_with_its_own_tools(url: str) -> None:
    with pytest.raises(CannotCopy, match="own tools"):
        groups(LITE | {"store": url})


def of(kind: str, *holds: str) -> Database:
    return Database(file=f"databases/{holds[0]}", kind=kind, holds=holds, tables={})


def test_a_copy_fits_an_installation_of_the_same_kind() -> None:
    found = fitting([of("sqlite", "store"), of("sqlite", "vault")], groups(LITE))
    assert [group.names for _, group in found] == [("store",), ("vault",)]


def test_several_databases_fit_into_one() -> None:
    found = fitting([of("postgresql", "store"), of("postgresql", "keyring")], groups({"store": ONE, "keyring": ONE}))
    assert [group.url for _, group in found] == [ONE, ONE]


def test_a_copy_of_another_kind_of_database_is_refused_with_the_setting() -> None:
    with pytest.raises(CannotCopy, match="SATUPINTU_STORE_URL"):
        fitting([of("postgresql", "store")], groups(LITE))


def test_what_was_one_database_does_not_fit_into_two() -> None:
    with pytest.raises(CannotCopy, match="SATUPINTU_KEYRING_URL"):
        fitting([of("postgresql", "store", "keyring")], groups({"store": ONE, "keyring": f"{ONE}2"}))


def test_a_database_that_no_setting_names_is_refused() -> None:
    with pytest.raises(CannotCopy, match="offices"):
        fitting([of("sqlite", "offices")], groups(LITE))


def test_a_group_knows_its_kind() -> None:
    assert Group(("store",), ONE).kind == "postgresql"
