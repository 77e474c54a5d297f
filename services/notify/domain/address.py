"""Which addresses a webhook may be sent to: public https ones, and what the operator allows besides."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 2000
TRANSLATED = ip_network("64:ff9b::/96")
"""NAT64: the last 32 bits name an IPv4 address, which is judged in its place."""


def url_fault(url: str, allowed: Sequence[Network]) -> str | None:
    """What is wrong with the URL itself, in a sentence; its address is judged when it is used."""
    if len(url) > LONGEST or any(letter <= " " or letter == "\x7f" for letter in url):
        return "The url is too long, or has blanks or control characters in it."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "The url cannot be read: write it as https://host/path."
    if not host:
        return "The url has no host: write it as https://host/path."
    if parts.username is not None or parts.password is not None:
        return "The url must not carry a user name or password."
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host, allowed)):
        return literal_fault(host, allowed)
    return "The url must begin with https://."


def literal_fault(host: str, allowed: Sequence[Network]) -> str | None:
    """What is wrong with a host that is written as an address; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address_fault(address, allowed)


def address_fault(address: Address, allowed: Sequence[Network]) -> str | None:
    """Why nothing may be sent to this address; None when it is public or the operator allows it."""
    plain = _plain(address)
    if any(plain.version == network.version and plain in network for network in allowed):
        return None
    if plain.is_global and not plain.is_multicast:
        return None
    return f"{address} is not a public address, and PRIMED_WEBHOOK_NETWORKS does not allow it."


def _plain(address: Address) -> Address:
    """The address that packets reach: IPv4 inside IPv6 is taken out."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_loopback(host: str, allowed: Sequence[Network]) -> bool:
    literal = "127.0.0.1" if host == "localhost" else host
    try:
        address = ip_address(literal)
    except ValueError:
        return False
    return address.is_loopback and address_fault(address, allowed) is None
