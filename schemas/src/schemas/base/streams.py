"""Stream names, and the complaint id of a name."""

from functools import lru_cache
from uuid import UUID

REGISTRY = "registry"
COMPLAINT_PREFIX = "complaint-"
SUPPORT_PREFIX = "support-"
IMPORTED_PREFIX = "imported-"


@lru_cache(maxsize=20_000)
def complaint_stream(complaint_id: UUID) -> str:
    """`complaint-<id>`: all events of one complaint, in order."""
    return f"{COMPLAINT_PREFIX}{complaint_id}"


def support_stream(complaint_id: UUID) -> str:
    """`support-<id>`: the public's supports, apart, so that their appends never conflict with an agency's answer."""
    return f"{SUPPORT_PREFIX}{complaint_id}"


def imported_stream(case: UUID) -> str:
    """`imported-<id>`: one closed case of another system, apart from all complaints."""
    return f"{IMPORTED_PREFIX}{case}"


@lru_cache(maxsize=20_000)
def complaint_id(stream: str) -> UUID:
    """The complaint that a `complaint-` or `support-` stream is about.

    Raises:
        ValueError: the name is of another kind of stream.
    """
    for prefix in (COMPLAINT_PREFIX, SUPPORT_PREFIX):
        if stream.startswith(prefix):
            return UUID(stream.removeprefix(prefix))
    raise ValueError(f"not a complaint's stream: {stream}")
