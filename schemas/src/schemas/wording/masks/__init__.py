"""Masks for what identifies a person in published text, whoever wrote it and however it is spelt. Pure.

docs/adr/0046-what-is-masked-in-published-text.md says what is masked and what stays.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from schemas.wording.masks import near, numbers, phones
from schemas.wording.masks.groups import Group, chains
from schemas.wording.masks.mails import mails
from schemas.wording.masks.others import IMPERSONAL, plates
from schemas.wording.masks.places import masked_address
from schemas.wording.masks.plain import plain

__all__ = ["BESIDES", "Kind", "Masked", "masked", "masked_address", "personal"]

BESIDES: Final = "[Open311]\n"
"""The line above what an Open311 client sent beside its description. The public reads only what stands before it."""


class Kind(StrEnum):
    """What a mask hides. The value is the word shown instead."""

    LINK = "link"
    MAIL = "e-mail"
    PLATE = "plate"
    IDENTITY = "NIK"
    PHONE = "phone"
    ACCOUNT = "number"


class Masked(NamedTuple):
    """A part of a text, from `start` to `end` (characters), that others must not read."""

    start: int
    end: int
    kind: Kind


_LINK: Final = re.compile(
    r"(?:https?://|www\.|(?<!\w)(?:(?:wa|t|m|line)\.me|wa\.link|bit\.ly|s\.id|(?:api|chat)\.whatsapp\.com)/)[^\s]*[^\s).,;>\"'\]]",
    re.IGNORECASE,
)
_CLOSING: Final = {"(": ")", "[": "]"}
_DIGIT: Final = re.compile(r"\d")
_LINK_HINTS: Final = ("://", "www.", ".me/", "wa.link/", "bit.ly/", "s.id/", "whatsapp.com/")
"""Without one of these a text has no link."""
_SPOKEN: Final = ("nol", "kosong", "lapan", "zero", "eight")
"""Without one of these a text without digits has no number."""
_LEAST_DIGITS: Final = 4
"""Of every number that is masked, beside plates."""


def masked(text: str) -> str:
    """The text without e-mail addresses, links, identity and telephone numbers; account and plate numbers are hidden
    beside a word that names them.
    """
    made, last = list[str](), 0
    for each in personal(text):
        made += [text[last : each.start], f"[{each.kind}]"]
        last = each.end
    return "".join([*made, text[last:]])


def personal(text: str) -> list[Masked]:
    """What `masked` hides, in order and without overlaps."""
    read = plain(text)
    found = list[Masked]()
    for each in sorted(_found(read.text)):
        start, end = read.original(each.start, each.end)
        if not found or start >= found[-1].end:
            found.append(Masked(start, end, each.kind))
        elif end > found[-1].end:
            found[-1] = found[-1]._replace(end=end)
    return found


def _found(text: str) -> Iterator[Masked]:
    lower = text.lower()
    linked = any(hint in lower for hint in _LINK_HINTS)
    taken = [Masked(*each.span(), Kind.LINK) for each in (_LINK.finditer(text) if linked else ())]
    taken += [Masked(*each, Kind.MAIL) for each in mails(text)]
    digits = sum(1 for _ in islice(_DIGIT.finditer(text), _LEAST_DIGITS))
    taken += [Masked(*each, Kind.PLATE) for each in (plates(text) if digits else ())]
    yield from taken
    if digits < _LEAST_DIGITS and not any(word in lower for word in _SPOKEN):
        return
    closed = sorted([*((each.start, each.end) for each in taken), *(each.span() for each in IMPERSONAL.finditer(text))])
    for chain in chains(text, closed):
        yield from _numbers(text, chain)


def _numbers(text: str, chain: list[Group]) -> Iterator[Masked]:
    at = 0
    while at < len(chain):
        kind, count = _number(text, chain, at)
        if kind is not None:
            yield _around(text, chain[at : at + count], kind)
        at += count


def _number(text: str, chain: list[Group], at: int) -> tuple[Kind | None, int]:
    """The kind of number at this group and how many groups it has; None: no personal number."""
    if date := near.length_of_date(chain, at):
        return None, date
    for kind, read in ((Kind.IDENTITY, numbers.identity), (Kind.PHONE, phones.phone), (Kind.ACCOUNT, numbers.account)):
        if count := read(text, chain, at):
            return kind, count
    return None, 1


def _around(text: str, groups: list[Group], kind: Kind) -> Masked:
    """With the plus sign before it, and a bracket before it that closes inside."""
    start, end = groups[0].start, groups[-1].end
    before = text[max(0, start - 4) : start]
    lead = len(before) - len(before.rstrip("+ ")) if "+" in before else 0
    start -= lead
    opened = text[max(0, start - 1) : start]
    if opened and opened in "([" and _CLOSING[opened] in text[start:end]:
        start -= 1
    return Masked(start, end, kind)
