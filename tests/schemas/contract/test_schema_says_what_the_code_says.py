"""What a published JSON Schema accepts the code accepts, and what it refuses the code refuses: of every inbound type."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, ValidationError

from schemas.base.refusals import InvalidField
from schemas.base.strict_json import strict_json
from schemas.contract import CONTRACT, REPLIES, SUBMISSION
from schemas.contract.generate import ROOT

INBOUND: dict[str, type[BaseModel]] = {**REPLIES, SUBMISSION: CONTRACT[SUBMISSION]}
LEAST: dict[str, dict[str, Any]] = {
    "complaint.acknowledged": {},
    "complaint.returned": {"reason": "Bukan urusan kami."},
    "complaint.progress": {"text": "Sedang diperiksa."},
    "complaint.clarification": {"question": "Tiang yang mana?"},
    "complaint.answered": {"text": "Lampu di depan pasar sudah diganti.", "seen_version": 3},
    SUBMISSION: {"client": "sms-1", "key": "m1", "channel": "sms", "text": "Lampu padam"},
}
SPACE = " \t\n\u00a0\u3000\x1c\x85\u2028"
EDGES = [
    "",
    " ",
    "a",
    " a ",
    "\0",
    "a\0",
    "\u200b",
    "\ufeff\u00ad",
    "\u0301",
    "é",
    "😀",
    "\n",
    "a\n",
    "\x1c",
    "\x1ca\x1c",
]
TEXTS = st.one_of(
    st.sampled_from(EDGES),
    st.builds(
        lambda n, c: c * n,
        st.sampled_from([1, 18, 19, 20, 21, 199, 200, 201, 500, 501, 2000, 2001, 10000, 10001]),
        st.sampled_from("a \u200b😀"),
    ),
    st.builds(
        lambda a, n, b: a + "x" * n + b, st.text(SPACE, max_size=3), st.integers(0, 25), st.text(SPACE, max_size=3)
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
ID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
KINDS: dict[str, list[Any]] = {
    "bool": [True, False, "true", "yes", "on", 1, 0, 1.0],
    "number": [0, 1, -1, 3, 3.0, 0.5, -6.9, 90, 90.1, 256, "3", " 3", "1.5", "1_0", 1e300, -0.0, True],
    "huge": [10**30, 10**399, -(10**398), 1e308],
    "day": ["2026-03-01", "2026-3-1", "20260301", "2026-02-29", "2024-02-29", "2100-02-29", "2000-02-29", "1899-12-31",
            "1900-01-01", "2199-12-31", "2200-01-01", "0001-01-01", "2026-04-31", "2026-13-01", "2026-03-01T00:00:00Z",
            " 2026-03-01", "2026-03-01\n", "\u0662\u0660\u0662\u0666-03-01", 1772323200, 0, 0.0, "1772323200"],
    "time": ["2026-03-01T09:00:00+07:00", "2026-03-01T09:00:00Z", "2026-03-01t09:00:00z", "2026-03-01T09:00:00",
             "2026-03-01 09:00:00+07:00", "2026-03-01T09:00+07:00", "2026-03-01T09:00:00+0700", "2026-03-01T09:00:00+07",
             "2026-03-01T09:00:00.5Z", "2026-03-01T09:00:00.123456789Z", "2026-03-01T09:00:00.Z", "2026-03-01T23:59:60Z",
             "2026-03-01T24:00:00Z", "2026-02-30T09:00:00Z", "0001-01-01T00:00:00+14:00", "2026-03-01T09:00:00+24:00",
             "2026-03-01T09:00:00-00:00", "2026-03-01T09:00:00\u221207:00", "2026-03-01T09:00:00Z\n", 1772323200, 1.5],
    "uuid": [ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f" {ID}", f"{ID}\n", ID[:-1], "", 7],
    "name": ["kota-bandung", " kota-bandung ", "kota-bandung\n", "\u00a0kota-bandung\u3000", "\x1ckota-bandung", "Kota",
             "a", "a" * 63, "a" * 64, " " + "a" * 63, "a" * 40, "a" * 41, " " * 40 + "sms", "\ufeffsms", "sms"],
    "region": ["32", "32.73", " 32.73", "32.73\n", "32.7", "32.73.01.1001", "\u0663\u0662.73", 32, 32.73],
    "enum": ["complaint", "COMPLAINT", " complaint", "aspiration", "id", "en", "EN", "rounded", "none", "exact"],
    "nested": [{}, [], [{}], "{}", {"lat": 1}, {"lat": 1, "lon": 2}, {"lat": "1", "lon": "2"}, {"lat": True, "lon": 1},
               {"name": 7, "phone": 81234}, {"phone": 81234.0}, {"phone": 8.5}, {"phone": True}, {"phone": ["1"]},
               {"reference": " ", "part": 1, "total": 2}, {"reference": "r", "part": "1", "total": 2},
               {"reference": "r", "part": 1.0, "total": 2}, {"reference": "r", "part": True, "total": 2},
               {"reference": "r", "part": 0, "total": 2}, {"reference": "r", "part": 1, "total": 256},
               {"reference": "r" * 41, "part": 1, "total": 2}, {"reference": 7, "part": 1, "total": 2},
               {"reference": "r", "part": 1}, {"name": "a", "colour": 1}],
    "other": [None, "", " ", "a", "a\0", "x" * 20],
}  # fmt: skip
"""Values of every kind of field, right and wrong. Each is tried in every field."""
OTHERS = st.one_of(st.none(), st.integers(-2, 10**6), st.lists(st.integers(), max_size=1), st.just({}))


@cache
def validator(ce_type: str) -> Draft202012Validator:
    schema = json.loads((Path(ROOT) / f"jsonschema/outward/{ce_type}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def whole(ce_type: str) -> dict[str, Any]:
    return {**({} if ce_type == SUBMISSION else {"complaint": ID}), **LEAST[ce_type]}


def accepted(model: type[BaseModel], body: dict[str, Any]) -> bool:
    """As the services read it; the model must say the same of JSON text and of what was read from it."""
    text = json.dumps(body).encode()
    try:
        value = strict_json(text)
    except InvalidField:
        return False
    read = fits(lambda: model.model_validate(value))
    assert fits(lambda: model.model_validate_json(text)) is read
    return read


def fits(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValidationError:
        return False
    return True


def fields(model: type[BaseModel]) -> list[str]:
    texts = {name: field for name, field in model.model_fields.items() if "str" in str(field.annotation)}
    return sorted(
        name for name in texts if name in ("text", "reason", "question", "title", "addressed_to", "client", "key")
    )


@pytest.mark.parametrize("ce_type", INBOUND)
@given(data=st.data())
def test_schema_and_code_agree_on_every_text(ce_type: str, data: st.DataObject) -> None:
    model, schema = INBOUND[ce_type], validator(ce_type)
    body = whole(ce_type)
    assert schema.is_valid(body)
    assert accepted(model, body)
    for field in fields(model):
        body[field] = data.draw(st.one_of(TEXTS, OTHERS), label=field)
        assert schema.is_valid(body) == accepted(model, body), (field, body[field])
        body.update({field: LEAST[ce_type].get(field, "teks biasa yang cukup panjang")})


@pytest.mark.parametrize("ce_type", INBOUND)
def test_schema_and_code_agree_on_what_is_missing_and_unknown(ce_type: str) -> None:
    model, schema = INBOUND[ce_type], validator(ce_type)
    body = whole(ce_type)
    for name in body:
        less = {key: value for key, value in body.items() if key != name}
        optional = not model.model_fields[name].is_required()
        assert (schema.is_valid(less), accepted(model, less)) == (optional, optional), name
    for name in ("colour", "class_", "Text", "text "):
        more = {**body, name: "complaint"}
        assert (schema.is_valid(more), accepted(model, more)) == (False, False), name


@pytest.mark.parametrize(
    "place",
    [{}, {"lat": 1}, {"lat": 1, "lon": None}, {"lat": None}, {"lat": 1, "lon": 2}, {"lat": 91, "lon": 0}, {"lat": 0, "lon": -181},
     {"region": "32.73"}, {"region": "32.7"}, {"address": ""}, {"address": " "}, {"address": "Jl. A"}],
)  # fmt: skip
def test_schema_and_code_agree_on_places(place: dict[str, Any]) -> None:
    body = {**LEAST[SUBMISSION], "place": place}
    assert validator(SUBMISSION).is_valid(body) == accepted(CONTRACT[SUBMISSION], body)


def test_an_answer_needs_twenty_characters_in_both() -> None:
    body = {"complaint": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "seen_version": 1}
    for text, fits in [("x" * 19, False), ("x" * 20, True), (" " + "x" * 19 + " ", False), ("x" * 10_001, False)]:
        answer = {**body, "text": text}
        assert validator("complaint.answered").is_valid(answer) is fits
        assert accepted(REPLIES["complaint.answered"], answer) is fits


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ce_type", INBOUND)
def test_schema_and_code_agree_on_every_kind_of_value_in_every_field(ce_type: str, kind: str) -> None:
    model, schema = INBOUND[ce_type], validator(ce_type)
    checked = Draft202012Validator(schema.schema, format_checker=FormatChecker())
    for field, about in model.model_fields.items():
        name = about.alias or field
        for value in KINDS[kind]:
            body = {**whole(ce_type), name: value}
            said = accepted(model, body)
            assert (schema.is_valid(body), checked.is_valid(body)) == (said,) * 2, (
                name,
                value,
            )


NESTED = {
    "place": {"region": "32.73", "lat": -6.9, "lon": 107.6, "address": "Jl. A"},
    "reporter": {"name": "A", "email": "a@example.org", "phone": "0812"},
    "sms_part": {"reference": "r", "part": 1, "total": 2},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("within", NESTED)
def test_schema_and_code_agree_on_every_kind_of_value_within_a_field(within: str, kind: str) -> None:
    model, schema = INBOUND[SUBMISSION], validator(SUBMISSION)
    for name in NESTED[within]:
        for value in KINDS[kind]:
            if within == "sms_part" and name == "part" and isinstance(value, int | float) and 2 < value < 256:
                continue  # a part beyond the total: the schema's description says it, JSON Schema has no word for it
            body = {**whole(SUBMISSION), within: {**NESTED[within], name: value}}
            said = accepted(model, body)
            assert schema.is_valid(body) is said, (name, value)


@pytest.mark.parametrize(
    ("ce_type", "given", "right"),
    [
        (SUBMISSION, {"anonymous": "yes"}, False),
        (SUBMISSION, {"secret": 1}, False),
        (SUBMISSION, {"place": {"lat": "1", "lon": "2"}}, False),
        (SUBMISSION, {"received_at": 1772323200}, False),
        (SUBMISSION, {"received_at": "2026-03-01T09:00"}, False),
        (SUBMISSION, {"received_at": "2026-03-01T09:00:00.25+07:00"}, True),
        (SUBMISSION, {"occurred_on": "2100-02-29"}, False),
        (SUBMISSION, {"occurred_on": "2024-02-29"}, True),
        (SUBMISSION, {"class": "aspiration"}, True),
        (SUBMISSION, {"class_": "aspiration"}, False),
        (SUBMISSION, {"channel": " sms\n"}, True),
        (SUBMISSION, {"reporter": {"phone": 81234567890}}, True),
        (SUBMISSION, {"sms_part": {"reference": " ", "part": 1, "total": 2}}, False),
        (SUBMISSION, {"sms_part": {"reference": "r", "part": 1.0, "total": 2}}, True),
        ("complaint.answered", {"seen_version": "3"}, False),
        ("complaint.answered", {"seen_version": True}, False),
        ("complaint.answered", {"seen_version": 3.0}, True),
        ("complaint.answered", {"complaint": ID.upper()}, True),
        ("complaint.answered", {"complaint": ID.replace("-", "")}, False),
        ("complaint.answered", {"complaint": f"urn:uuid:{ID}"}, False),
        ("complaint.returned", {"suggested_agency": " kota-bandung "}, True),
    ],
)
def test_what_a_sender_may_write(ce_type: str, given: dict[str, Any], right: bool) -> None:
    body = {**whole(ce_type), **given}
    assert (validator(ce_type).is_valid(body), accepted(INBOUND[ce_type], body)) == (right, right)
