"""Questions that a sender asks before it sends: they are answered, and are no messages.

A browser asks whether a page of another origin may send (CORS), a sender of CloudEvents whether the receiver wants to
be sent to at all (HTTP 1.1 Web Hooks for Event Delivery, section 4). A sink wants everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*")
_ORIGIN = re.compile(r"[!-~]{1,255}")

Headers = list[tuple[str, str]]


def permission(headers: Mapping[str, str]) -> Headers:
    """Return the headers by which a browser lets a page of another origin see the answer."""
    origin = headers.get("origin", "")
    if not _ORIGIN.fullmatch(origin):
        return []
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    ]


def answer_to_question(headers: Mapping[str, str]) -> tuple[int, Headers]:
    """Return status and headers for an OPTIONS request with these headers."""
    given: Headers = [("Allow", _METHODS), *permission(headers)]
    if "access-control-request-method" in headers:
        given.append(("Access-Control-Allow-Methods", _METHODS))
        wanted = headers.get("access-control-request-headers", "")
        if _NAMES.fullmatch(wanted):
            given.append(("Access-Control-Allow-Headers", wanted))
        if headers.get("access-control-request-private-network") == "true":
            given.append(("Access-Control-Allow-Private-Network", "true"))
        return 204, given
    origin = headers.get("webhook-request-origin", "")
    if not _ORIGIN.fullmatch(origin):
        return 204, given
    given.append(("WebHook-Allowed-Origin", origin))
    if "webhook-request-rate" in headers:
        given.append(("WebHook-Allowed-Rate", "*"))
    return 200, given
