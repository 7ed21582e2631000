"""Serving the broker: where it listens, and for whom."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from contracts.broker.embedded.callers import Callers, served
from contracts.broker.embedded.server import serve
from contracts.errors import BrokerError, MisuseError
from contracts.model.hosts import is_loopback
from tests.broker.running import Broker, pact, running

TOKEN = "a-token-of-24-characters"


def _unreachable(url: str) -> None:
    pytest.fail(f"it listened on {url}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])  # noqa: S104 - what is refused
def test_an_open_address_needs_a_token(host: str, database: Path) -> None:
    """Without one the broker doesn't listen, and no file is made."""
    for token in (None, ""):
        with pytest.raises(MisuseError, match="open to everyone"):
            served(host, token)
    assert not database.exists()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("128.0.0.1", False),
        ("localhost.example", False),
        ("0.0.0.0", False),  # noqa: S104 - not loopback
    ],
)
def test_loopback_addresses(host: str, loopback: bool) -> None:
    """Only what is reachable from this machine alone counts."""
    assert is_loopback(host) is loopback


def test_an_open_address_with_a_token(database: Path) -> None:
    """It listens everywhere, and answers who bears the token."""
    with running(database, host="0.0.0.0", token=TOKEN) as started:  # noqa: S104 - guarded by the token
        url = started.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - the address it says
        assert Broker(url).publish("service", "1", pact("service", "tracker")).status_code == 401
        assert Broker(url, token=TOKEN).publish("service", "1", pact("service", "tracker")).status_code == 200


def test_localhost(database: Path) -> None:
    """The name is resolved to one address, and the broker says which."""
    with running(database, host="localhost") as started:
        assert Broker(started.url).call("GET", "/").status_code == 200


def test_a_port_that_is_taken(database: Path) -> None:
    """It is an error of the broker that says what to do; no file is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=f"can't listen on 127.0.0.1:{port}") as caught:
            serve(database, "127.0.0.1", port, Callers(), _unreachable)
        assert caught.value.next_step
    with pytest.raises(BrokerError, match="can't listen"):
        serve(database, "127.0.0.1", 70_000, Callers(), _unreachable)
    assert not database.exists()


def test_the_index_names_the_address_that_was_asked(broker: Broker) -> None:
    """Links lead to where the client came from, and each plain one is there."""
    index = broker.get("/")
    assert index["_links"]["self"]["href"] == broker.url
    plain = [link["href"] for name, link in index["_links"].items() if name != "curies" and not link.get("templated")]
    assert len(plain) > 4
    for address in plain:
        assert broker.call("GET", address).status_code == (405 if address.endswith("/publish") else 200)


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"X_Forwarded_Proto": "https", "X_Forwarded_Host": "pacts.example"}, "https://pacts.example"),
        ({"X_Forwarded_Proto": "https", "X_Forwarded_Host": "pacts.example:8443"}, "https://pacts.example:8443"),
        (
            {"X_Forwarded_Host": "ci.example", "X_Forwarded_Prefix": "/pacts"},
            "http://ci.example/pacts",
        ),
    ],
)
def test_links_lead_through_what_stands_in_front(broker: Broker, headers: dict[str, str], base: str) -> None:
    """Each link begins with the address that the proxy says, the list's own among them."""
    broker.publish("service", "1", pact("service", "tracker"))
    for path in ("/", "/pacticipants", "/pacts/latest", "/pacticipants/service/versions/1"):
        document = broker.call("GET", path, **headers).json()
        text = str(document["_links"])
        assert document["_links"]["self"]["href"].startswith(base) if "href" in document["_links"]["self"] else True
        assert (broker.url in text, base in text) == (False, True)


def test_a_base_url_is_what_links_begin_with(database: Path) -> None:
    """It wins over what a request or a proxy says; the broker answers where it listens all the same."""
    base = "https://pacts.example/broker"
    with running(database, base_url=f"{base}/") as started:
        broker = Broker(started.url)
        document = broker.call("GET", "/environments", X_Forwarded_Host="evil.example").json()
        assert document["_links"]["self"]["href"] == f"{base}/environments"
        assert broker.publish("service", "1", pact("service", "tracker")).ok
        assert broker.get("/pacticipants/service")["_links"]["self"]["href"] == f"{base}/pacticipants/service"
