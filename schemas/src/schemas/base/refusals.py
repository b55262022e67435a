"""Every refusal of the rules, by name, with the data that a page needs to explain it.

A refusal is no error: the command was understood, and the present state does not allow it. `schemas.wording.refusals`
has the sentences. `status_hint` is the HTTP status of the answer; the core itself knows no HTTP.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule refused a command. `data` fills the sentence and goes into the answer."""

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
    """It does not exist, or it is not the caller's: one answer for both, so that nobody can probe."""

    status_hint = 404


class NotSignedIn(Refusal):
    """The request needs a valid access token, or the page a signed-in person. `why`: the fault of the token that was
    sent, in one word.
    """

    status_hint = 401


class NotAllowed(Refusal):
    """Only `who` may do this."""

    status_hint = 403


class NotTheHolder(Refusal):
    """Somebody else holds it: `holder` is the present holder, `holder_name` the name of its agency."""


class WrongStatus(Refusal):
    """The complaint's `status` does not allow `action`."""


class AlreadyClosed(Refusal):
    """It was closed for `reason`."""


class UnseenDetail(Refusal):
    """The reporter added a detail at `version` that the answer's author had not seen."""


class BindingPlacement(Refusal):
    """The arbiter placed it, so it cannot be returned."""


class PartsOpen(Refusal):
    """The whole waits for its mandatory `parts`, which these `bodies` hold."""


class NotDisputable(Refusal):
    """This closing cannot be disputed, because of `why`."""


class TooManyMoves(Refusal):
    """The reporter's side has reached its `limit` of requests."""

    status_hint = 429


class CannotJoin(Refusal):
    """The two complaints cannot be joined, because of `why`."""


class CannotSplit(Refusal):
    """It cannot be split, because of `why`."""


class UnknownAgency(Refusal):
    """The registry has no living `agency` of that id."""

    status_hint = 422


class UnknownUnit(Refusal):
    """`agency` has no `unit` of that id."""

    status_hint = 422


class AgencyExists(Refusal):
    """The registry already has this `agency`, with other data."""


class MandateOverlaps(Refusal):
    """`agency` already has this mandate in that period."""


class NoSuchMandate(Refusal):
    """There is no such mandate to withdraw."""

    status_hint = 404


class DataErased(Refusal):
    """The personal data of this complaint is erased, so nothing can be added."""

    status_hint = 410


class HiddenByDesk(Refusal):
    """The triage desk took this report from the public, because of `why`."""

    status_hint = 410


class PhotoNotPublic(Refusal):
    """The public cannot see this file, because of `why`."""


class FileWaiting(Refusal):
    """The file is not scanned and cleaned yet."""


class FileWithheld(Refusal):
    """Nobody opens this file, because of `why`: `infected`, or `withheld` to protect the reporter."""


class RequestDiffers(Refusal):
    """The idempotency key was used before for a different request."""

    status_hint = 422


class VersionMismatch(Refusal):
    """If-Match lists the entity tags `expected`, and the present one is `actual`; or If-None-Match lists `actual`."""

    status_hint = 412


class NoPermission(Refusal):
    """The reporter has not allowed this."""

    status_hint = 403
