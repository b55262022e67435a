"""The address of a request behind proxies: only what trusted proxies appended counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.base.addresses import network, subscriber
from chassis.http.source import forwarded, forwarded_for, source

PROXIES = [network("10.0.0.0/8"), network("fd00::/64")]


@pytest.mark.parametrize(
    ("peer", "hops", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours: its word does not count
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.7"], "203.0.113.7"),  # the client wrote the left one
        ("10.0.0.1", ["1.1.1.1", "203.0.113.7", "10.9.9.9"], "203.0.113.7"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["[2001:db8::7]"], "2001:db8::7"),
        ("10.0.0.1", ["203.0.113.7", "unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7", "_hidden", "10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.7", ""], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2", "10.0.0.3"], "10.0.0.2"),
        ("", ["203.0.113.7"], ""),
    ],
)
def test_it_is_the_rightmost_address_that_is_no_trusted_proxy(peer: str, hops: list[str], expected: str) -> None:
    assert source(peer, hops, PROXIES) == expected


@given(st.lists(st.sampled_from(["1.1.1.1", "10.0.0.9", "fd00::2", "unknown", "", "junk, more", "::1"]), max_size=6))
def test_nothing_that_a_client_writes_changes_what_the_proxy_saw(forged: list[str]) -> None:
    line = ", ".join([*forged, "203.0.113.7"])
    assert source("10.0.0.1", forwarded_for([line]), PROXIES) == "203.0.113.7"


@pytest.mark.parametrize(
    ("lines", "hops", "protocol"),
    [
        (["for=192.0.2.60;proto=http;by=203.0.113.43"], ["192.0.2.60"], "http"),
        (['for=192.0.2.43, For="[2001:db8:cafe::17]:4711";Proto="https"'], ["192.0.2.43", "[2001:db8:cafe::17]:4711"], "https"),
        (["for=192.0.2.43", "for=198.51.100.17"], ["192.0.2.43", "198.51.100.17"], None),
        (['for="_a,b;c";proto=https'], ["_a,b;c"], "https"),
        (["proto=https"], [""], "https"),
        ([], [], None),
    ],
)  # fmt: skip
def test_forwarded_is_read_as_rfc_7239_says(lines: list[str], hops: list[str], protocol: str | None) -> None:
    assert forwarded(lines) == (hops, protocol)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:cb00:7107", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
    ],
)
def test_one_subscriber_has_one_key(one: str, other: str, same: bool) -> None:
    assert (subscriber(one) == subscriber(other)) is same
