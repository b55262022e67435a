"""All ids. They are derived from their inputs, never random, so that a repeated request gets the same id.

Tracking codes and public numbers end in a check character by the Luhn algorithm (ISO/IEC 7812-1 annex B, generalised
to an alphabet of N), which detects every single wrong character and nearly every swap of neighbours.
"""

import re
from datetime import date
from hashlib import sha1
from typing import Final
from uuid import UUID

from schemas.base.client_keys import canonical_key, other_spellings
from schemas.base.mac import mac

NAMESPACE: Final = UUID("6f0f5f3c-6a5e-5d0e-9a58-1f6a9c8f2b11")
_NAMESPACE_BYTES: Final = NAMESPACE.bytes
_VERSION_5: Final = 5 << 76 | 0b10 << 62
_FREE: Final = ~(0xF << 76 | 0b11 << 62)
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DIGITS: Final = "0123456789"
CODE_LENGTH: Final = 13
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_NUMBER: Final = re.compile(r"^SP-(\d{4})-(\d{6,})-(\d)$")


class MalformedCode(ValueError):
    """Not a tracking code or public number: wrong length, character or check character."""


def complaint_id(channel: str, client: str, key: str) -> UUID:
    """The complaint that `client` files through `channel` under its idempotency `key`."""
    return _derive("complaint", channel, client, canonical_key(key))


def former_complaint_ids(channel: str, client: str, key: str) -> tuple[UUID, ...]:
    """The complaints that earlier versions filed under other spellings of the same UUID."""
    return tuple(_derive("complaint", channel, client, spelled) for spelled in other_spellings(key))


def move_id(complaint: UUID, client: str, route: str, key: str) -> UUID:
    """The causation id of one POST on an existing complaint by one client."""
    return _derive("move", str(complaint), client, route, canonical_key(key))


def former_move_ids(complaint: UUID, client: str, route: str, key: str) -> tuple[UUID, ...]:
    """The causation ids that earlier versions gave this POST under other spellings of the same UUID."""
    return tuple(_derive("move", str(complaint), client, route, spelled) for spelled in other_spellings(key))


def office_move_ids(
    complaint: UUID, office: str, client: str, device: str | None, route: str, key: str
) -> tuple[UUID, tuple[UUID, ...]]:
    """The causation id of one POST by somebody who acts for an office, such as `agency:pln`, and the ids that earlier
    versions gave it. These named the device (None: none) where the client now is whoever is signed in.
    """
    former: tuple[UUID, ...] = ()
    if device is not None:
        named = (complaint, f"{office}/{device}", route, key)
        former = (move_id(*named), *former_move_ids(*named))
    return move_id(complaint, f"{office}/{client}", route, key), former


def event_id(stream: str, causation: UUID, type_: str, ordinal: int) -> UUID:
    """The event of this type that `causation` leads to in `stream`; `ordinal`: index in the append, or timer number."""
    return _derive("event", stream, str(causation), type_, str(ordinal))


def person_id(complaint: UUID, request_hash: str) -> UUID:
    """The vault row of the person who filed this complaint with this request."""
    return _derive("person", str(complaint), request_hash)


def part_id(whole: UUID, split_id: UUID, ordinal: int) -> UUID:
    """The `ordinal`-th part of one split of `whole`; `split_id` is the causation id of the split."""
    return _derive("part", str(whole), str(split_id), str(ordinal))


def derived_id(*parts: str) -> UUID:
    """A stable id from any other parts (receipts, supports, attachments)."""
    return _derive("other", *parts)


def tracking_code(secret: bytes, complaint: UUID) -> str:
    """13 Crockford characters of HMAC(secret, complaint) and a check character, shown 4-5-5. A secret: never log it."""
    number = int.from_bytes(mac(secret, complaint.bytes)[:9], "big") >> (72 - 5 * CODE_LENGTH)
    code = "".join(CROCKFORD[(number >> (5 * i)) & 31] for i in reversed(range(CODE_LENGTH)))
    return _hyphenated(code + _check(code, CROCKFORD))


def parse_tracking_code(text: str) -> str:
    """The code in its canonical form; case, hyphens, spaces and look-alike letters are forgiven.

    Raises:
        MalformedCode: wrong length, character or check character.
    """
    code = text.strip().upper().translate(_LOOKALIKES)
    if len(code) != CODE_LENGTH + 1 or not set(code) <= set(CROCKFORD):
        raise MalformedCode("a tracking code has 14 characters, such as 7K3M-9QX2A-TB4C8")
    if _check(code[:-1], CROCKFORD) != code[-1]:
        raise MalformedCode("the tracking code has a typing error: its check character does not match")
    return _hyphenated(code)


def public_number(filed_on: date, counter: int) -> str:
    """A complaint's public number, such as SP-2026-004213-7. It is no secret and gives no access."""
    digits = f"{filed_on.year:04d}{counter:06d}"
    return f"SP-{digits[:4]}-{digits[4:]}-{_check(digits, DIGITS)}"


def parse_public_number(text: str) -> str:
    """The number in its canonical form.

    Raises:
        MalformedCode: wrong shape or check digit.
    """
    match = _NUMBER.match(text.strip().upper())
    if match is None or _check(match[1] + match[2], DIGITS) != match[3]:
        raise MalformedCode("a public number looks like SP-2026-004213-7")
    return match[0]


def _hyphenated(code: str) -> str:
    return f"{code[:4]}-{code[4:9]}-{code[9:]}"


def _derive(*parts: str) -> UUID:
    # Length prefixes keep two lists of parts from giving the same name. This is `uuid.uuid5` (RFC 9562, section 5.5)
    # at half its cost, since every event gets its id here.
    name = "".join([f"{len(part)}:{part}" for part in parts])
    digest = sha1(_NAMESPACE_BYTES + name.encode(), usedforsecurity=False).digest()
    bits = int.from_bytes(digest[:16], "big")
    return UUID(int=bits & _FREE | _VERSION_5)


def _check(text: str, alphabet: str) -> str:
    base, total = len(alphabet), 0
    for index, character in enumerate(reversed(text)):
        product = alphabet.index(character) * (2 if index % 2 == 0 else 1)
        total += product // base + product % base
    return alphabet[-total % base]
