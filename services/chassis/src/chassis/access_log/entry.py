"""One entry of the access log and the chain that entries make. Pure.

Each entry's code is HMAC-SHA256, under a key that only the platform has, over the code before it and its own content:
who can write to the database but not read the platform's secrets cannot change, remove or insert an entry unseen. A
removed end is seen by a head that was noted elsewhere (`Head`).
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NamedTuple, Protocol

from chassis.sql.types import EPOCH, microseconds
from schemas.access.principal import Principal
from schemas.base.mac import mac

About = Mapping[str, str | int]

START: Final = bytes(32)
"""What stands for the code before the first entry."""
LONGEST: Final = 300
"""Most characters of a value in `about`."""


class Kind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    """Idle or too old."""
    ROLES_CHANGED = "roles-changed"
    """The provider gave other roles while the person was signed in."""
    CALL_REFUSED = "call-refused"
    """401, 403 or 404 by rule."""
    CALLS_NOT_LISTED = "calls-not-listed"
    """`count` more refused calls within a minute."""
    CREDENTIAL_MADE = "credential-made"
    CREDENTIAL_ENDED = "credential-ended"
    WORDS_READ = "words-read"
    """By a command on the machine, with `reason`, and `by` whom in their own words."""
    SECRET_CHANGED = "secret-changed"  # noqa: S105 - the name of a kind


ABOUT: Final = frozenset(
    {"why", "route", "method", "status", "from", "to", "by", "sessions", "count", "agency", "gateway", "user", "until"}
    | {"complaint", "version", "secret", "command", "reason"}
)
"""What an entry may say besides who and what. A closed list: tokens, codes, cookies and reporters' words have no place
in it. `secret` is the name of a secret, such as `code.secret`; `reason` is what an operator gave for reading words.
"""


class Entry(NamedTuple):
    """One entry. `number` counts from 1; `roles` as `officer:pln triage`; never a name."""

    number: int
    at: datetime
    kind: str
    issuer: str
    subject: str
    roles: str
    about: dict[str, str | int]


class Chained(NamedTuple):
    """An entry with the name of the key and its code."""

    entry: Entry
    key: str
    code: bytes


class Head(NamedTuple):
    """The newest entry, to be noted elsewhere. As text `NUMBER:CODE`."""

    number: int
    code: str

    def __str__(self) -> str:
        return f"{self.number}:{self.code}"

    @classmethod
    def of(cls, text: str) -> "Head":
        """Raises ValueError: not a head."""
        match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
        if match is None:
            raise ValueError("a head is NUMBER:CODE, as `satupintu access-log check` prints it")
        return cls(int(match[1]), match[2])


class Fault(NamedTuple):
    """Where the chain is broken, and how."""

    number: int
    why: str


class Checked(NamedTuple):
    """What a check found. `other_key`: entries made under another master key, which could not be checked."""

    entries: int
    head: Head
    faults: list[Fault]
    other_key: int


class AccessLogger(Protocol):
    """Where services note who acted. `chassis.access_log.log.AccessLog` keeps it, `MemoryAccessLog` is for tests."""

    async def append(self, kind: Kind, who: Principal, about: About) -> None:
        """Write one entry; it is on disk when this returns.

        Raises:
            ValueError: `about` has a name that is not in `ABOUT`, or too long a value.
        """
        ...

    def call_refused(self, who: Principal, about: About, kind: Kind = Kind.CALL_REFUSED) -> None:
        """Note a refused call or sign-in without waiting for a disk."""
        ...


class MemoryAccessLog:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def append(self, kind: Kind, who: Principal, about: About) -> None:
        self.entries.append(new_entry(len(self.entries) + 1, EPOCH, kind, who, about))

    def call_refused(self, who: Principal, about: About, kind: Kind = Kind.CALL_REFUSED) -> None:
        self.entries.append(new_entry(len(self.entries) + 1, EPOCH, kind, who, about))


def new_entry(number: int, at: datetime, kind: Kind, who: Principal, about: About) -> Entry:
    """An entry.

    Raises:
        ValueError: `about` has a name that is not in `ABOUT`, or too long a value.
    """
    for name, value in about.items():
        if name not in ABOUT or len(str(value)) > LONGEST:
            raise ValueError(f"the access log keeps no {name!r}, or not so much of it")
    roles = " ".join(sorted(map(str, who.grants)))
    return Entry(number, at, str(kind), who.issuer, who.subject, roles, dict(about))


def key_name(key: bytes) -> str:
    """Tells keys apart."""
    return sha256(b"name of key" + key).hexdigest()[:16]


def code(key: bytes, before: bytes, entry: Entry) -> bytes:
    """The code of an entry after the entry with the code `before`."""
    content = [*entry[:1], microseconds(entry.at), *entry[2:]]
    return mac(key, before + json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def check(entries: Iterable[Chained], keys: Mapping[str, bytes], noted: Head | None = None) -> Checked:
    """Check a whole log, in order. `keys`: by `key_name`. `noted`: a head of before, which must still be there."""
    before, number, faults, other, ours = START, 0, list[Fault](), 0, False
    seen = noted is None
    for entry, name, found in entries:
        if entry.number != number + 1:
            faults.append(Fault(number + 1, "missing"))
        key = keys.get(name)
        if key is None:
            other += 1
            if ours:  # a key is replaced once, and never by an older one
                faults.append(Fault(entry.number, "made under an unknown key"))
        elif not compare_digest(code(key, before, entry), found):
            faults.append(Fault(entry.number, "changed, or an entry before it is missing"))
        if noted is not None and entry.number == noted.number:
            seen = True
            if found.hex() != noted.code:
                faults.append(Fault(entry.number, "not the entry that was noted"))
        before, number, ours = found, entry.number, ours or key is not None
    if noted is not None and not seen:
        faults.append(Fault(number + 1, f"missing, up to the noted {noted.number}"))
    return Checked(number, Head(number, before.hex()), faults, other)
