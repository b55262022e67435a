"""What can go wrong with I/O, by what the caller can do about it.

    ChassisError
      Retryable            trying the same again may help
        StoreUnavailable     the store did not take the call: nothing was written
        OutcomeUnknown       the call may or may not have been carried out: ask again with the same ids
        Busy                 too much is waiting; `retry_after_s` says when to come back
        BrokerUnavailable    Kafka is not there
      Permanent            trying the same again cannot help
        Conflict             somebody appended first: load and decide again
        IdClash              some, but not all, of these event ids are in the stream
        EventTooLarge        the store refuses an event of this size
        StreamDeleted        the stream is gone from the store
        WrongStore           this checkpoint, or these keys, belong to another store
        OldTable             a table that another version made, and that this one cannot use
        AccessDenied         wrong credential, wrong certificate, no right
        Poison               a message that can never succeed
      Fenced               another process has taken over; this one must let go

Refusals of the rules are not here: see `schemas.base.refusals`.
"""

from collections.abc import Sequence
from uuid import UUID


class ChassisError(Exception):
    """Anything that I/O did to us."""


class Retryable(ChassisError):
    """Trying the same again may help."""


class StoreUnavailable(Retryable):
    """The store did not take the call: nothing was written."""


class OutcomeUnknown(Retryable):
    """The call may have been carried out or not. Neither success nor failure: ask again with the same ids."""


class Busy(Retryable):
    """Too much is waiting. HTTP says it as 503 with Retry-After."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"busy, come back in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class BrokerUnavailable(Retryable):
    """Kafka is not there."""


class Permanent(ChassisError):
    """Trying the same again cannot help."""


class Conflict(Permanent):
    """Somebody appended first. Load, fold and decide again; never append the old decision."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream}: expected version {expected}, found {actual}")
        self.stream, self.expected, self.actual = stream, expected, actual


class IdClash(Permanent):
    """Some, but not all, of these event ids are already in the stream as its writer saw it: two appends share an id."""

    def __init__(self, stream: str, ids: frozenset[UUID]) -> None:
        super().__init__(f"{stream}: already holds {', '.join(sorted(map(str, ids)))}")
        self.stream, self.ids = stream, ids


class EventTooLarge(Permanent):
    """The store refuses an event of this size."""


class StreamDeleted(Permanent):
    """The stream is gone from the store."""


class WrongStore(Permanent):
    """A checkpoint, receipt or key ring that belongs to another store."""


class OldTable(Permanent):
    """A table that another version made, and that this one cannot use."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        super().__init__(
            f"the table {table} was made by another version (its columns {', '.join(columns)} are other ones): "
            "if it is a read model's, remove its database, and it fills again from the store"
        )


class AccessDenied(Permanent):
    """Wrong credential, wrong certificate, or no right."""


class Poison(Permanent):
    """A message that can never succeed; `reason` goes to the dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fenced(ChassisError):
    """Another process has taken over: what is in hand here must be let go at once."""
