"""Hosts as requests name them: which lead to this machine alone, and which a server is known by.

A page in a browser can reach a server on this machine's loopback under any name that its owner points there (DNS
rebinding), and can send to an address whose answers it can't read. The name that a request gives and the origin of the
page are all that tells it from a client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Return whether an address is reachable from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """What a server is known by, besides this machine's loopback.

    Attributes:
        names: in lower case, without a port.
        any_address: addresses count as known; the server listens on all of them, and no page can be named by one that
            isn't its own.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False

    def knows(self, host: str) -> bool:
        """Is a `Host` header's value, port and all, a name that the server is known by?"""
        name = _name(host)
        return name is not None and (
            is_loopback(name) or name in self.names or (self.any_address and _is_address(name))
        )

    def knows_origin(self, origin: str) -> bool:
        """Is a page's `Origin` (RFC 6454) one of these hosts?"""
        scheme, _, host = origin.partition("://")
        return scheme.lower() in ("http", "https") and self.knows(host)


LOOPBACK = KnownHosts()


def known_hosts(listening: str, names: Iterable[str] = ()) -> KnownHosts:
    """Return what a server that listens at the host `listening` is known by.

    Args:
        names: further ones.
    """
    everywhere = _is_address(listening) and ip_address(listening.strip("[]")).is_unspecified
    return KnownHosts(frozenset(map(_lower, (listening, *names))), any_address=everywhere)


def _name(host: str) -> str | None:
    """Return the name in a `Host` header's value, in lower case; None where it is none (RFC 9110, section 7.2)."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - reading it is what refuses one that is none
    except ValueError:
        return None
    name = parts.hostname
    if not name or parts.path or parts.query or parts.fragment or "@" in parts.netloc or "\\" in host:
        return None
    return name.removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _lower(name: str) -> str:
    return name.strip("[]").lower().removesuffix(".")
