"""From which address a request comes: the peer's, or behind proxies that are trusted the one that they name.

A client may write anything into `X-Forwarded-For`; only what trusted proxies appended, from the right, counts
(RFC 7239, section 8.1).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from chassis.base.addresses import Address, Network, address

FORWARDED: Final = "forwarded"
_ELEMENT: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
_PAIR: Final = re.compile(r'([^\s;=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)')
_PORT: Final = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<four>[0-9.]+))(?::[\w.-]+)?")


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether the address belongs to a trusted proxy."""
    found = address(peer)
    return found is not None and any(found in each for each in trusted)


def source(peer: str, hops: Sequence[str], trusted: Sequence[Network]) -> str:
    """The rightmost address that is not a trusted proxy's. `hops`: from left to right, as the proxies name them. A hop
    without an address (`unknown`, a name) is counted for the proxy that named it.
    """
    here = peer
    for hop in reversed(hops):
        if not is_trusted(here, trusted):
            break
        before = _address_of(hop)
        if before is None:
            break
        here = str(before)
    return here


def forwarded_for(lines: Iterable[str]) -> list[str]:
    """The hops of all lines of `X-Forwarded-For`."""
    return [hop.strip() for line in lines for hop in line.split(",")]


def forwarded(lines: Iterable[str]) -> tuple[list[str], str | None]:
    """The hops of all lines of `Forwarded` (RFC 7239), and the protocol that the last proxy was asked over."""
    elements = [dict(_pairs(element)) for line in lines for element in _ELEMENT.findall(line)]
    return [each.get("for", "") for each in elements], elements[-1].get("proto") if elements else None


def _pairs(element: str) -> Iterator[tuple[str, str]]:
    for name, value in _PAIR.findall(element):
        yield name.lower(), re.sub(r"\\(.)", r"\1", value.strip('"')) if value.startswith('"') else value


def _address_of(hop: str) -> Address | None:
    found = _PORT.fullmatch(hop)
    return address(hop) or (address(found["six"] or found["four"] or "") if found else None)
