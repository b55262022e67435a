"""How long a session lasts, when its roles are read again, and where a sign-in may return to."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.signin.return_path import HOME, own_path
from chassis.signin.session import Session, csrf_token, end_of, hash_of, new_id
from schemas.access.principal import grants_of

T0 = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A = Session("https://issuer.test", "7", grants_of(["officer:pln"]), T0, T0, T0, name="Sari", refresh_token="r")


def test_a_session_ends_after_half_an_hour_without_a_request() -> None:
    used = A._replace(used_at=T0 + 50 * MINUTE)
    assert end_of(used, T0 + 79 * MINUTE) is None
    assert end_of(used, T0 + 80 * MINUTE) == "idle"


def test_a_session_ends_after_twelve_hours_however_busy_it_is() -> None:
    busy = A._replace(used_at=T0 + 12 * 60 * MINUTE - MINUTE)
    assert end_of(busy, T0 + 12 * 60 * MINUTE - MINUTE) is None
    assert end_of(busy, T0 + 12 * 60 * MINUTE) == "too-old"


def test_roles_are_read_again_every_five_minutes() -> None:
    assert not A.roles_are_due(T0 + 5 * MINUTE - timedelta(seconds=1))
    assert A.roles_are_due(T0 + 5 * MINUTE)


def test_after_a_provider_that_does_not_answer_the_next_try_waits_half_a_minute() -> None:
    tried = A._replace(tried_at=T0 + 6 * MINUTE)
    assert not tried.roles_are_due(T0 + 6 * MINUTE + timedelta(seconds=29))
    assert tried.roles_are_due(T0 + 6 * MINUTE + timedelta(seconds=30))


def test_while_the_provider_is_away_roles_hold_for_an_hour_and_no_longer() -> None:
    used = A._replace(used_at=T0 + 59 * MINUTE)
    assert used.principal(T0 + 60 * MINUTE - timedelta(seconds=1)).grants == A.grants
    assert used.principal(T0 + 60 * MINUTE).grants == frozenset()
    assert used.principal(T0 + 60 * MINUTE).subject == "7"


def test_use_is_written_at_most_once_a_minute() -> None:
    assert not A.use_is_due(T0 + timedelta(seconds=59))
    assert A.use_is_due(T0 + MINUTE)


def test_ids_cannot_be_guessed_and_are_stored_as_hashes() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(id_) >= 43 for id_ in ids)  # 256 bits in base64
    one = ids.pop()
    assert one.encode() not in hash_of(one)
    assert hash_of(one) == hash_of(one) != hash_of(ids.pop())


def test_the_token_of_forms_belongs_to_one_session_and_does_not_show_its_id() -> None:
    one, other = new_id(), new_id()
    assert csrf_token(one) == csrf_token(one) != csrf_token(other)
    assert one not in csrf_token(one)
    assert csrf_token(one) != hash_of(one).hex()


def test_a_session_does_not_show_its_tokens_when_it_is_printed() -> None:
    assert "secret" not in repr(A._replace(refresh_token="secret", id_token="secret"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/petugas",
        "/petugas/7?urut=tenggat&x=1",
        "/lacak/SP-1#riwayat",
        "/a%20b",
        "/%2F%2Fevil.test",
        "/a//b",
        "/masukan",
    ],
)
def test_an_own_path_is_returned_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "address",
    [
        None, "", "petugas", "https://evil.test/", "HTTPS:evil.test", "//evil.test", "///evil.test", "/\\evil.test",
        "\\/evil.test", "\\\\evil.test", "/a\\b", "/\t/evil.test", "\t//evil.test", " //evil.test", "/\n/evil.test",
        "/\r\nSet-Cookie: a=b", "/\x00", "/\x7f", "javascript:alert(1)", "data:text/html,x", "?x", "#x", "/./\\evil",
        "/" + "a" * 2000, "/ruang\u00a0kosong", "/\u2028/evil.test", "/..//evil.test", "/.//evil.test", "/a/../..//evil.test",
        "/%2e//evil.test", "/%2E%2e//evil.test", "/a/%2e./%2e%2E//evil.test",
        "/masuk", "/masuk?lanjut=/masuk", "/masuk/kembali?code=1", "/keluar", "/keluar/semua", "/a/../keluar",
    ],
)  # fmt: skip
def test_anything_else_leads_to_the_first_page(address: str | None) -> None:
    assert own_path(address) == HOME


def in_a_browser(address: str) -> str:
    """Where a browser on `https://own.test/` goes, by the WHATWG URL standard: tabs and line ends are dropped, control
    characters and spaces around it too, backslashes are slashes, and encoded dots are dots.
    """
    kept = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    path = re.match(r"[^?#]*", kept)
    assert path is not None
    plain = re.sub("%2e", ".", path[0].replace("\\", "/"), flags=re.IGNORECASE)
    return urljoin("https://own.test/x", plain)


@given(st.text("/\\.%2eE:?#@ \t\n\rhtps[]x\x00\u00a0", max_size=16).map(lambda text: "/" + text))
@example("/\t/evil.test")
@example("/%2e//evil.test")
@example("/..\\/evil.test")
def test_no_address_leads_a_browser_to_another_origin(address: str) -> None:
    path = own_path(address)
    assert path.startswith("/")
    assert urlsplit(in_a_browser(path))[:2] == ("https", "own.test")
