"""What `satupintu doctor` finds, and when a measured number is one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from schemas.base.topics import Topic

BEHIND_EVENTS: Final = 1_000
"""Events that a read model may be behind for a moment under load."""
WORK_LATE: Final = timedelta(seconds=60)
"""Age of due work from which something is wrong: a sweep comes every second."""
SECRET_DAYS: Final = 365
DISK_FREE: Final = 0.10
DISK_BYTES: Final = 2 * 1024**3
"""Room that must be free: this part, or at least so many bytes."""
COPIES: Final = 3
"""Copies of each record in production, of which two must be written (docs/architecture.md, one machine and many)."""
IN_SYNC: Final = 2
WORK: Final = {
    "router": "a complaint that nobody placed is due",
    "agency-inbox": "a message that no agency got is due",
    "escalation": "a reminder, a miss or an escalation is due",
}


class Finding(NamedTuple):
    """Something that is wrong, or (`known` false) could not be looked at. `since`: as far as that is known. `do`: a
    command, or where to look.
    """

    check: str
    what: str
    do: str
    since: datetime | None = None
    known: bool = True


def unknown(check: str, error: Exception, do: str) -> Finding:
    """A check that failed itself."""
    return Finding(check, f"could not be checked: {type(error).__name__}: {error}", do, known=False)


def view_behind(name: str, position: int | None, newest: int) -> Iterable[Finding]:
    """A read model at this position of a store whose newest event is at `newest`."""
    behind = newest - (position or 0)
    if behind > BEHIND_EVENTS:
        yield Finding(
            "read models", f"{name} is {behind} events behind", f"look at its worker's log; satupintu rebuild {name}"
        )


def work_late(service: str, due_at: datetime | None, now: datetime) -> Iterable[Finding]:
    """The oldest due work of a service's sweep."""
    if due_at is not None and now - due_at > WORK_LATE:
        what = WORK.get(service, "work is due")
        do = f"see that a worker of {service} runs; look for `sweep failed` in its log"
        yield Finding("work", f"{service}: {what} since {_age(now - due_at)}", do, due_at)


def books(found: Mapping[str, Any] | None) -> Iterable[Finding]:
    """The answer of the books; None: no service tells them."""
    if found is not None and not found["balanced"]:
        yield Finding("books", "a complaint is counted twice or not at all, or has no holder", "satupintu audit")


def topic(wanted: Topic, there: Mapping[str, Any] | None, *, production: bool) -> Iterable[Finding]:
    """A topic as the brokers describe it: `partitions`, `copies`, `in_sync` (the least in any partition) and
    `min_insync`. None: it is not there.
    """
    name = wanted.name
    if there is None:
        yield Finding("topics", f"{name} does not exist", "start the relay, which creates it")
        return
    if there["partitions"] != wanted.partitions:
        yield Finding(
            "topics", f"{name} has {there['partitions']} partitions, not {wanted.partitions}", "satupintu topics renew"
        )
    if there["in_sync"] < there["copies"]:
        yield Finding(
            "topics",
            f"{name}: a partition has {there['in_sync']} of {there['copies']} copies",
            "start the missing broker",
        )
    if production and (there["copies"] < COPIES or there.get("min_insync", IN_SYNC) < IN_SYNC):
        what = f"{name} has {there['copies']} copies, of which {there.get('min_insync', IN_SYNC)} must be written"
        yield Finding("topics", what, f"keep {COPIES} copies with min.insync.replicas={IN_SYNC}")


def dead_letters(service: str, written_at: Sequence[datetime]) -> Iterable[Finding]:
    """The open dead letters of a service."""
    if written_at:
        what = f"{service} has {len(written_at)} dead letters"
        yield Finding("dead letters", what, f"satupintu dead-letters list {service}", min(written_at))


def secret(name: str, changed_at: datetime, now: datetime, do: str) -> Iterable[Finding]:
    """A secret's file. `now` and `changed_at` are of real time."""
    if now - changed_at > timedelta(days=SECRET_DAYS):
        yield Finding("secrets", f"{name} was not changed for {_age(now - changed_at)}", do, changed_at)


def disk(path: str, total: int, free: int) -> Iterable[Finding]:
    """Bytes of the file system that holds our files."""
    if free < max(DISK_FREE * total, min(DISK_BYTES, total / 2)):
        yield Finding(
            "disk", f"{path}: {free // 1024**2} MiB of {total // 1024**2} MiB are free", "make room before it is full"
        )


def _age(delta: timedelta) -> str:
    seconds = int(delta.total_seconds())
    if seconds >= 2 * 86_400:
        return f"{seconds // 86_400} days"
    if seconds >= 2 * 3_600:
        return f"{seconds // 3_600} hours"
    return f"{seconds // 60} minutes" if seconds >= 120 else f"{seconds} s"
