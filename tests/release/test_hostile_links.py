"""A broker's links can lead anywhere: credentials go to the broker that was named and to nobody else."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import string
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from urllib3.util import parse_url

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient
from contracts.broker.deadline import Allowance
from contracts.broker.retry import RetryPolicy
from contracts.broker.transport import Timeouts, Transport
from contracts.errors import BrokerError
from tests.release.stub_broker import http, stub_broker

BROKER = "http://broker.example:9292"
TOKEN = "t0p-secret-value"


class _Recording(HTTPAdapter):
    """Connects to nobody and keeps where it would have gone, as urllib3 reads the address."""

    def __init__(self) -> None:
        super().__init__()
        self.visited: list[tuple[str | None, int | None]] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        address = parse_url(request.url or "")
        self.visited.append((address.host, address.port))
        response = requests.Response()
        response.status_code = 404
        response.raw = io.BytesIO(b"{}")
        return response


def _ask(url: str) -> tuple[list[tuple[str | None, int | None]], BrokerError | None]:
    """Follow a link; return where the request would have gone, and the error that it ended in."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    adapter = _Recording()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    client = BrokerClient(Transport(session, BrokerAccess(BROKER, token=TOKEN), RetryPolicy(attempts=1)))
    try:
        client.ask("GET", url)
    except BrokerError as error:
        return adapter.visited, error
    return adapter.visited, None


PIECES = st.sampled_from(
    [
        "http://", "https://", "//", "/", "\\", "\\\\", "@", ":", "#", "?", "%2f", "%40", "%5c", "%00", "\t", "\n", " ",
        "broker.example", "broker.example:9292", "BROKER.EXAMPLE:9292", "other.example", "127.0.0.1", ":80",
        "[::1", "[::1]", ":99999", ":0", "..", "user:pass", "ⓑroker.example", "xn--", "\ud800", "。", "\u202e", "path",
    ]
)  # fmt: skip
LINKS = st.one_of(
    st.lists(PIECES, min_size=1, max_size=8).map("".join),
    st.lists(PIECES, max_size=6).map(lambda parts: BROKER + "".join(parts)),
    st.text(alphabet=string.printable + "é。\u202e\ud800", max_size=40).map("http://".__add__),
)


@given(url=LINKS)
@example(url="http://other.example:80\\@broker.example:9292/path")
@example(url="http://broker.example:9292@other.example/path")
@example(url="http://broker.example:9292\\.other.example/path")
@example(url="http://broker.example:99999/")
@example(url="http://[::1/")
@example(url="http://\ud800/")
def test_no_link_takes_a_request_elsewhere(url: str) -> None:
    """Whatever a link looks like, a request goes to the named broker or the broker is told to be at fault."""
    visited, error = _ask(url)
    assert set(visited) <= {("broker.example", 9292)}
    assert bool(visited) != (error is not None)
    if error is not None:
        assert error.exit_code == 4
        assert len(str(error).splitlines()) <= 3
        assert TOKEN not in str(error)


@pytest.mark.parametrize(
    "link", ["{other}\\@{host}/pacts", "http://{host}@{other_host}/pacts", "//{other_host}/pacts", "{other}/pacts"]
)
def test_another_host_never_sees_the_credentials(link: str) -> None:
    """With real sockets: the other server isn't even connected to."""
    with stub_broker(http("200 OK", "{}")) as other:
        parts = {"other": other.url, "other_host": other.url.removeprefix("http://")}
        with stub_broker(http("200 OK", "{}")) as broker:
            host = broker.url.removeprefix("http://")
            target = link.format(**parts, host=host)
            client = BrokerClient(Transport(requests.Session(), BrokerAccess(broker.url, token=TOKEN)))
            with pytest.raises(BrokerError, match=r"leads to|is no address"):
                client.get(target, doing="following a link")
        assert other.requests == []
        assert broker.requests == []


def test_a_redirect_is_not_followed() -> None:
    """Nor do credentials follow a redirect, to whatever host it leads."""
    with stub_broker(http("200 OK", "{}")) as other:
        with stub_broker(http("302 Found", "", "", f"Location: {other.url}/")) as broker:
            client = BrokerClient(Transport(requests.Session(), BrokerAccess(broker.url, token=TOKEN)))
            with pytest.raises(BrokerError, match="302"):
                client.get("/", doing="asking")
        assert other.requests == []


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes, bytes], str]]:
    """Serve a head at once and then a drop every 50 ms, until the test ends."""
    stopping = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(head: bytes, drop: bytes) -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(head)
                while not stopping.wait(0.05):
                    connection.sendall(drop)

        def start(head: bytes, drop: bytes) -> str:
            threads.append(threading.Thread(target=serve, args=(head, drop), daemon=True))
            threads[-1].start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start
        stopping.set()
        for thread in threads:
            thread.join(timeout=10)


def test_all_answers_together_have_a_bound() -> None:
    """A broker that is quick enough each time, and asked again and again: what is left is what an answer may take."""
    with stub_broker(http("200 OK", "{}"), http("503 Busy", "{}", "", "Retry-After: 9")) as stub:
        waited: list[float] = []
        transport = Transport(requests.Session(), BrokerAccess(stub.url), sleep=waited.append, allowance=Allowance(0.5))
        client = BrokerClient(transport)
        assert client.index() == {}
        # There is no time left for the pause, so that what was answered is the answer.
        assert client.ask("GET", "/x").status == 503
        with transport.allowance.spent():
            time.sleep(0.6)
        with pytest.raises(BrokerError, match=r"has taken 0\.5 s in all") as raised:
            client.ask("GET", "/x")
    assert waited == []
    assert "--broker-timeout" in str(raised.value)
    assert len(stub.requests) == 2


def test_what_is_packed_several_times_is_not_unpacked() -> None:
    """Of two codings on top of each other a few kilobytes unpack to gigabytes; no broker needs them."""
    for coding in ("gzip, gzip", "br", "x"):
        with stub_broker(http("200 OK", "{}", "application/json", f"Content-Encoding: {coding}")) as stub:
            client = BrokerClient(Transport(requests.Session(), BrokerAccess(stub.url), RetryPolicy(attempts=1)))
            with pytest.raises(BrokerError, match="wasn't asked for"):
                client.index()


def test_a_redirect_is_not_even_read() -> None:
    """Its address may be none, and its body endless."""
    for location in ("http://[::1", "x" * 9000):
        with stub_broker(http("302 Found", "{}", "", f"Location: {location}")) as stub:
            client = BrokerClient(Transport(requests.Session(), BrokerAccess(stub.url), RetryPolicy(attempts=1)))
            with pytest.raises(BrokerError, match="302"):
                client.index()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"X-Slow: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "chunks", "header", "continue"],
)
def test_a_broker_that_drips_is_given_up(head: bytes, drop: bytes, dripping: Any) -> None:
    """A byte now and then keeps each wait short and the whole endless: the call as a whole is bounded."""
    url = dripping(head, drop)
    timeouts = Timeouts(connect=2.0, read=2.0, whole=0.6)
    client = BrokerClient(Transport(requests.Session(), BrokerAccess(url), RetryPolicy(attempts=1), timeouts))
    began = time.monotonic()
    with pytest.raises(BrokerError, match="in time"):
        client.index()
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1e999}',
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        json.dumps({"a": "\ud800"}),
        '{"a":' + "[" * 972 + "]" * 972 + "}",
    ],
)
def test_an_answer_that_parsers_read_differently_is_no_answer(text: str) -> None:
    """Numbers without end, keys told twice, halves of characters and towers of lists are the broker's fault."""
    with stub_broker(http("200 OK", text)) as stub:
        client = BrokerClient(Transport(requests.Session(), BrokerAccess(stub.url), RetryPolicy(attempts=1)))
        with pytest.raises(BrokerError, match="no JSON object"):
            client.index()
