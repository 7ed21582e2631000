"""Whom the broker serves: names that it is known by, pages of its own, and who bears a token."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.errors import MisuseError
from contracts.model.hosts import LOOPBACK, KnownHosts, is_loopback, known_hosts

if TYPE_CHECKING:
    from flask import Request

STRONG = 16
"""Characters that a token has at least, where others than this machine can reach the broker."""
_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Callers:
    """Who is served.

    Attributes:
        token: what a client has to bear; None serves whoever names the broker rightly.
        read_token: what a client may bear instead, to read with.
        hosts: what the broker is known by.
        any_name: every host is served; the in-process broker, which no socket leads to, has it so.
    """

    token: str | None = None
    read_token: str | None = None
    hosts: KnownHosts = LOOPBACK
    any_name: bool = False

    def knows(self, host: str) -> bool:
        """Is a `Host` header's value, port and all, a name that this broker is served under?"""
        if self.any_name or self.token is not None:
            # Whoever bears the token has it from its owner, whatever name led here.
            return True
        return self.hosts.knows(host)

    def may(self, given: str, request: Request) -> bool | None:
        """May who bears `given` do what is requested? None where the token isn't known here."""
        if self.token is None or _same(given, self.token):
            return True
        if self.read_token is not None and _same(given, self.read_token):
            return reads(request)
        return None


def is_own(origin: str, request: Request, base_url: str) -> bool:
    """Is a page's `Origin` (RFC 6454) this broker's own, as the request names it or as clients know it?"""
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return host in (request.host.lower(), urlsplit(base_url).netloc.lower())


def reads(request: Request) -> bool:
    """Does a request only read? Pacts for verification are asked for by POST, as Pact Brokers have it."""
    return request.method in _READS or (request.endpoint or "").endswith(".for_verification")


def served(
    host: str,
    token: str | None,
    read_token: str | None = None,
    *,
    names: Iterable[str] = (),
    base_url: str | None = None,
) -> tuple[Callers, tuple[str, ...]]:
    """Return who is served by a broker that listens on `host`, and what is to be warned of.

    Args:
        names: further hosts that it is known by.
        base_url: the address that clients know it by.

    Raises:
        MisuseError: others could reach it without a token, or with one that is guessed in no time; or a token to read
            with has no other beside it.
    """
    local = is_loopback(host)
    if not token and not local:
        raise MisuseError(
            f"the broker would be open to everyone who can reach {host}",
            next_step="give it a token, or listen on 127.0.0.1",
        )
    if read_token and not token:
        raise MisuseError(
            "there is a token to read with, and none to write with",
            next_step="give both, or neither: without a token whoever reaches it may write",
        )
    if read_token and read_token == token:
        raise MisuseError("the token to read with is the one to write with", next_step="make another one")
    warnings = []
    for short in (one for one in (token, read_token) if one and len(one) < STRONG):
        said = f"a token of {len(short)} characters can be guessed"
        if not local:
            raise MisuseError(said, next_step="make one of 32: python -c 'import secrets; print(secrets.token_hex())'")
        warnings.append(f"{said}; {STRONG} at least are asked for where others can reach it")
    if token and not local and not (base_url or "").startswith("https:"):
        warnings.append(
            "the token goes over plain HTTP, where whoever is on the way can read it: put TLS in front of it"
        )
    named = urlsplit(base_url).hostname if base_url else None
    known = known_hosts(host, (*names, *((named,) if named else ())))
    return Callers(token or None, read_token or None, known), tuple(warnings)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.strip().encode(), token.encode())
