"""What a malicious broker answers: wrong statuses, types, links, shapes, frames, names, dates and sizes."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.attacks.documents import RAW, changed, places
from tests.attacks.lying_broker import Asked, Lie, Truth, wire

JSON = {"Content-Type": "application/hal+json"}
EVIL = "p2\n::error title=x::boom\x1b[31m##[error]x\u202e\x9b31m"
STATUSES = (
    *(100, 101, 102, 103, 199, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 304, 305, 306, 399, 400),
    *(401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422, 429, 431, 451, 499),
    *(500, 501, 502, 503, 504, 505, 511, 599, 600, 999, 1000, 0, -1, "abc", "", "2OO", "200 201", 10**30),
)
TYPES = (
    "", "text/html", "text/html; charset=x", "application/json", "application/json; charset=utf-7", "image/png",
    "application/problem+json", "multipart/mixed; boundary=x", "\xff/\xff", "a" * 9000, "text/event-stream",
)  # fmt: skip
DATES = (
    "", "now", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 99999 00:00:00 GMT",
    "Wed, 25 Nov 2026 13:00:00 +9999", "Wed, 25 Nov 2026 13:00:00 -0000", "-1", "9" * 40, "1e9", "\u0664", "0",
    "Wed, 32 Foo 2026 25:61:61 XYZ",
)  # fmt: skip
WRONG_TYPES: tuple[Any, ...] = (None, 0, 1.5, "", "text", [], {}, [None], ["x"], [[]], {"href": 1}, {"name": []})
HEADERS = (
    "X: " + "x" * 70_000, "\r\n".join(f"X{number}: 1" for number in range(300)), "no colon at all", ": nothing",
    " folded: yes", "X: \x00", "Content-Length: -1", "Content-Length: 99", "Content-Length: 1, 2", "Content-Length: x",
    "Content-Length: " + "9" * 30, "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Connection: upgrade",
    "Content-Encoding: gzip", "Content-Encoding: gzip, gzip, gzip", "Content-Encoding: br", "Content-Encoding: \x1b",
    "Set-Cookie: a=b; Domain=example.com; Expires=" + DATES[3], "WWW-Authenticate: Basic realm=\x1b[31m",
    "Refresh: 0; url=http://127.0.0.1:9/", "Content-Location: //other/", "Link: <http://[::1>; rel=next",
)  # fmt: skip
FRAMES: tuple[bytes, ...] = (
    b"", b"\r\n\r\n", b"HTTP/1.1", b"HTTP/9.9 200 OK\r\n\r\n{}", b"HTTP/0.9 200 OK\r\n\r\n", b"{}", b"<html>hi</html>",
    b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b"\x00" * 100, b"HTTP/1.1 200\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"HTTP/1.1 200 OK\n\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;x=" + b"y" * 70_000 + b"\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000, b"HTTP/1.1 200 " + b"r" * 70_000 + b"\r\n\r\n{}",
    b"HTTP/1.1 200 \x1b[31m\r\nContent-Type: \x1b[31m\r\n\r\n{}", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)  # fmt: skip


@dataclass(frozen=True)
class Enemy:
    """Whom a lie works for.

    Attributes:
        other: the address of a server that no credentials may reach.
        token: the credentials, which an answer may repeat.
    """

    other: str
    token: str


Teller = Callable[[Asked, Truth], bytes]


def statuses(dice: Random, _: Enemy) -> Teller:
    """Another status, with the true body or with none."""
    status, empty = dice.choice(STATUSES), dice.random() < 0.3
    return lambda _, truth: wire(status, truth.headers, b"" if empty else truth.body)


def types(dice: Random, _: Enemy) -> Teller:
    """Another content type, with a body that fits it as little."""
    kind, body = dice.choice(TYPES), dice.choice(RAW)
    return lambda _, truth: wire(truth.status, {"Content-Type": kind}, body)


def bodies(dice: Random, _: Enemy) -> Teller:
    """No JSON, half of one, one of a size or depth that nobody reads."""
    raw = dice.choice((
        *RAW, b'{"_links":' + b"[" * 100_000, b'{"a":"' + b"x" * 3_000_000 + b'"}', b"[" + b"{}," * 400_000 + b"{}]",
        b'{"_links":{"self":{"href":"x"}},"_links":{}}', b'{"_embedded":' * 60 + b"1" + b"}" * 60,
        b'{"n":' + b"9" * 100_000 + b"}", b'"' + b"\\ud83d" * 1000 + b'"', b"\n" * 1_000_000,
    ))  # fmt: skip
    half = dice.random()
    if half < 0.3:
        return lambda _, truth: wire(truth.status, truth.headers, truth.body[: int(len(truth.body) * half * 3)])
    return lambda _, truth: wire(truth.status, truth.headers, raw)


def shapes(dice: Random, _: Enemy) -> Teller:
    """The true document with values of another type in one to three of its places, or without these."""
    seed = dice.random()
    return lambda _, truth: _rewritten(truth, lambda document: _misshapen(document, Random(seed)))  # noqa: S311 - a test


def values(dice: Random, _: Enemy) -> Teller:
    """The true document with anything else in some of its places: what could be true."""
    seed = dice.random()
    return lambda _, truth: _rewritten(truth, lambda document: changed(document, Random(seed)))  # noqa: S311 - a test


def links(dice: Random, enemy: Enemy) -> Teller:
    """Every link leads elsewhere, nowhere, or in circles."""
    host = enemy.other.removeprefix("http://")
    link = dice.choice((
        enemy.other, f"{enemy.other}/x", f"//{host}/x", "http:///x", "http://[::1/", "http://127.0.0.1:99999/", "", "/",
        ".", "..", "?", "#", "%", "http://\ud800/", "javascript:x", "file:///etc/passwd", "ftp://127.0.0.1/", "{x}",
        "{consumer}{provider}{pacticipant}{version}{branch}", "/\x1b[31m", "/\n::error::x", "http://a@b/", "x" * 70_000,
        "/environments", "/matrix", f"http://BROKER\\@{host}/", f"{enemy.other}\\@BROKER/x", f"http://BROKER@{host}/x",
        f"http://BROKER.{host}/", "http://ⓑroker/", "HTTP://BROKER", "http://BROKER:0/", "http://BROKER./",
    ))  # fmt: skip

    def told(asked: Asked, truth: Truth) -> bytes:
        named = link.replace("BROKER", asked.headers.get("Host", ""))
        return _rewritten(truth, lambda document: _linked(document, named))

    return told


def redirects(dice: Random, enemy: Enemy) -> Teller:
    """Somewhere else, nowhere, or here again."""
    status = dice.choice((301, 302, 303, 307, 308))
    to = dice.choice((enemy.other, f"{enemy.other}/x", "", "/", "\\", "http://[::1", "//", "?again", "x" * 9000))
    return lambda _, truth: wire(status, {"Location": to}, truth.body)


def frames(dice: Random, _: Enemy) -> Teller:
    """Bytes that are no HTTP, or stop in the middle of it."""
    frame = dice.choice(FRAMES)
    return lambda _, __: frame


def headers(dice: Random, _: Enemy) -> Teller:
    """The true answer under headers that nobody should send."""
    header = dice.choice(HEADERS)

    def told(_: Asked, truth: Truth) -> bytes:
        head, end, body = truth.sent().partition(b"\r\n\r\n")
        assert end
        return head + b"\r\n" + header.encode("latin-1") + b"\r\n\r\n" + body

    return told


def packed(dice: Random, _: Enemy) -> Teller:
    """A body that unpacks to far more than it is, or to nothing."""
    body = dice.choice((gzip.compress(b" " * 80_000_000, 1), gzip.compress(b"{}")[:-3], b"\x1f\x8b", b"{}", b""))
    return lambda _, truth: wire(truth.status, {**JSON, "Content-Encoding": "gzip"}, body)


def names(dice: Random, _: Enemy) -> Teller:
    """Names that act on a terminal or a CI, or have no end, in every place that holds a text."""
    name = dice.choice(
        (EVIL, "\u202e\u2066", "x" * 20_000, "\ud800", "\x00", "%1b", "é" * 300, "::set-output name=x::y")
    )
    odds = dice.choice((0.05, 0.3, 1.0))
    seed = dice.random()
    return lambda _, truth: _rewritten(truth, lambda document: _named(document, name, odds, Random(seed)))  # noqa: S311


def dates(dice: Random, _: Enemy) -> Teller:
    """A clock that makes no sense, and a status that says when to ask again."""
    date, again = dice.choice(DATES), dice.choice(DATES)
    status = dice.choice((None, 429, 503))
    return lambda _, truth: wire(
        status or truth.status, {**truth.headers, "Date": date, "Retry-After": again}, truth.body
    )


def refusals(dice: Random, enemy: Enemy) -> Teller:
    """A refusal whose reason is of any shape, and repeats the credentials."""
    reason = dice.choice((
        EVIL, enemy.token, f"Bearer {enemy.token}", {"a": {"b": [enemy.token, {"c": EVIL}]}}, [[[[EVIL]]]], None, 7,
        {EVIL: EVIL}, "x" * 100_000, [enemy.token] * 1000,
    ))  # fmt: skip
    document = {dice.choice(("error", "errors", "message", "notices", "title", "detail")): reason}
    status = dice.choice((400, 401, 403, 404, 409, 413, 422, 500))
    return lambda _, __: wire(status, JSON, json.dumps(document).encode())


OF_FORM: Mapping[str, Callable[[Random, Enemy], Teller]] = {
    "types": types, "bodies": bodies, "shapes": shapes, "links": links, "redirects": redirects, "frames": frames,
    "packed": packed, "refusals": refusals,
}  # fmt: skip
"""Lies in which nothing true can be read in the place where they are told."""
WHOLE = frozenset({"types", "bodies", "redirects", "frames", "packed", "refusals"})
"""Lies that leave nothing of the truth."""
OF_CONTENT: Mapping[str, Callable[[Random, Enemy], Teller]] = {
    "statuses": statuses, "values": values, "headers": headers, "names": names, "dates": dates,
}  # fmt: skip
"""Lies that may be the truth of another broker."""


def a_lie(dice: Random, enemy: Enemy, *, writing: bool) -> tuple[Lie, bool]:
    """Return some lie, and whether it is one of form; where something is written, sometimes to that alone."""
    is_form = dice.random() < 0.7
    kinds = OF_FORM if is_form else OF_CONTENT
    kind = dice.choice(sorted(kinds))
    told = kinds[kind](dice, enemy)
    when = dice.choice(("always", "once", "later", *(("writes", "writes") if writing else ())))
    number = dice.choice((0, 1, 2, 3, 5, 8, 13))
    swallows = when == "writes" and dice.random() < 0.7
    tells: Callable[[Asked], bool] = {
        "always": lambda _: True,
        "once": lambda asked: asked.number == number,
        "later": lambda asked: asked.number >= number,
        "writes": lambda asked: asked.writes,
    }[when]
    return Lie(kind, f"{when} {number}{' swallowed' if swallows else ''}", tells, told, swallows), is_form


def _rewritten(truth: Truth, rewrite: Callable[[Any], Any]) -> bytes:
    try:
        document = json.loads(truth.body)
    except ValueError:
        return truth.sent()
    body = json.dumps(rewrite(document)).encode()
    return wire(truth.status, truth.headers, body)


def _misshapen(document: Any, dice: Random) -> Any:
    whole = {"": copy.deepcopy(document)}
    for _ in range(dice.choice((1, 1, 2, 3))):
        holder, key = dice.choice(list(places(whole)))
        here = holder[key]
        others = [value for value in WRONG_TYPES if type(value) is not type(here)]
        holder[key] = copy.deepcopy(dice.choice(others))
    return whole[""]


def _linked(value: Any, link: str) -> Any:
    if isinstance(value, dict):
        return {key: link if key == "href" else _linked(child, link) for key, child in value.items()}
    return [_linked(child, link) for child in value] if isinstance(value, list) else value


def _named(value: Any, name: str, odds: float, dice: Random) -> Any:
    if isinstance(value, dict):
        return {
            key: child if key in ("href", "_links") else _named(child, name, odds, dice) for key, child in value.items()
        }
    if isinstance(value, list):
        return [_named(child, name, odds, dice) for child in value]
    return name if isinstance(value, str) and dice.random() < odds else value
