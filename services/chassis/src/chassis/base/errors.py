"""Errors of I/O, sorted by what the caller can do about them.

    ChassisError
      Retryable            a retry may help
        StoreUnavailable     the store did not accept the call: nothing was written
        OutcomeUnknown       the call may or may not have been carried out: retry with the same ids
        Busy                 overloaded; `retry_after_s` says when to retry
        BrokerUnavailable    Kafka does not answer
      Permanent            a retry of the same call cannot help
        Conflict             another writer appended first: load and decide again
        IdClash              some, but not all, of these event ids are in the stream
        EventTooLarge        the store refuses an event of this size
        MessageTooLarge      the broker refuses a record of this size
        StreamDeleted        the stream was deleted from the store
        NotFinished          a fact that may be written only once an upgrade is finished
        NeedsPerson          a person must act; the message says how
          WrongStore           this checkpoint, or these keys, belong to another store
          OldTable             a table made by another version, unusable by this one
          NotMigrated          a database lacks migrations: satupintu migrate
          TooNew               a database of a version that this one cannot work beside
          AccessDenied         wrong credential, wrong certificate or missing permission
            KafkaDenied          the same, of Kafka
        Poison               a message that can never succeed
      Fenced               another process has taken over; this one must stop

Refusals by business rules are in `schemas.base.refusals`.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

EXIT_NEEDS_PERSON: Final = 2
"""Exit code of a process that a restart cannot help: a wrong store, key or setting, or a wrong command line. The last
lines of its log say what to do.
"""


class ChassisError(Exception):
    """Any error of I/O."""


class Retryable(ChassisError):
    """A retry may help."""


class Interrupted(Retryable):
    """A client library let the cancellation of a task of its own escape. Nobody asked ours to end."""


class StoreUnavailable(Retryable):
    """The store did not accept the call: nothing was written."""


class OutcomeUnknown(Retryable):
    """The call may have been carried out or not: retry with the same ids."""


class Busy(Retryable):
    """Overloaded. Over HTTP: 503 with Retry-After."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"busy, retry in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class BrokerUnavailable(Retryable):
    """Kafka does not answer."""


class Permanent(ChassisError):
    """A retry of the same call cannot help."""


class Conflict(Permanent):
    """Another writer appended first. Load, fold and decide again; never append the old decision."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream}: expected version {expected}, found {actual}")
        self.stream, self.expected, self.actual = stream, expected, actual


class IdClash(Permanent):
    """Some, but not all, of these event ids are already in the stream that the writer read: two appends share an id."""

    def __init__(self, stream: str, ids: frozenset[UUID]) -> None:
        super().__init__(f"{stream}: already holds {', '.join(sorted(map(str, ids)))}")
        self.stream, self.ids = stream, ids


class EventTooLarge(Permanent):
    """The store refuses an event of this size."""


class MessageTooLarge(Permanent):
    """The broker refuses a record of this size."""


class StreamDeleted(Permanent):
    """The stream was deleted from the store."""


class NeedsPerson(Permanent):
    """A person must act, and the message says how: a restart cannot help. Ends a process with `EXIT_NEEDS_PERSON`."""


class WrongStore(NeedsPerson):
    """A checkpoint, receipt or key ring belongs to another store."""


class OldTable(NeedsPerson):
    """A table made by another version, unusable by this one."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        super().__init__(
            f"the table {table} was made by another version (its columns {', '.join(columns)} differ): "
            "if it belongs to a read model, remove its database; it is filled again from the store"
        )


class NotMigrated(NeedsPerson):
    """The database of a history of tables is behind this version."""

    def __init__(self, history: str, setting: str, wanted: str) -> None:
        super().__init__(
            f"the database of {history} (SATUPINTU_{setting.upper()}) lacks migrations up to {wanted}: "
            "run `satupintu migrate` once, with this version and the same settings, then start this process again"
        )


class TooNew(NeedsPerson):
    """The database of a history of tables belongs to a version that this one cannot work beside."""

    def __init__(self, history: str, revision: str) -> None:
        super().__init__(
            f"the database of {history} is at revision {revision}, of a newer version whose upgrade was finished: "
            "start that version, or restore a backup of before the upgrade"
        )


class NotFinished(Permanent):
    """A new kind of fact, while processes of the version before may still run."""

    def __init__(self, fact: str, needed: int, level: int) -> None:
        super().__init__(
            f"{fact} needs feature level {needed}, and this installation is at {level}: once every process is of this "
            "version, run `satupintu migrate --finish`"
        )
        self.fact = fact


class AccessDenied(NeedsPerson):
    """Wrong credential, wrong certificate or missing permission."""


class KafkaDenied(AccessDenied):
    """Kafka refuses the user, or the user has no right to this. Retried for a while by `RetryPolicy.until_up`: after a
    broker was made anew, its users and rights are made again within seconds.
    """


class Poison(Permanent):
    """A message that can never succeed; `reason` goes to the dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fenced(ChassisError):
    """Another process has taken over: stop at once and drop the work in progress."""
