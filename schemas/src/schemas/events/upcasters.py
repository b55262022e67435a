"""Upcasters from old stored forms to the present one: one per type and version, applied in order."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]

UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {}
"""(type, version) -> function to version + 1. A changed meaning needs an upcaster, a new field only a default."""


def current_version(type_: str, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS) -> int:
    """The present schema version of this type; 1 if it never changed."""
    return 1 + max((version for name, version in upcasters if name == type_), default=0)


def upcast(type_: str, version: int, body: Body, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS) -> Body:
    """The body in the present form."""
    while step := upcasters.get((type_, version)):
        body, version = step(body), version + 1
    return body
