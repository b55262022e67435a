"""Old stored forms to the present form: one step per type and version, applied one after the other."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]

UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {}
"""(type, version) -> the function that makes version + 1 of it. A changed meaning needs one; a new field a default."""


def current_version(type_: str, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS) -> int:
    """The schema version that writers give this type now; 1 while nothing has changed its meaning."""
    return 1 + max((version for name, version in upcasters if name == type_), default=0)


def upcast(type_: str, version: int, body: Body, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS) -> Body:
    """The body in its present form."""
    while step := upcasters.get((type_, version)):
        body, version = step(body), version + 1
    return body
