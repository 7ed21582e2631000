"""CloudEvents' modes and extension attributes: permitted by the registry, or a finding with both ways out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.model.emission import Emission
from contracts.model.verdict import Finding, Verification
from tests.verification.messages import STRUCTURED, batch, binary, permitting, verified
from tests.verification.support import COMPLETED, ENTERED, LEFT, message


def of(run: Verification, event: str = COMPLETED) -> tuple[Finding, ...]:
    """The findings of a pair."""
    return next(pair.findings for pair in run.pairs if pair.event == event)


def test_a_permitted_mode_is_judged_in_its_structured_form(everything: Path) -> None:
    """By both engines: a binary message and two of a batch, with the pact; nothing is found, and each is counted."""
    done = verified(everything, binary(), batch(message(id="m-2", data={"client_id": "c-2", "webinar_id": "w-1"})))
    assert (of(done), done.violations, done.errors) == ((), (), ())
    assert next(pair.emissions for pair in done.pairs if pair.event == COMPLETED) == 2
    assert done.success


def test_compressed_it_is_judged_unpacked(everything: Path) -> None:
    """In whatever mode; and without a registry that permits anything, in structured mode."""
    packed = Emission({**binary().headers, "content-encoding": "gzip"}, gzip.compress(binary().body))
    assert of(verified(everything, packed)) == ()
    whole = Emission(
        {"content-type": STRUCTURED, "content-encoding": "gzip"}, gzip.compress(json.dumps(message()).encode())
    )
    assert verified(None, whole).success


def test_a_batch_is_so_many_emissions(everything: Path) -> None:
    """An event of each pair counts for its own, and what nobody approved is a violation among them."""
    done = verified(everything, batch(message(), message(ENTERED), message(LEFT), message(COMPLETED, id="m-2")))
    counted = {pair.event: pair.emissions for pair in done.pairs}
    assert (counted[COMPLETED], counted[ENTERED]) == (2, 1)
    (violation,) = done.violations
    assert (violation.rule, violation.path) == ("undeclared-emission", "$[2].type")


@pytest.mark.parametrize(
    ("emission", "mode"), [(binary(), "binary"), (batch(message()), "batch"), (batch(message(), message()), "batch")]
)
def test_a_mode_that_is_not_permitted_names_both_ways_out(emission: Emission, mode: str) -> None:
    """One finding a kind, of the pair that the message belongs to; its content isn't blamed for the mode."""
    findings = of(verified(None, emission))
    assert {finding.rule for finding in findings} == {"content-type"}
    finding = findings[0]
    assert f"is a CloudEvent in {mode} mode, and the registry permits structured" in finding.message
    assert finding.actual == emission.headers["content-type"]
    assert "Content-Type: application/cloudevents+json" in (finding.next_step or "")
    assert f'modes = ["structured", "{mode}"] under [messages]' in (finding.next_step or "")


def test_where_only_binary_mode_is_permitted_structured_is_the_finding(tmp_path: Path) -> None:
    """The registry's word counts, whatever the default."""
    registry = permitting(tmp_path, "binary")
    whole = Emission({"content-type": STRUCTURED}, json.dumps(message()).encode())
    (finding,) = of(verified(registry, whole))
    assert "is a CloudEvent in structured mode, and the registry permits binary" in finding.message
    assert verified(registry, binary()).success


PLACES: list[tuple[str, Emission, str, str]] = [
    ("an attribute is a header", binary(ce_time="yesterday"), "event-schema", "ce-time"),
    ("a missing attribute is a missing header", binary(ce_time=...), "event-schema", "ce-time"),
    ("data is the body", binary(b'{"client_id": "c-1"}'), "event-schema", "$.webinar_id"),
    ("a key that no fact has", binary(b'{"client_id": "c-1", "webinar_id": "w", "page": "p"}'), "not-a-fact", "$.page"),
    ("no data at all", binary(b""), "event-schema", "$"),
    ("data that is no JSON", binary(b"client_id=c-1"), "event-schema", "$"),
    (
        "data in another encoding",
        binary(content_type="application/json; charset=utf-16"),
        "event-schema",
        "content-type",
    ),
    ("text", binary(b"completed", content_type="text/plain"), "event-schema", "content-type"),
    ("in a batch", batch(message(), message(time="yesterday", id="m-2")), "event-schema", "$[1].time"),
]


@pytest.mark.parametrize(("emission", "rule", "path"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_a_finding_names_the_place_in_what_was_sent(everything: Path, emission: Emission, rule: str, path: str) -> None:
    """A header, the body, or an event of the batch: not a place in a form that nobody sent."""
    found = of(verified(everything, emission))
    assert (rule, path) in {(finding.rule, finding.path) for finding in found}


def test_a_violation_names_the_header_too(everything: Path) -> None:
    """Another emitter's name, and an event that nobody knows."""
    done = verified(everything, binary(ce_source="another"), binary(ce_type="client_webinar_closed"))
    assert {(finding.rule, finding.path) for finding in done.violations} == {
        ("wrong-source", "ce-source"),
        ("unknown-event", "ce-type"),
    }


def test_repeats_are_seen_across_modes(everything: Path) -> None:
    """The same fact under another id, once in a header and once in a batch."""
    done = verified(everything, binary(), batch(message(id="m-2")))
    (finding,) = (each for each in of(done) if each.rule == "repeat-changes-id")
    assert finding.path == "$[0].id"


def test_an_extension_attribute_is_permitted_or_a_finding_with_both_ways_out(everything: Path) -> None:
    """In every mode; a value that no attribute can have is refused all the same."""
    traced = message(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    whole = Emission({"content-type": STRUCTURED}, json.dumps(traced).encode())
    for emission in (whole, binary(ce_traceparent=traced["traceparent"]), batch(traced)):
        assert verified(everything, emission).success
    (finding,) = of(verified(None, whole))
    assert (finding.rule, finding.path) == ("event-schema", "$.traceparent")
    assert 'leave it out, or have the registry permit it: extensions = ["traceparent"]' in (finding.next_step or "")
    values: list[Any] = [{}, [], None, 1.5, 2**31]
    for value in values:
        odd = Emission({"content-type": STRUCTURED}, json.dumps(message(traceparent=value)).encode())
        (finding,) = of(verified(everything, odd))
        assert "extensions" not in (finding.next_step or "")


ADVICE: list[tuple[dict[str, Any], str]] = [
    ({"time": ...}, "add it: what the event names is required"),
    ({"trace_parent": "x"}, "leave it out, or call it as the event does"),
    ({"specversion": "0.3"}, "send exactly the value that is expected"),
    ({"id": "a b"}, "send an identifier: a letter or digit"),
    ({"id": 7}, "send a JSON text, in quotes"),
    ({"time": "yesterday"}, "send RFC 3339 with an offset, such as"),
    ({"datacontenttype": "text/plain"}, "send application/json, or leave it out"),
    ({"data": []}, "send a JSON object"),
    ({"data": {"client_id": "anna@example.invalid", "webinar_id": "w"}}, "no personal data"),
]


@pytest.mark.parametrize(("changes", "advice"), ADVICE)
def test_a_finding_says_per_kind_of_fault_what_to_change(changes: dict[str, Any], advice: str) -> None:
    """Not one sentence for all of them."""
    (finding,) = of(verified(None, Emission({"content-type": STRUCTURED}, json.dumps(message(**changes)).encode())))
    assert advice in (finding.next_step or "")
