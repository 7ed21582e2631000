"""Whom a served broker answers: names that it is known by, pages of its own, and who bears a token."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from contracts.broker.embedded.callers import served
from contracts.errors import MisuseError
from tests.broker.running import Broker, Running, pact, running

TOKEN, READING = "a-token-of-24-characters", "a-token-that-only-reads"
SERVICE, TRACKER = "service", "tracker"


@pytest.fixture(scope="module")
def open_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A broker without a token, which is known by one further name."""
    file = tmp_path_factory.mktemp("open") / "broker.sqlite"
    with running(file, callers={"names": ["Pacts.Example", "proxy"]}) as started:
        yield started


@pytest.fixture(scope="module")
def closed_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A broker with a token, and one to read with."""
    file = tmp_path_factory.mktemp("closed") / "broker.sqlite"
    with running(file, token=TOKEN, callers={"read_token": READING}) as started:
        yield started


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:1", 200),
        ("127.8.9.1", 200),
        ("localhost", 200),
        ("LOCALHOST:9292", 200),
        ("localhost.", 200),
        ("[::1]:9292", 200),
        ("pacts.example", 200),
        ("PACTS.example:443", 200),
        ("proxy", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("pacts.example.evil.example", 421),
        ("notpacts.example", 421),
        ("192.0.2.1", 421),
        ("evil.example@127.0.0.1", 421),
        ("127.0.0.1@evil.example", 421),
        # No host at all: some versions of Werkzeug refuse it before the broker sees it.
        ("127.0.0.1:port", None),
        ("[::1", None),
        ("", 421),
    ],
)
def test_without_a_token_a_name_that_it_is_not_known_by_is_misdirected(
    open_broker: Running, host: str, status: int | None
) -> None:
    """Nothing is read and nothing is written under a name that a page's owner pointed here."""
    broker = Broker(open_broker.url)
    refused = (status,) if status else (400, 421)
    assert broker.call("GET", "/", Host=host).status_code in refused
    posted = broker.call("POST", "/pacticipants", {"name": f"by {host or 'nobody'}"}, Host=host)
    assert posted.status_code in ((201,) if status == 200 else refused), posted.text
    if status == 421:
        assert "isn't known as" in broker.call("GET", "/", Host=host, Accept="application/json").json()["error"]


def test_a_forwarded_name_does_not_help_a_stranger(open_broker: Running) -> None:
    """What the request itself names is what counts, and the heartbeat answers whoever asks."""
    broker = Broker(open_broker.url)
    assert broker.call("GET", "/", Host="evil.example", X_Forwarded_Host="localhost").status_code == 421
    assert broker.call("GET", "/", Host="localhost", X_Forwarded_Host="pacts.example").status_code == 200
    assert broker.call("GET", "/diagnostic/status/heartbeat", Host="evil.example").status_code == 200


def test_a_client_that_names_no_host_is_served(open_broker: Running) -> None:
    """HTTP/1.0 has none; a browser always has one."""
    address = ("127.0.0.1", int(open_broker.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"GET /environments HTTP/1.0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("{url}", True),
        ("https://evil.example", False),
        ("http://localhost:1", False),
        ("null", False),
        ("", False),
        ("http://[::1", False),
    ],
)
def test_a_page_of_another_origin_is_refused(
    open_broker: Running, closed_broker: Running, token: str, method: str, origin: str, own: bool
) -> None:
    """Whether it reads or writes, with a token or without: a browser sends what it is told to."""
    running_broker = closed_broker if token else open_broker
    broker = Broker(running_broker.url, token=token)
    answer = broker.call(method, "/pacticipants", {"name": "by a page"}, Origin=origin.format(url=running_broker.url))
    assert (answer.status_code != 403) == own, answer.text


def test_a_token_to_read_with_reads_and_writes_nothing(closed_broker: Running) -> None:
    """Pacts for verification are read by POST; whatever else isn't a GET is refused, and nothing is stored."""
    writing, reading = Broker(closed_broker.url, token=TOKEN), Broker(closed_broker.url, token=READING)
    assert writing.publish(SERVICE, "1", pact(SERVICE, TRACKER)).status_code == 200
    assert reading.call("GET", "/pacts/latest").status_code == 200
    assert reading.call("HEAD", "/pacts/latest").status_code == 200
    asked = reading.call("POST", f"/pacts/provider/{TRACKER}/for-verification", {})
    assert (asked.status_code, len(asked.json()["_embedded"]["pacts"])) == (200, 1)
    refused = reading.publish(SERVICE, "2", pact(SERVICE, TRACKER))
    assert (refused.status_code, "for reading alone" in refused.text) == (403, True)
    for method, path in (
        ("PUT", f"/pacticipants/{SERVICE}/versions/3"),
        ("DELETE", f"/pacticipants/{SERVICE}"),
        ("PATCH", f"/pacticipants/{SERVICE}"),
        ("POST", "/webhooks"),
    ):
        assert reading.call(method, path, {}).status_code == 403
    versions = writing.get(f"/pacticipants/{SERVICE}/versions")["_embedded"]["versions"]
    assert [one["number"] for one in versions] == ["1"]


def test_who_bears_no_token_or_another_gets_nothing(closed_broker: Running) -> None:
    """Neither a part of one nor one with more."""
    for token in ("", TOKEN[:-1], f"{TOKEN}x", READING[:-1], f"{READING}x", f"{TOKEN}{READING}"):
        assert Broker(closed_broker.url, token=token).call("GET", "/").status_code == 401


def test_a_browser_reads_with_the_token_to_read_with(closed_broker: Running) -> None:
    """As a password; it opens nothing else."""
    broker = Broker(closed_broker.url)
    broker.session.auth = ("anyone", READING)
    assert broker.call("GET", "/", Accept="text/html").status_code == 200
    assert broker.call("POST", "/pacticipants", {"name": "x"}).status_code == 401


def test_with_a_token_every_name_leads_here(closed_broker: Running) -> None:
    """Its bearer has it from the broker's owner."""
    assert Broker(closed_broker.url, token=TOKEN).call("GET", "/", Host="pacts.example").status_code == 200
    assert Broker(closed_broker.url).call("GET", "/", Host="evil.example").status_code == 401


@pytest.mark.parametrize(
    ("host", "token", "reading", "said"),
    [
        ("0.0.0.0", "abc", None, "a token of 3 characters can be guessed"),  # noqa: S104 - what is refused
        ("0.0.0.0", TOKEN, "abc", "a token of 3 characters can be guessed"),  # noqa: S104 - what is refused
        ("127.0.0.1", None, READING, "none to write with"),
        ("127.0.0.1", TOKEN, TOKEN, "is the one to write with"),
        ("192.0.2.1", None, None, "open to everyone"),
    ],
)
def test_tokens_that_guard_nothing_are_refused(host: str, token: str | None, reading: str | None, said: str) -> None:
    """Where others can reach it a token has to be one; each error says what to do."""
    with pytest.raises(MisuseError, match=said) as raised:
        served(host, token, reading)
    assert raised.value.next_step


@pytest.mark.parametrize(
    ("host", "token", "base_url", "warned"),
    [
        ("127.0.0.1", None, None, []),
        ("127.0.0.1", TOKEN, None, []),
        ("127.0.0.1", "abc", None, ["a token of 3 characters"]),
        ("192.0.2.1", TOKEN, None, ["plain HTTP"]),
        ("192.0.2.1", TOKEN, "http://pacts.example", ["plain HTTP"]),
        ("192.0.2.1", TOKEN, "https://pacts.example", []),
    ],
)
def test_what_is_weak_is_warned_of(host: str, token: str | None, base_url: str | None, warned: list[str]) -> None:
    """A short token on this machine, and one that goes over plain HTTP elsewhere."""
    _, warnings = served(host, token, base_url=base_url)
    assert len(warnings) == len(warned)
    assert all(part in warning for part, warning in zip(warned, warnings, strict=True))
