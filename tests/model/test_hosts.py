"""Which hosts a server is known by: loopback, its own address, and what is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.hosts import LOOPBACK, known_hosts


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:9292", "127.8.9.1", "[::1]:1", "localhost."])
def test_loopback_is_known_to_every_server(host: str) -> None:
    """In any case, with a port and without one."""
    assert LOOPBACK.knows(host)
    assert known_hosts("192.0.2.1").knows(host)
    assert LOOPBACK.knows_origin(f"https://{host}")


@pytest.mark.parametrize(
    "host",
    [
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "a@localhost",
        "localhost@a",
        "localhost:x",
        "[::1",
        "",
        "a\\b",
    ],
)
def test_what_only_looks_like_loopback_is_not(host: str) -> None:
    """Nor is what isn't a host at all."""
    assert not LOOPBACK.knows(host)
    assert not known_hosts("pacts.example", ["sink"]).knows(host)


def test_a_server_is_known_by_its_address_and_by_what_is_named() -> None:
    """And by no other name or address."""
    known = known_hosts("192.0.2.1", ["Pacts.Example.", "[2001:db8::1]"])
    assert all(map(known.knows, ("192.0.2.1:80", "pacts.example", "PACTS.EXAMPLE.:443", "[2001:db8::1]:80")))
    assert not any(map(known.knows, ("192.0.2.2", "sub.pacts.example", "pacts.example.evil", "[2001:db8::2]")))


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::", "[::]"])  # noqa: S104 - what is asked about
def test_a_server_on_all_addresses_is_known_by_each_of_them(everywhere: str) -> None:
    """A name is another matter: whoever owns a domain can point it anywhere."""
    known = known_hosts(everywhere)
    assert known.knows("192.0.2.1:80")
    assert known.knows("[2001:db8::1]:80")
    assert not known.knows("evil.example")


@pytest.mark.parametrize(
    "origin", ["null", "", "file://localhost", "localhost", "http:localhost", "http://evil.example"]
)
def test_other_origins_are_foreign(origin: str) -> None:
    """What isn't a page over HTTP isn't either."""
    assert not LOOPBACK.knows_origin(origin)


@given(st.text(max_size=30))
def test_any_text_is_known_or_not(host: str) -> None:
    """None breaks it, and what loopback is known by says so."""
    if LOOPBACK.knows(host) or LOOPBACK.knows_origin(host):
        assert any(part in host.lower() for part in ("localhost", "127.", "[")), host
