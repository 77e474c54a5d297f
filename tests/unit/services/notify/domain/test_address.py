"""Where a webhook may go, and what signs it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from services.notify.domain.address import address_fault, url_fault
from services.notify.domain.subscription import secret, unknown_events

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert "not a public address" in (address_fault(ip_address(address), []) or "")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_that_are(address: str) -> None:
    assert address_fault(ip_address(address), []) is None


def test_what_the_operator_allows_is_allowed_and_nothing_beside_it() -> None:
    assert address_fault(ip_address("10.1.2.3"), [ip_network("10.1.0.0/16")]) is None
    assert address_fault(ip_address("10.2.2.3"), [ip_network("10.1.0.0/16")]) is not None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.org/hook", None),
        ("https://example.org:8443/hook?a=b", None),
        ("http://127.0.0.1:9000/hook", None),
        ("http://localhost:9000/hook", None),
        ("http://[::1]:9000/hook", None),
        ("http://example.org/", "must begin with https"),
        ("http://10.0.0.1/", "must begin with https"),
        ("https://10.0.0.1/", "not a public address"),
        ("https://a:b@example.org/", "user name"),
        ("https://exa mple.org/", "blanks"),
        ("https://example.org/\r\nX: y", "blanks"),
        ("https://example.org:99999/", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("//example.org/", "must begin with https"),
        ("https:", "no host"),
        ("https://example.org/" + "a" * 2000, "too long"),
    ],
)
def test_urls(url: str, fault: str | None) -> None:
    found = url_fault(url, LOOPBACK)
    assert (found is None) if fault is None else (found is not None and fault in found)


def test_loopback_is_closed_unless_it_is_allowed() -> None:
    assert url_fault("http://127.0.0.1/", []) == "The url must begin with https://."
    assert "not a public address" in (url_fault("https://127.0.0.1/", []) or "")


def test_each_subscription_has_a_secret_of_its_own_that_follows_from_the_key() -> None:
    assert secret(b"k" * 32, "s-1") == secret(b"k" * 32, "s-1")
    assert len({secret(b"k" * 32, "s-1"), secret(b"k" * 32, "s-2"), secret(b"l" * 32, "s-1")}) == 3
    assert secret(b"k" * 32, "s-1").startswith("whsec_")


def test_events_that_nobody_tells() -> None:
    assert unknown_events(["primed.escalation.raised.v1", "primed.work.received.v1"]) == [
        "primed.work.received.v1"
    ]
