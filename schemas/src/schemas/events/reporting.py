"""Events that reporting owns: what the public does with a public report, in the report's support stream."""

from schemas.base.sealed import Sealed
from schemas.base.values import ContentReason
from schemas.events.base import Fact


class ComplaintSupported(Fact):
    """A member of the public supports the report. `supporter` is a keyed hash."""

    supporter: str


class ContentReported(Fact):
    """Somebody says that the words or photos of the report should not be public. The desk decides. `sender` is a keyed
    hash: who reports the same report again changes what they said before.
    """

    reason: ContentReason
    words: Sealed[str] | None = None
    sender: str
