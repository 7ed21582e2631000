"""`--endpoint`: Pact's message-provider protocol over real HTTP."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.errors import MisuseError
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Emission, Fault, Settled
from tests.emitters.parts import FIRST, OTHER, SECOND, observe, only_fault
from tests.emitters.provider import Answer, providing


def metadata(value: Any) -> dict[str, str]:
    """Return the header that holds a message's metadata."""
    return {"Pact-Message-Metadata": base64.b64encode(json.dumps(value).encode()).decode()}


def message(path: str, document: Any) -> Answer:
    """Answer every interaction with a message."""
    return 200, metadata({"contentType": "application/cloudevents+json", "topic": "t", "n": 1}), b'{"id": "m"}'


def test_a_message_is_asked_for_and_answered() -> None:
    """The event is description and state, the fact its params; metadata become headers, the body is the message."""
    with providing(message) as provider:
        emission, asked = observe({"endpoint": f"{provider.url}/messages", "header": ["X-Key: secret"]})
    (path, headers, document), *_ = provider.asked
    assert (path, headers["content-type"], headers["x-key"]) == ("/messages", "application/json", "secret")
    assert document == {
        "description": FIRST.event,
        "providerStates": [{"name": FIRST.event, "params": FIRST.fact}],
    }
    assert isinstance(emission, Emission)
    assert emission.headers == {"content-type": "application/cloudevents+json", "topic": "t"}
    assert (emission.body, emission.trigger, emission.delivered) == (b'{"id": "m"}', FIRST, None)
    assert asked == Settled(FIRST)


def test_the_state_is_announced_first() -> None:
    """With a state-change URL the state and its params are posted before each message is asked for."""
    with providing(message) as provider:
        options = {"endpoint": f"{provider.url}/messages", "state-change": f"{provider.url}/_state"}
        observe(options, Step((FIRST,)), Step((FIRST,)))
    assert [path for path, *_ in provider.asked] == ["/_state", "/messages"] * 2
    assert provider.asked[0][2] == {"state": FIRST.event, "params": FIRST.fact, "action": "setup"}


def test_without_metadata_the_answers_own_content_type_counts() -> None:
    """A plain answer is a message as well."""
    with providing(lambda *_: (201, {"Content-Type": "text/plain"}, b"x")) as provider:
        emission, _ = observe({"endpoint": provider.url})
    assert isinstance(emission, Emission)
    assert emission.headers == {"content-type": "text/plain"}


def test_it_triggers_and_repeats_and_nothing_else() -> None:
    """Steps that refuse a delivery or overlap are left out, a repeat isn't."""
    with providing(message) as provider:
        options = {"endpoint": provider.url}
        assert open_driver(options).capabilities == Capabilities(drives=True, described=True)
        plan = Step((FIRST,)), Step((FIRST,), refuse=True), Step((FIRST, SECOND)), Step((FIRST,))
        observations = observe(options, *plan)
    assert [type(item) for item in observations] == [Emission, Settled, Emission, Settled]
    assert len(provider.asked) == 2


def test_nothing_is_sent_for_an_event_that_isnt_stated_yet() -> None:
    """204 is an answer: nothing is emitted, and nothing broke."""

    def answer(path: str, document: Any) -> Answer:
        return (204, {}, b"") if document.get("description") == OTHER.event else message(path, document)

    with providing(answer) as provider:
        observations = observe({"endpoint": provider.url}, Step((OTHER,)), Step((FIRST,)))
    assert [type(item) for item in observations] == [Settled, Emission, Settled]


@pytest.mark.parametrize("status", [302, 400, 404, 409, 500, 501])
def test_an_error_status_is_an_error_even_if_the_body_would_match(status: int) -> None:
    """Pact's own verifier ignores the status; here anything but 2xx is an error, and its body is shown."""
    with providing(lambda *_: (status, metadata({"contentType": "a/b"}), b'{"id": "m"}\n')) as provider:
        observations = observe({"endpoint": provider.url})
        fault = only_fault(observations)
    asked = f"to the question for '{FIRST.event}'"
    assert fault.message == f'{provider.url} answered {status} {asked}: {{"id": "m"}}'
    assert (fault.rule, fault.trigger) == ("driver-error", FIRST)
    assert observations == [fault]


def test_a_state_change_that_fails_is_an_error() -> None:
    """Without its state a message says nothing: it isn't asked for."""
    with providing(lambda *_: (500, {}, b"no table")) as provider:
        options = {"endpoint": f"{provider.url}/messages", "state-change": f"{provider.url}/_state"}
        fault = only_fault(observe(options))
    assert fault.message == f"{provider.url}/_state answered 500 to a state change: no table"
    assert [path for path, *_ in provider.asked] == ["/_state"]


@pytest.mark.parametrize("value", ["%%%", "bm9uc2Vuc2U=", base64.b64encode(b"[]").decode(), "eyJhIjoxLCJhIjoyfQ=="])
def test_metadata_that_can_not_be_read_is_an_error(value: str) -> None:
    """No base64, no JSON, no object or a key twice: the emission isn't guessed."""
    with providing(lambda *_: (200, {"Pact-Message-Metadata": value}, b"{}")) as provider:
        fault = only_fault(observe({"endpoint": provider.url}))
    assert "Pact-Message-Metadata" in fault.message


def test_an_endpoint_that_does_not_answer_is_given_up() -> None:
    """After the timeout the trigger is an error and the next one is asked."""
    release = threading.Event()
    slow = iter([True, False])

    def answer(path: str, document: Any) -> Answer:
        if next(slow):
            release.wait(20)
        return message(path, document)

    with providing(answer) as provider:
        observations = observe({"endpoint": provider.url, "timeout": "1.5"}, Step((FIRST,)), Step((SECOND,)))
        release.set()
    fault = only_fault(observations)
    assert fault.message == f"{provider.url} didn't answer within 1.5 s"
    assert [type(item) for item in observations] == [Fault, Emission, Settled]


def test_nobody_there_is_an_error() -> None:
    """A refused connection is named in a few words."""
    with providing(message) as provider:
        url = provider.url
    assert only_fault(observe({"endpoint": url})).message == f"{url} can't be reached: Connection refused"


@pytest.mark.parametrize(
    ("options", "message_part"),
    [
        ({"endpoint": "localhost:80"}, "--endpoint: 'localhost:80' is no http or https URL"),
        ({"endpoint": "ftp://a"}, "is no http or https URL"),
        ({"endpoint": "http://"}, "is no http or https URL"),
        ({"endpoint": "http://a b/"}, "is no http or https URL"),
        ({"endpoint": "http://a:99999/"}, "is no http or https URL"),
        ({"endpoint": "http://a", "state-change": "x"}, "--state-change: 'x' is no http or https URL"),
        ({"endpoint": "http://a", "header": ["no colon"]}, "isn't NAME:VALUE"),
        ({"endpoint": "http://a", "header": ["X: a\nY: b"]}, "isn't NAME:VALUE"),
        ({"endpoint": "http://a", "start": "true"}, "--start needs --ready URL"),
        ({"endpoint": "http://a", "refuse-with": "503"}, "--refuse-with belongs to"),
    ],
)
def test_wrong_options_are_misuse(options: dict[str, Any], message_part: str) -> None:
    """What can't be used is refused before anything is asked."""
    with pytest.raises(MisuseError, match=message_part):
        open_driver(options)
