"""What a published JSON Schema accepts the code accepts, and what it refuses the code refuses: of every inbound type."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

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
OTHERS = st.one_of(st.none(), st.integers(-2, 10**6), st.lists(st.integers(), max_size=1), st.just({}))


def validator(ce_type: str) -> Draft202012Validator:
    schema = json.loads((Path(ROOT) / f"jsonschema/outward/{ce_type}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def accepted(model: type[BaseModel], body: dict[str, Any]) -> bool:
    try:
        model.model_validate_json(json.dumps(body))
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
    body = {
        **({} if ce_type == SUBMISSION else {"complaint": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}),
        **LEAST[ce_type],
    }
    assert schema.is_valid(body)
    assert accepted(model, body)
    for field in fields(model):
        body[field] = data.draw(st.one_of(TEXTS, OTHERS), label=field)
        assert schema.is_valid(body) == accepted(model, body), (field, body[field])
        body.update({field: LEAST[ce_type].get(field, "teks biasa yang cukup panjang")})


@pytest.mark.parametrize("ce_type", INBOUND)
def test_schema_and_code_agree_on_what_is_missing_and_unknown(ce_type: str) -> None:
    model, schema = INBOUND[ce_type], validator(ce_type)
    body = {
        **({} if ce_type == SUBMISSION else {"complaint": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}),
        **LEAST[ce_type],
    }
    for name in body:
        less = {key: value for key, value in body.items() if key != name}
        assert (schema.is_valid(less), accepted(model, less)) == (False, False), name
    more = {**body, "colour": "red"}
    assert (schema.is_valid(more), accepted(model, more)) == (False, False)


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
