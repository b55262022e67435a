"""Network addresses: which are this machine's own, and whom several of them belong to."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
SUBSCRIBER_BITS: Final = 64
"""One subscriber of IPv6 has at least so large a network (RFC 6177), so single addresses say nothing."""


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    if host == "localhost":
        return True
    found = address(host)
    return found is not None and found.is_loopback


def address(text: str) -> Address | None:
    """The address that `text` is, without a zone; an IPv4 address inside an IPv6 one (RFC 4291, 2.5.5.2) is IPv4."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=4096)
def subscriber(text: str) -> str:
    """Whom to count requests from this address for: the IPv4 address, the /64 of an IPv6 address, or `text` itself."""
    found = address(text)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, SUBSCRIBER_BITS), strict=False))
    return text if found is None else str(found)


def network(text: str) -> Network:
    """A network such as `10.0.0.0/8`, or one address.

    Raises:
        ValueError: none, or one that holds every address.
    """
    try:
        found = ip_network(text.strip())
    except ValueError as error:
        raise ValueError(f"{text.strip()} is no network such as 10.1.2.0/24") from error
    if found.prefixlen == 0:
        raise ValueError(f"{found} holds every address: name the proxies' own networks")
    return found
