"""Hypothesis strategies for events: every field drawn from the values that its annotation allows."""

from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from schemas.events.base import Fact

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def facts_of(model: type[Fact]) -> st.SearchStrategy[Any]:
    """Events of this type."""
    return _model(model)


def _model(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {info.alias or name: _field(info) for name, info in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(model.model_validate)


def _field(info: FieldInfo) -> st.SearchStrategy[Any]:
    return _of(info.annotation, info.metadata)


def _of(annotation: Any, marks: list[Any]) -> st.SearchStrategy[Any]:
    origin, arms = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of(arms[0], [*marks, *arms[1:]])
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if arm is type(None) else _of(arm, marks) for arm in arms))
    if origin is Literal:
        return st.sampled_from(arms)
    if origin is tuple:
        least = _limit(marks, "min_length") or 0
        return st.lists(_of(arms[0], []), min_size=least, max_size=3).map(tuple)
    return _plain(annotation, marks)


def _plain(kind: Any, marks: list[Any]) -> st.SearchStrategy[Any]:
    if kind is AwareDatetime:
        return MOMENTS
    if issubclass(kind, BaseModel):
        return _model(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if kind is str:
        pattern = _limit(marks, "pattern")
        return (
            st.from_regex(pattern.removesuffix("$") + r"\Z", alphabet=st.characters(codec="ascii"))
            if pattern
            else TEXTS
        )
    low, high = _limit(marks, "ge"), _limit(marks, "le")
    return {
        bool: st.booleans(),
        int: st.integers(low if low is not None else -1, high if high is not None else 2**31),
        float: st.floats(low, high, allow_nan=False, allow_infinity=False),
        UUID: st.uuids(),
        date: st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    }[kind]


def _limit(marks: list[Any], name: str) -> Any:
    return next((getattr(mark, name) for mark in marks if getattr(mark, name, None) is not None), None)
