"""Ten thousand requests, wrong somewhere, for every route and method of the embedded broker: each has its answer."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
import requests
from flask import Flask

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.inprocess import BASE_URL, WsgiAdapter
from contracts.model.strict_json import decode
from tests.attacks.broker_requests import Sent, request
from tests.attacks.size import dice, sized
from tests.attacks.test_sink_fuzz import statuses as answered
from tests.attacks.test_sink_fuzz import twist
from tests.broker.running import Broker, pact, running

REQUESTS = sized(9_000, 90_000)
OVER_A_SOCKET = sized(300, 3_000)
FRESH = 1_500
"""Requests after which the broker begins with a new file: what is stored is read again and again, and grows."""
LONGEST = 5.0
PAGES = ("text/html",)


@dataclass(frozen=True)
class Answer:
    """What the broker answered."""

    status: int
    content_type: str
    body: bytes
    seconds: float


def ask(app: Flask, sent: Sent) -> Answer:
    """Hand a request to the application as a server does."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    address = sent.path.split("?")[0].encode("utf-8", "surrogatepass").decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": sent.method, "SCRIPT_NAME": "", "QUERY_STRING": sent.query, "SERVER_NAME": "127.0.0.1",
        "PATH_INFO": unquote_to_bytes(address).decode("latin-1"), "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_URI": f"{address}?{sent.query}" if sent.query else address, "HTTP_HOST": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(sent.body)), "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    for name, value in sent.headers.items():
        environ[name if name == "CONTENT_TYPE" else f"HTTP_{name}"] = value

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        started.append((status, headers))

    began = time.monotonic()
    body = b"".join(app.wsgi_app(environ, start))
    status, headers = started[-1]
    return Answer(int(status[:3]), dict(headers).get("Content-Type", ""), body, time.monotonic() - began)


def filled(database: Path) -> tuple[Flask, Mapping[str, tuple[str, ...]]]:
    """Return a broker with two of everything, and what names what is in it."""
    app = create_app(database)
    session = requests.Session()
    session.mount(BASE_URL, WsgiAdapter(app))
    broker = Broker(BASE_URL.rstrip("/"), session=session)
    for number in ("1", "2"):
        assert broker.publish("c", number, pact("c", "p"), pact("c", "q"), tags=["t"]).ok
        assert broker.post_result(broker.pact("c", "p", number), number, success=number == "1").ok
        broker.put_on_branch("p", "main", number)
    uuids = [broker.environment(name) for name in ("production", "test")]
    deployed = [broker.deploy("c", "1", uuid).json()["uuid"] for uuid in uuids]
    links = broker.pact("c", "p", "1")["_links"]
    results = links["pb:publish-verification-results"]["href"].split("/")
    return app, {
        "name": ("c", "p", "q"), "consumer": ("c",), "provider": ("p", "q"), "number": ("1", "2"), "tag": ("t",
        "main"),
        "branch": ("main",), "environment": ("production", "test"), "uuid": (*uuids, *deployed),
        "digest": (results[results.index("pact-version") + 1],), "metadata": ("e30", results[-2]),
    }  # fmt: skip


def faults(sent: Sent, answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    if answer.status >= 500:
        yield f"it is {answer.status}"
    if b"Traceback" in answer.body:
        yield "it holds a traceback"
    if answer.seconds > LONGEST:
        yield f"it took {answer.seconds:.1f} s"
    kind = answer.content_type.partition(";")[0]
    promised = sent.method != "HEAD" and answer.body
    if promised and kind.endswith("json"):
        try:
            document = decode(answer.body.decode())
        except ValueError as error:
            yield f"it {error}"
            return
        if answer.status >= 400 and not (isinstance(document, dict) and {"error", "errors"} & document.keys()):
            yield "it is refused without a reason"
    elif promised and not (kind in PAGES and "text/html" in sent.headers.get("ACCEPT", "")):
        yield f"it is {kind or 'of no type'}, and JSON is promised"


@pytest.mark.parametrize("part", range(3))
def test_every_request_has_an_answer(tmp_path: Path, part: int) -> None:
    """No 5xx, no traceback, JSON where it is promised, and soon; and what was stored is read afterwards."""
    thrown, statuses, wrong = dice(f"broker {part}"), Counter[tuple[str, int]](), []
    for number in range(REQUESTS // 3):
        if number % FRESH == 0:
            app, known = filled(tmp_path / f"{number}.sqlite")
            rules = [
                (rule.rule, tuple(sorted(rule.methods - {"HEAD", "OPTIONS"} if rule.methods else ())))
                for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, sorted(one.methods or ())))
            ]
        sent = request(thrown, rules, known)
        answer = ask(app, sent)
        statuses[sent.method, answer.status // 100] += 1
        wrong += [f"{fault}: {sent} -> {answer.status} {answer.body[:300]!r}" for fault in faults(sent, answer)]
        if (number + 1) % FRESH == 0:
            assert list(unreadable(app)) == []
    assert wrong == []
    taken = {method for method, hundreds in statuses if hundreds == 2}
    # It isn't all refused at the door.
    assert taken >= {"GET", "POST", "PUT", "PATCH", "DELETE"}, statuses


def as_bytes(sent: Sent, host: str) -> bytes:
    """Return a request as it goes over the wire, whatever is in it."""
    target = quote(f"{sent.path}?{sent.query}" if sent.query else sent.path, safe="/%?&=[]+:;,\\#", errors="replace")
    headers = {"Host": host, "Content-Length": str(len(sent.body)), "Connection": "close"}
    headers |= {name.replace("_", "-").title(): value for name, value in sent.headers.items()}
    lines = [f"{sent.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + sent.body


def test_every_request_over_a_socket_has_an_answer(tmp_path: Path) -> None:
    """Served as it is, with its server before it: right requests, and such as were torn and twisted byte by byte."""
    app, known = filled(tmp_path / "broker.sqlite")
    rules = [(rule.rule, tuple(sorted(rule.methods or ()))) for rule in app.url_map.iter_rules()]
    thrown, given = dice("broker over a socket"), Counter[int]()
    with running(tmp_path / "broker.sqlite") as served:
        for number in range(OVER_A_SOCKET):
            data = as_bytes(request(thrown, sorted(rules), known), served.url.removeprefix("http://"))
            began = time.monotonic()
            found = answered(served.url, twist(data, thrown) if number % 2 else data)
            assert time.monotonic() - began < LONGEST, data
            # 501 and 505 are what RFC 9110 has for a coding and a version that aren't known.
            assert all(status < 500 or status in (501, 505) for status in found), (data, found)
            given.update(found)
        assert requests.get(f"{served.url}/diagnostic/status/heartbeat", timeout=5).status_code == 200
        assert served.process.poll() is None
    assert given[200] + given[201] > OVER_A_SOCKET / 10, given
    assert given[400] > OVER_A_SOCKET / 20, given


def unreadable(app: Flask) -> Iterator[str]:
    """Yield what is stored and can't be read any more: each list, and each thing that it links."""
    for path in (
        "/pacticipants",
        "/environments",
        "/webhooks",
        "/pacts/latest",
        "/matrix?q[][pacticipant]=c&latestby=cvpv",
    ):
        address, _, query = path.partition("?")
        answer = ask(app, Sent("GET", address, query, {"ACCEPT": "application/hal+json"}))
        yield from (f"{path}: {fault}" for fault in faults(Sent("GET", path), answer))
        if answer.status != 200:
            yield f"{path}: {answer.status}"
