"""Sealed text: repeatable, bound to its place, and gone with its key."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base.sealed import ERASED, BrokenSeal, Keys

EVENT, OTHER = UUID(int=1), UUID(int=2)
KEYS = Keys({1: b"a" * 32})
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_the_same_text_in_the_same_place_seals_to_the_same_bytes_and_opens_again(text: str) -> None:
    token = KEYS.seal(EVENT, "text", text)
    assert token == Keys({1: b"a" * 32}).seal(EVENT, "text", text)
    assert KEYS.open(EVENT, "text", token) == text


@given(TEXTS, TEXTS)
def test_another_text_never_meets_the_same_nonce(one: str, other: str) -> None:
    nonces = {KEYS.seal(EVENT, "text", text).split(".")[1] for text in (one, other)}
    assert len(nonces) == len({one, other})


@pytest.mark.parametrize(("event", "path"), [(OTHER, "text"), (EVENT, "title")])
def test_a_token_cannot_be_moved_to_another_event_or_field(event: UUID, path: str) -> None:
    with pytest.raises(BrokenSeal):
        KEYS.open(event, path, KEYS.seal(EVENT, "text", "x"))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BrokenSeal):
        Keys({1: b"b" * 32}).open(EVENT, "text", KEYS.seal(EVENT, "text", "x"))


def test_a_destroyed_generation_reads_as_erased_while_the_next_one_opens() -> None:
    both = Keys({1: b"a" * 32, 2: b"b" * 32})
    old, young = KEYS.seal(EVENT, "text", "old"), both.seal(EVENT, "text", "young")
    left = Keys({2: b"b" * 32})
    assert (left.open(EVENT, "text", old), left.open(EVENT, "text", young)) == (ERASED, "young")


def test_a_request_has_one_mac_under_the_first_living_key_and_none_without() -> None:
    assert Keys({1: b"a" * 32, 2: b"b" * 32}).mac(b"request") == KEYS.mac(b"request")
    assert KEYS.mac(b"request") != KEYS.mac(b"another")
    with pytest.raises(KeyError):
        Keys().mac(b"request")
    with pytest.raises(KeyError):
        Keys().seal(EVENT, "text", "x")


def test_keys_never_show_in_a_representation() -> None:
    assert "aaaa" not in repr(KEYS)
