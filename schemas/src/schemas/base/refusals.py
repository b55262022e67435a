"""Every "no" of the rules, by name, with the data that a page needs to explain it.

A refusal is no error: the command was understood and the present state does not allow it. `schemas.wording`
puts it into words. `status_hint` is what HTTP answers; the core itself never speaks HTTP.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. `data` fills the sentence and goes into the answer."""

    status_hint: ClassVar[int] = 409

    def __init__(self, **data: Any) -> None:
        super().__init__(f"{self.code()} {data}")
        self.data = data

    @classmethod
    def code(cls) -> str:
        """The stable name that clients match on, such as `not-the-holder`."""
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("-")


class InvalidField(Refusal):
    """A field of the request is wrong: `field` names it, `why` says how."""

    status_hint = 422


class NotFound(Refusal):
    """There is none, or it is not yours: the same answer, so that nobody can probe."""

    status_hint = 404


class NotTheHolder(Refusal):
    """Somebody else has it now: `holder` says who; a body's name is `holder_name`."""


class WrongStatus(Refusal):
    """The complaint's `status` does not allow `action`."""


class AlreadyClosed(Refusal):
    """It is closed, for `reason`."""


class UnseenDetail(Refusal):
    """The reporter has added something (at `version`) that this answer was written without."""


class BindingPlacement(Refusal):
    """The arbiter placed it here: it cannot be returned."""


class PartsOpen(Refusal):
    """The whole waits for its mandatory `parts`, the shares of these `bodies`."""


class NotDisputable(Refusal):
    """This ending cannot be disputed: `why`."""


class TooManyMoves(Refusal):
    """The reporter's side has reached its `limit`."""

    status_hint = 429


class CannotJoin(Refusal):
    """These two cannot be joined: `why`."""


class CannotSplit(Refusal):
    """It cannot be split: `why`."""


class UnknownAgency(Refusal):
    """The registry knows no `agency` of that name today."""

    status_hint = 422


class UnknownUnit(Refusal):
    """`agency` has no `unit` of that name."""

    status_hint = 422


class AgencyExists(Refusal):
    """The registry already has this `agency`, with other data."""


class MandateOverlaps(Refusal):
    """`agency` already has this very authority in that time."""


class NoSuchMandate(Refusal):
    """There is no such mandate to withdraw."""

    status_hint = 404


class DataErased(Refusal):
    """The personal data of this complaint is erased; nothing more can be said under it."""

    status_hint = 410


class RequestDiffers(Refusal):
    """The same idempotency key came before with another request."""

    status_hint = 422


class VersionMismatch(Refusal):
    """If-Match names version `expected`; the complaint is at `actual`."""

    status_hint = 412


class NoPermission(Refusal):
    """The reporter has not allowed this."""

    status_hint = 403
