"""Compatibility checks: whether a published example still decodes, or still fits the contract.

An example is an event as a store holds it, with text sealed with the key that is documented beside the examples.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import BrokenSeal, Keys
from schemas.contract import CONTRACT
from schemas.events.codec import MalformedEvent, UnknownEvent, decode

EXAMPLE_KEYS: Final = Keys({1: bytes(range(32))})
"""The key of all examples: the bytes 0 to 31, as generation 1. It protects nothing and is used nowhere else."""


def recorded(example: Mapping[str, Any]) -> RecordedEvent:
    """The event that an example file shows."""
    return RecordedEvent(
        id=UUID(example["id"]),
        type=example["type"],
        data=to_json(example["data"]),
        metadata=to_json(example["metadata"]),
        stream=example["stream"],
        version=example["version"],
        position=example["version"],
        recorded_at=datetime.fromisoformat(example["metadata"]["at"]).astimezone(UTC),
    )


def event_problem(example: Mapping[str, Any]) -> str | None:
    """Why this stored event cannot be read; None if it can."""
    try:
        decode(recorded(example), EXAMPLE_KEYS)
    except (UnknownEvent, MalformedEvent, BrokenSeal) as error:
        return f"{type(error).__name__}: {error}"
    return None


def outward_problem(ce_type: str, body: Mapping[str, Any]) -> str | None:
    """Why this message does not fit the contract; None if it does."""
    model: type[BaseModel] | None = CONTRACT.get(ce_type)
    if model is None:
        return f"the type {ce_type} is no longer in the contract"
    try:
        model.model_validate_json(to_json(body))
    except ValidationError as error:
        return str(error)
    return None
