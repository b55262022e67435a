"""Keys that clients make, and the names of the clients, within which keys are told apart.

One UUID is one key, however it is spelled (RFC 9562, section 4); other texts stay. A client is a device, which anybody
can claim to be, or somebody signed in: no device can take the name of the latter, and so never one of its keys.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_HEX: Final = "[0-9a-f]"
_DIGITS: Final = rf"{_HEX}{{32}}|{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_UUID: Final = re.compile(rf"(?:urn:uuid:)?(?:\{{({_DIGITS})\}}|({_DIGITS}))", re.ASCII | re.IGNORECASE)


def canonical_key(key: str) -> str:
    """A UUID in lower case with hyphens, whether it came in upper case, in braces, as a URN or without hyphens."""
    return _hyphenated(key) or key


def is_uuid(key: str) -> bool:
    """Whether the key is a UUID in one of these spellings."""
    return _hyphenated(key) is not None


def other_spellings(key: str) -> tuple[str, ...]:
    """Other spellings of a UUID, the given one among them; none of any other key. Earlier versions told them apart."""
    canonical = _hyphenated(key)
    if canonical is None:
        return ()
    plain = [spelled for digits in (canonical, canonical.replace("-", "")) for spelled in (digits, digits.upper())]
    every = [f"{before}{each}{after}" for each in plain for before, after in _AROUND]
    return tuple(dict.fromkeys(each for each in [key, *every] if each != canonical))


GATEWAY: Final = "gateway:"
PRINCIPAL: Final = "principal:"


def device_client(device: str) -> str:
    """The client of a device that names itself with any text, such as Open311's `device_id`."""
    return f"device:{device}" if device.startswith((GATEWAY, PRINCIPAL)) else device


def gateway_client(gateway: str) -> str:
    """The client of a channel gateway, however it files: its token or its topic names it."""
    return GATEWAY + gateway


def gateway_of_client(client: str) -> str | None:
    """The gateway that this client is; None: another client."""
    return client.removeprefix(GATEWAY) if client.startswith(GATEWAY) else None


def before_gateways(gateway: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """The clients under which a gateway may have filed before its topic or token named it: gateways that it took over
    and the names that it wrote into its messages (`names`), and its own id as such a name. A UUID names a device.
    """
    written = [*names, *([] if is_uuid(gateway) else [gateway])]
    return tuple(dict.fromkeys([*(gateway_client(name) for name in names), *written]))


_AROUND: Final = (("", ""), ("{", "}"), ("urn:uuid:", ""), ("URN:UUID:", ""))


@lru_cache(maxsize=256)  # one request asks several times
def _hyphenated(key: str) -> str | None:
    match = _UUID.fullmatch(key)
    if match is None:
        return None
    digits = (match[1] or match[2]).replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
