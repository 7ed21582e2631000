"""What the registry permits an emitter to send, the consumer takes: its tests run in each of CloudEvents' modes."""

from __future__ import annotations

import json

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from hypothesis import given
from hypothesis import strategies as st

from contracts.expectations.messages import message_of
from contracts.model.emission import Emission
from contracts.model.registry import Mode
from contracts.verification.forms import forms_of
from tests.consumer.conftest import TINY, MakeProject

TAKES_ALL = '''
import json

def make():
    """A handler that takes an event in whatever mode it comes."""
    def take(message):
        kind = message.headers["content-type"]
        if kind == "application/cloudevents-batch+json":
            (event,) = json.loads(message.body)
        elif kind == "application/cloudevents+json":
            event = json.loads(message.body)
        else:
            event = {name[3:]: value for name, value in message.headers.items() if name.startswith("ce-")}
            event["data"] = json.loads(message.body or b"{}")
        with open("taken", "a") as taken:
            taken.write(kind + " " + str(sorted(event)) + "\\n")
        assert event["id"]
    return take
'''

READS_THE_BODY = '''
import json

def make():
    """A handler that knows structured mode alone."""
    return lambda message: json.loads(message.body)["id"]
'''


def registry(*modes: str) -> dict[str, str]:
    """The tiny domain's registry with these modes."""
    return {
        "parcels/emitters.toml": f"{(TINY / 'emitters.toml').read_text()}\n[messages]\nmodes = {json.dumps(modes)}\n"
    }


def test_each_test_runs_in_each_permitted_mode(parcels: MakeProject) -> None:
    """Three modes, each with what is read and with everything; the pacts are those of structured mode alone."""
    project = parcels({**registry("structured", "binary", "batch"), "desk.py": TAKES_ALL})
    run = project.pytest("consumer_tests")
    assert run.status == 0, run.output
    assert "18 passed" in run.stdout
    taken = (project.folder / "taken").read_text()
    for kind in ("application/cloudevents+json", "application/json", "application/cloudevents-batch+json"):
        assert taken.count(f"{kind} ") == 6


def test_a_handler_that_knows_one_mode_fails_the_others(parcels: MakeProject) -> None:
    """The promise is the consumer's, so the failing test is the consumer's too, and names the mode."""
    run = parcels({**registry("structured", "binary"), "desk.py": READS_THE_BODY}).pytest("consumer_tests")
    assert run.status == 1
    assert "6 failed, 6 passed" in run.stdout
    assert "binary" in run.stdout.partition("short test summary")[2]


def test_with_structured_mode_alone_nothing_changes(parcels: MakeProject) -> None:
    """The ids of the items are what they were."""
    run = parcels({"desk.py": READS_THE_BODY}).pytest("consumer_tests", "-v")
    assert "6 passed" in run.stdout
    assert "structured]" not in run.stdout
    assert "::test_lost[every field] PASSED" in run.stdout


@pytest.mark.parametrize("mode", ["structured", "binary", "batch"])
@given(subject=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12))
def test_a_message_is_what_its_mode_makes_of_the_event(mode: Mode, subject: str) -> None:
    """Read back by the engine it is the event again, and the official SDK reads the binary one."""
    event = {"specversion": "1.0", "id": "m-1", "source": "s", "type": "t", "subject": subject, "data": {"a": "ü"}}
    message = message_of(event, mode)
    (form,) = forms_of(Emission(dict(message.headers), message.body))
    read = json.loads(form.judged.body)
    assert {name: value for name, value in read.items() if name != "datacontenttype"} == event
    if mode == "binary":
        read_by_sdk = from_http_event(HTTPMessage(dict(message.headers), message.body))
        assert (read_by_sdk.get_subject(), read_by_sdk.get_data()) == (subject, {"a": "ü"})
