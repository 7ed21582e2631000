"""CloudEvents' modes and extension attributes: permitted by the registry, or a finding with both ways out."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from contracts.model.emission import Emission
from contracts.model.verdict import Finding, Verification
from contracts.pact_core.verifier import replay
from tests.npm.modules import npm_module
from tests.verification.support import COMPLETED, ENTERED, LEFT, message, rules_of, run

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
REGISTRY = Path(__file__).parents[2] / "contracts" / "webinar" / "emitters.toml"


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A registry that permits every mode, and one extension attribute."""
    return permitting(tmp_path, "structured", "binary", "batch", extensions=["traceparent"])


def permitting(folder: Path, *modes: str, extensions: list[str] | None = None) -> Path:
    """Write the project's registry with other messages permitted."""
    file = folder / "emitters.toml"
    messages = f"[messages]\nmodes = {json.dumps(modes)}\nextensions = {json.dumps(extensions or [])}\n"
    file.write_text(f"{REGISTRY.read_text()}\n{messages}")
    return file


def binary(body: bytes | None = None, event: str = COMPLETED, **changes: Any) -> Emission:
    """A message in binary mode; a header that is `...` is left out."""
    whole = message(event)
    data = whole.pop("data")
    headers = {f"ce-{name}": value for name, value in whole.items()} | {"content-type": "application/json"}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: value for name, value in headers.items() if value is not ...}
    return Emission(kept, json.dumps(data).encode() if body is None else body)


def batch(*events: dict[str, Any]) -> Emission:
    """A message in batch mode."""
    return Emission({"content-type": BATCH}, json.dumps(events).encode())


def verified(registry: Path | None, *emissions: Emission) -> Verification:
    """Verify emissions, with the official verifier for a second opinion."""
    return run(emissions, registry=registry, replay=replay)


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


@dataclass(frozen=True)
class Read:
    """One message, who reads it, and why not all of them do."""

    name: str
    headers: dict[str, str]
    body: bytes
    ours: bool
    python: bool
    javascript: bool
    why: str = ""


WHOLE = json.dumps(message()).encode()
DATA = binary().body
HEADERS = dict(binary().headers)
IN_STRUCTURE, IN_BATCH = {"content-type": STRUCTURED}, {"content-type": BATCH}
ODD = json.dumps(message(traceparent={})).encode()
NO_BATCHES = "the Python SDK reads no batches"
STRICT = "what two parsers read differently can't be judged"
NOT_VALIDATED = "that SDK doesn't look at it"


def without(name: str) -> dict[str, str]:
    """The headers of a binary message without one of them."""
    return {key: value for key, value in HEADERS.items() if key != name}


READ = [
    Read("structured", IN_STRUCTURE, WHOLE, True, True, True),
    Read("with a charset", {"content-type": f"{STRUCTURED}; charset=utf-8"}, WHOLE, True, True, True),
    Read("in capitals", {"content-type": "Application/CloudEvents+JSON"}, WHOLE, True, True, False, "RFC 9110, 8.3.1"),
    Read("binary", HEADERS, DATA, True, True, True),
    Read(
        "binary with a charset", {**HEADERS, "content-type": "application/json; charset=utf-8"}, DATA, True, True, True
    ),
    Read("an encoded header", {**HEADERS, "ce-id": "m%2D1"}, DATA, True, True, True),
    Read("a quoted header", {**HEADERS, "ce-id": '"m-1"'}, DATA, True, True, True, "they keep the quotes, and read it"),
    Read("without a content type", without("content-type"), DATA, True, True, True),
    Read(
        "data that is text",
        {**HEADERS, "content-type": "text/plain"},
        b"x",
        False,
        True,
        True,
        "the event is an object",
    ),
    Read("without data", HEADERS, b"", False, True, True, "the event has data"),
    Read("without specversion", without("ce-specversion"), DATA, False, True, True, "they take 1.0 for granted"),
    Read("version 0.3", {**HEADERS, "ce-specversion": "0.3"}, DATA, False, True, True, "the event is of version 1.0"),
    Read("without type", without("ce-type"), DATA, False, False, False),
    Read("data that is no JSON", HEADERS, b"{", False, True, False, "the Python SDK hands it on as text"),
    Read("two documents", HEADERS, DATA + DATA, False, True, False, "the Python SDK hands it on as text"),
    Read("a batch", IN_BATCH, json.dumps([message()]).encode(), True, False, True, NO_BATCHES),
    Read("a batch of none", IN_BATCH, b"[]", False, False, True, "it states nothing"),
    Read(
        "a batch that is an object", IN_BATCH, WHOLE, False, True, False, "the Python SDK takes it for structured mode"
    ),
    Read("a key twice", IN_STRUCTURE, WHOLE.replace(b'"id"', b'"id": "m-2", "id"'), False, True, True, STRICT),
    Read("a key twice in data", HEADERS, b'{"client_id": "c-2", ' + DATA[1:], False, True, True, STRICT),
    Read("NaN", IN_STRUCTURE, WHOLE.replace(b'"client-1"', b"NaN"), False, True, False, STRICT),
    Read("NUL", IN_STRUCTURE, WHOLE.replace(b"client-1", b"c\\u0000"), False, True, True, STRICT),
    Read("a lone surrogate", IN_STRUCTURE, WHOLE.replace(b"client-1", b"c\\ud800"), False, True, True, STRICT),
    Read("a byte order mark", IN_STRUCTURE, b"\xef\xbb\xbf" + WHOLE, False, False, False),
    Read("no date", IN_STRUCTURE, json.dumps(message(time="yesterday")).encode(), False, False, True, NOT_VALIDATED),
    Read("no id", IN_STRUCTURE, json.dumps(message(id=...)).encode(), False, True, True, "they make one up"),
    Read("an empty id", IN_STRUCTURE, json.dumps(message(id="")).encode(), False, False, True, "it makes one up"),
    Read("an extension", IN_STRUCTURE, json.dumps(message(traceparent="00")).encode(), True, True, True),
    Read("a name with a line", IN_STRUCTURE, json.dumps(message(trace_parent="00")).encode(), False, False, False),
    Read(
        "an object as extension",
        IN_STRUCTURE,
        json.dumps(message(traceparent={})).encode(),
        False,
        True,
        True,
        NOT_VALIDATED,
    ),
    Read("plain JSON", {"content-type": "application/json"}, WHOLE, False, True, False, "no mode is said"),
]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_what_the_official_python_sdk_reads_and_we_do(everything: Path, case: Read) -> None:
    """It serves as oracle: where it reads what we refuse, or the other way round, the table says why."""
    done = verified(everything, Emission(case.headers, case.body))
    assert (done.success, _read_by_python(case)) == (case.ours, case.python)
    assert (case.ours == case.python == case.javascript) or case.why


def _read_by_python(case: Read) -> bool:
    try:
        from_http_event(HTTPMessage(case.headers, case.body))
    except Exception:  # noqa: BLE001 - whatever it raises, it doesn't read it
        return False
    return True


def test_what_the_official_javascript_sdk_reads() -> None:
    """All of the table at once, in one process of node."""
    module = npm_module("cloudevents")
    if shutil.which("node") is None:
        pytest.skip("node isn't installed")
    lines = [{"headers": case.headers, "body": base64.b64encode(case.body).decode()} for case in READ]
    words = ["node", str(Path(__file__).parent / "sdk.js"), str(module)]
    asked = "\n".join(map(json.dumps, lines))
    done = subprocess.run(words, input=asked, capture_output=True, text=True, timeout=60, check=True)
    answers = [json.loads(line) is not None for line in done.stdout.splitlines()]
    assert dict(zip((case.name for case in READ), answers, strict=True)) == {
        case.name: case.javascript for case in READ
    }


def test_the_rules_are_the_ones_that_there_are(everything: Path) -> None:
    """No mode brings a rule of its own: scripts that know the table know what can come."""
    done = verified(everything, *(Emission(case.headers, case.body) for case in READ))
    assert rules_of(done)["finding"] <= {"event-schema", "content-type", "not-a-fact", "pact-mismatch", *REPEATS}


REPEATS = {"repeat-changes-id", "repeat-changes-content", "id-reused", "repeated-emission"}
