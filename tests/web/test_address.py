"""X-Forwarded-For is believed from trusted proxies alone, and read from the right."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from app.web.address import caller_address, counted_as

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "caller"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "192.0.2.66, <script>", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.66, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db9::1]:443", "2001:db9::1"),
        ("2001:db8::1", "2001:db9::7", "2001:db9::7"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_caller_is_the_right_most_address_that_is_no_proxy(remote, forwarded, caller):
    assert caller_address(remote, forwarded, PROXIES) == caller


def test_without_trusted_proxies_nobody_is_believed():
    assert caller_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db9:0:1::7", "2001:db9:0:1::/64"),
        ("2001:db9:0:1:ffff:ffff:ffff:ffff", "2001:db9:0:1::/64"),
        ("2001:db9:0:2::7", "2001:db9:0:2::/64"),
        ("", ""),
    ],
)
def test_a_caller_with_a_whole_network_is_counted_once(address, counted):
    assert counted_as(address) == counted
