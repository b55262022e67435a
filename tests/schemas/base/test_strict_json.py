"""JSON from outsiders: what is not I-JSON is refused by its field, and nothing else is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base.refusals import InvalidField
from schemas.base.strict_json import NoJson, lenient_json, strict_json


@pytest.mark.parametrize(
    ("text", "field", "why"),
    [
        (rb'{"text": "a\ud800"}', "text", "holds a broken character"),
        (rb'{"place": {"address": "\uDC00"}}', "place.address", "holds a broken character"),
        (rb'{"a": [{"b": ["x", "\udfff"]}]}', "a.b", "holds a broken character"),
        (rb'{"\ud800": 1}', "body", "holds a broken character"),
        (b'{"text": "\xff"}', "text", "holds a broken character"),
        (b'{"text": "\xed\xa0\x80"}', "text", "holds a broken character"),
        (rb'{"text": "a\u0000"}', "text", "must not hold a NUL character"),
        (b'{"text": "a", "text": "b"}', "text", "occurs twice"),
        (b'{"place": {"lat": 1, "lat": 2}}', "lat", "occurs twice"),
        (rb'{"text": 1, "t\u0065xt": 2}', "text", "occurs twice"),
    ],
)
def test_a_broken_value_is_refused_by_its_field(text: bytes, field: str, why: str) -> None:
    with pytest.raises(InvalidField) as refused:
        strict_json(text)
    assert refused.value.data == {"field": field, "why": why}
    lenient_json(text)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff", b'{"a": \xff}', b"[" * 100_000, b'{"a":' * 100_000, b"'a'", b'{"a":1,}'],
)
def test_what_is_no_json_or_too_deep_is_no_json(text: bytes) -> None:
    with pytest.raises(NoJson):
        strict_json(text)


@pytest.mark.parametrize("digits", [401, 5_000, 100_000])
def test_a_number_without_end_is_left_to_the_field_that_takes_numbers(digits: int) -> None:
    assert strict_json(b'{"rating": %s}' % (b"9" * digits)) == {"rating": float("inf")}


def test_a_byte_order_mark_is_no_fault() -> None:
    assert strict_json(b'\xef\xbb\xbf{"text": "a"}') == lenient_json(b'\xef\xbb\xbf{"text": "a"}') == {"text": "a"}


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert strict_json(rb'{"text": "\ud83d\ude00"}') == {"text": "😀"}


CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
    max_leaves=8,
)


@given(JSON, st.booleans())
def test_everything_else_is_read_as_it_was_written(value: Any, escaped: bool) -> None:
    assert strict_json(json.dumps(value, ensure_ascii=escaped).encode()) == value
