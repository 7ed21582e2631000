"""The client against a server that answers badly, and the access that it is given."""

from __future__ import annotations

import json
import socket

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from contracts.broker import hal
from contracts.broker.access import BrokerAccess, access_from
from contracts.broker.client import BrokerClient
from contracts.broker.retry import RetryPolicy
from contracts.broker.transport import Timeouts, Transport
from contracts.errors import BrokerError, MisuseError
from tests.release.stub_broker import http, index, stub_broker

QUICK = RetryPolicy(attempts=3, first_pause=0.5)


def client_of(access: BrokerAccess, pauses: list[float] | None = None, read: float = 5.0) -> BrokerClient:
    """Return a client that doesn't wait between attempts; `pauses` receives what it would have waited."""
    record = pauses if pauses is not None else []
    timeouts = Timeouts(connect=2.0, read=read, whole=10.0)
    return BrokerClient(Transport(requests.Session(), access, QUICK, timeouts, record.append))


def failure(client: BrokerClient) -> BrokerError:
    """Return the error that asking for the index ends in."""
    with pytest.raises(BrokerError) as caught:
        client.index()
    return caught.value


def test_401_with_an_empty_body_names_the_variables() -> None:
    """401 without a word becomes a message that names the variables to set."""
    with stub_broker(http("401 Unauthorized", "", "text/plain")) as stub:
        error = failure(client_of(BrokerAccess(stub.url)))
    assert "answered 401" in error.what
    assert "without a reason" in error.what
    assert error.next_step is not None
    assert "PACT_BROKER_TOKEN" in error.next_step
    assert len(stub.requests) == 1


def test_401_with_credentials_says_where_they_came_from_and_not_what_they_are() -> None:
    """Refused credentials are named by their variable; their value appears nowhere, even if the broker echoes it."""
    with stub_broker(http("401 Unauthorized", '{"error": "bad token t0p-secret-value"}')) as stub:
        access = access_from({"PACT_BROKER_BASE_URL": stub.url, "PACT_BROKER_TOKEN": "t0p-secret-value"})
        assert access is not None
        error = failure(client_of(access))
    assert "Authorization: Bearer t0p-secret-value" in stub.requests[0]
    assert "t0p-secret-value" not in str(error)
    assert "t0p-secret-value" not in repr(access)
    assert "PACT_BROKER_TOKEN" in (error.next_step or "")


def test_a_secret_that_is_a_common_word_does_not_alter_documents() -> None:
    """Only messages are cleaned of secrets: a document holds what the broker sent."""
    with stub_broker(http("200 OK", '{"name": "pact"}')) as stub:
        access = access_from({"PACT_BROKER_BASE_URL": stub.url, "PACT_BROKER_TOKEN": "pact"})
        assert access is not None
        assert client_of(access).index() == {"name": "pact"}


def test_500_is_repeated_with_growing_pauses_and_then_reported() -> None:
    """A read is tried as often as the policy says, with pauses that double."""
    pauses: list[float] = []
    with stub_broker(http("500 Internal Server Error", '{"error": {"message": "database is locked"}}')) as stub:
        error = failure(client_of(BrokerAccess(stub.url), pauses))
    assert len(stub.requests) == 3
    assert pauses == [0.5, 1.0]
    assert "500" in error.what
    assert "database is locked" in error.what


def test_500_once_is_not_a_failure() -> None:
    """A passing fault of the broker is not the user's business."""
    with stub_broker(http("503 Service Unavailable"), http("200 OK", "{}")) as stub:
        assert client_of(BrokerAccess(stub.url)).index() == {}
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    ("asked", "pause"), [("7", 7.0), ("900", 30.0), ("soon", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)]
)
def test_429_waits_as_long_as_it_is_told_within_bounds(asked: str, pause: float) -> None:
    """`Retry-After` is kept in seconds and as a date, is bounded, and what can't be read is passed over."""
    pauses: list[float] = []
    with stub_broker(http("429 Too Many Requests", "", "", f"Retry-After: {asked}"), http("200 OK", "{}")) as stub:
        assert client_of(BrokerAccess(stub.url), pauses).index() == {}
    assert pauses == [pause]


def test_what_cannot_be_repeated_safely_is_sent_once() -> None:
    """A request that isn't repeatable is not sent again after 500, nor after an answer that never came."""
    for answer in (http("500 Internal Server Error"), b""):
        with stub_broker(answer) as stub:
            client = client_of(BrokerAccess(stub.url))
            if answer:
                assert client.send("POST", f"{stub.url}/environments", {}, repeatable=False).status == 500
            else:
                with pytest.raises(BrokerError):
                    client.send("POST", f"{stub.url}/environments", {}, repeatable=False)
        assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http("200 OK", "<html><title>Sign in</title></html>", "text/html"), "text/html"),
        (http("200 OK", '{"_links": {', "application/hal+json"), "no JSON object"),
        (http("200 OK", "[1]", "application/json"), "no JSON object"),
        (http("200 OK", "", ""), "an empty body"),
        (http("302 Found", "", "", "Location: https://login.example/"), "302"),
        (http("502 Bad Gateway", "<html>proxy</html>", "text/html"), "502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: application/json\r\n\r\n{\"_links\"", "broke off"),
        (b"", "can't be reached"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "can't be reached"),
    ],
    ids=["html", "half-json", "array", "empty", "redirect", "bad-gateway", "half-body", "nothing", "no-http"],
)  # fmt: skip
def test_an_answer_that_is_no_brokers_is_an_error(answer: bytes, words: str) -> None:
    """HTML, half a body, nothing at all: each ends in a broker error that says what came."""
    with stub_broker(answer) as stub:
        error = failure(client_of(BrokerAccess(stub.url)))
    assert words in error.what
    assert error.next_step
    assert "<" not in error.what


def test_no_answer_in_time_is_an_error() -> None:
    """A broker that takes the connection and stays silent is given up after the time limit."""
    with stub_broker(None) as stub:
        error = failure(client_of(BrokerAccess(stub.url), read=0.2))
    assert "in time" in error.what
    assert "3 attempts" in error.what


def test_a_refused_connection_says_so() -> None:
    """Nobody listens there: the reason is plain and no class name of a library appears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    error = failure(client_of(BrokerAccess(url)))
    assert "onnection refused" in error.what
    assert "urllib3" not in error.what
    assert "object at" not in error.what


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_is_asked_for_a_broker_of_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The proxy that a company's variables name can't reach loopback."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stub_broker(http("200 OK", "{}")) as stub:
        client = client_of(BrokerAccess(stub.url.replace("127.0.0.1", host)))
        assert client.get("/", doing="looking") == {}


def test_a_proxy_is_asked_for_a_broker_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the variables hold: what answers here is the proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stub_broker(http("200 OK", "{}")) as stub:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, stub.url)
        client = client_of(BrokerAccess("http://broker.invalid"))
        assert client.get("/", doing="looking") == {}
    assert stub.requests[0].startswith("GET http://broker.invalid/")


def test_a_name_that_does_not_resolve_is_a_broker_error() -> None:
    """A mistyped host is reported as unreachable."""
    assert "can't be reached" in failure(client_of(BrokerAccess("http://broker.invalid"))).what


def test_credentials_never_follow_a_link_to_another_host() -> None:
    """A link that leaves the named broker isn't followed: the other host gets no request at all."""
    with stub_broker(http("200 OK", "{}")) as other, stub_broker(http("200 OK", index(other.url))) as stub:
        client = client_of(BrokerAccess(stub.url, token="secret-token", source="PACT_BROKER_TOKEN"))
        with pytest.raises(BrokerError, match="instead of"):
            client.get(client.link("pb:environments"), doing="listing the environments")
    assert other.requests == []


def test_a_link_that_is_missing_is_named() -> None:
    """An index without the link that is needed isn't a broker that can be used."""
    with stub_broker(http("200 OK", index("http://127.0.0.1"))) as stub:
        client = client_of(BrokerAccess(stub.url))
        with pytest.raises(BrokerError, match="pb:publish-contracts"):
            client.link("pb:publish-contracts")


def test_control_characters_of_a_broker_do_not_reach_the_terminal() -> None:
    """What a server says is shown without escape sequences."""
    with stub_broker(http("400 Bad Request", '{"errors": {"name": ["\\u001b[31mred\\nline"]}}')) as stub:
        error = failure(client_of(BrokerAccess(stub.url)))
    assert "\x1b" not in str(error.what)
    assert "name" in error.what
    assert "red line" in error.what


def test_user_information_in_the_url_is_used_and_never_shown() -> None:
    """`https://user:password@host` is basic authentication; the URL that is shown has neither."""
    with stub_broker(http("404 Not Found")) as stub:
        named = stub.url.replace("http://", "http://anna:p%40ss-word@")
        access = access_from({}, named)
        assert access is not None
        error = failure(client_of(access))
    assert access.url == stub.url
    assert "Authorization: Basic YW5uYTpwQHNzLXdvcmQ=" in stub.requests[0]
    assert "p@ss-word" not in str(error)
    assert "p%40ss-word" not in str(error)


def test_basic_authentication_from_variables() -> None:
    """PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD sign every request."""
    with stub_broker(http("200 OK", "{}")) as stub:
        environ = {
            "PACT_BROKER_BASE_URL": f"{stub.url}/",
            "PACT_BROKER_USERNAME": "ci",
            "PACT_BROKER_PASSWORD": "pä",
        }
        access = access_from(environ)
        assert access is not None
        client_of(access).index()
    assert "Authorization: Basic Y2k6cMOk" in stub.requests[0]


@pytest.mark.parametrize("url", ["broker.example", "ftp://broker.example", "http://", "http://[::1", "file:///etc"])
def test_a_base_url_that_is_none_is_misuse(url: str) -> None:
    """What is no http(s) URL is refused before anything is sent."""
    with pytest.raises(MisuseError, match="base URL"):
        access_from({"PACT_BROKER_BASE_URL": url})


def test_an_unusable_url_with_a_password_is_not_repeated_in_the_error() -> None:
    """The message about a bad URL doesn't hold the password that was in it."""
    with pytest.raises(MisuseError) as caught:
        access_from({}, "ftp://anna:hunter22@broker.example")
    assert "hunter22" not in str(caught.value)


def test_an_empty_variable_names_no_broker() -> None:
    """A secret that doesn't exist arrives as an empty variable: that names no broker."""
    assert access_from({"PACT_BROKER_BASE_URL": "  ", "PACT_BROKER_TOKEN": "t"}) is None


def test_a_token_and_a_user_name_at_once_are_misuse() -> None:
    """Two kinds of credentials: the user has to choose."""
    with pytest.raises(MisuseError, match="both a token and a user name") as caught:
        access_from(
            {"PACT_BROKER_BASE_URL": "https://b.example", "PACT_BROKER_TOKEN": "t"} | {"PACT_BROKER_USERNAME": "u"}
        )
    said = f"{caught.value.what} {caught.value.next_step}"
    assert (said.count("PACT_BROKER_TOKEN"), said.count("PACT_BROKER_USERNAME")) == (1, 1)


def test_a_token_with_a_line_break_is_refused_without_showing_it() -> None:
    """A token that was copied with a line break inside would break the header: it is refused by its name."""
    with pytest.raises(MisuseError) as caught:
        access_from({"PACT_BROKER_BASE_URL": "https://b.example", "PACT_BROKER_TOKEN": "abcd\nefgh"})
    assert "PACT_BROKER_TOKEN" in str(caught.value)
    assert "abcd" not in str(caught.value)


def test_a_missing_file_of_certificates_is_misuse() -> None:
    """A CA file that isn't there is said, not replaced by the system's."""
    with pytest.raises(MisuseError, match="PACT_BROKER_CA_FILE names /nowhere"):
        access_from({"PACT_BROKER_BASE_URL": "https://b.example", "PACT_BROKER_CA_FILE": "/nowhere/ca.pem"})


@given(st.text(min_size=1))
def test_every_value_fills_a_link_as_one_segment(value: str) -> None:
    """Whatever a name holds, it stays one path segment of the link."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    filled = hal.expand("http://b.example/pacticipants/{pacticipant}/versions", pacticipant=value)
    assert filled.count("/") == 5
    assert "?" not in filled
    assert "#" not in filled


def test_what_never_changes_is_fetched_once_a_client() -> None:
    """A result that was posted is asked for once; another one, and another client's question, are asked for."""
    with stub_broker(*(http("200 OK", json.dumps({"number": number})) for number in range(1, 4))) as stub:
        access = BrokerAccess(stub.url)
        client, other = client_of(access), client_of(access)
        asked = [each.get_once(url, doing="asking") for each, url in ((client, "a"), (client, "a"), (client, "b"))]
        asked.append(other.get_once("a", doing="asking"))
    assert [document["number"] for document in asked] == [1, 1, 2, 3]
    assert stub.paths() == ["GET /a", "GET /b", "GET /a"]


def test_what_could_not_be_fetched_is_asked_for_again() -> None:
    """A refusal is kept by nobody."""
    with stub_broker(http("404 Not Found"), http("200 OK", '{"number": 1}')) as stub:
        client = client_of(BrokerAccess(stub.url))
        with pytest.raises(BrokerError):
            client.get_once("a", doing="asking")
        assert client.get_once("a", doing="asking") == {"number": 1}
