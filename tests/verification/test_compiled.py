"""The compiled contract accepts nothing that the engine has a finding for, and the right messages nearly all."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, StringConstraints, create_model, field_validator

from contracts.model.domain import Domain
from contracts.model.emission import Emission
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token
from contracts.model.vocabulary import FactVocabulary
from contracts.testing.strategies import canonical_events, corruptions
from contracts.verification.checks import Belongs, place
from contracts.verification.compiled import CompiledContract, RightMessage
from contracts.verification.message import canonical
from contracts.verification.plain_schema import is_plain_pattern, leaves_of
from contracts.verification.repeats import Parts
from contracts.verification.shape import shape_findings
from tests.domains import tiny
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    FORM,
    TRACKER,
    emission,
    message,
    read_message,
    webinar_domain,
)

EVENTS = (COMPLETED, ENTERED, FORM)
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def compiled(domain: Domain) -> CompiledContract:
    """Return the tracker's contract, compiled."""
    return CompiledContract(domain.catalogue, {TRACKER: [pair.event for pair in domain.registry.pairs(TRACKER)]})


CONTRACT = compiled(webinar_domain())


def exactly_right(sent: Emission) -> bool:
    """Does the exact way find nothing wrong with what the message alone shows?"""
    read = read_message(sent)
    domain = webinar_domain()
    placed = place(read, domain, TRACKER)
    if not isinstance(placed, Belongs) or placed.finding is not None:
        return False
    return not list(shape_findings(read, domain.catalogue[placed.pair.event], domain.registry.vocabulary))


def judged(sent: Emission) -> RightMessage | None:
    """Read a message the fast way; what is accepted must be right, and read as the exact way reads it."""
    found = CONTRACT.read(sent)
    if found is not None:
        read = read_message(sent)
        assert exactly_right(sent), sent.body
        assert (found.event, found.marker) == (read.event, read.attribute("id"))
        assert found.fact == read.fact(webinar_domain().catalogue.fact_key(found.event))
        assert found.content == canonical(read.value)
        assert found.parts() == Parts.of(read.value)
    return found


def spelled(value: Any, draw: st.DrawFn) -> str:
    """Write JSON in one of the ways that mean the same: key order, white space, escapes."""
    ordered = dict(draw(st.permutations(list(value.items())))) if isinstance(value, dict) else value
    if isinstance(ordered, dict) and isinstance(ordered.get("data"), dict):
        ordered["data"] = dict(draw(st.permutations(list(ordered["data"].items()))))
    indent, separators = draw(st.sampled_from([(None, None), (None, (",", ":")), (2, None), ("\t", None)]))
    return json.dumps(ordered, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))


@st.composite
def right(draw: st.DrawFn) -> str:
    """Draw a right message of any of the tracker's events, in any spelling."""
    event = draw(st.sampled_from(EVENTS))
    body = draw(canonical_events(webinar_domain().catalogue[event]))
    return spelled({**body, "source": TRACKER}, draw)


@SETTINGS
@given(right())
def test_what_the_event_takes_is_read_as_the_exact_way_reads_it(text: str) -> None:
    """Every instance, in every spelling: accepted or left to the exact way, and never misread."""
    judged(emission(text))


@SETTINGS
@given(st.data())
def test_no_corruption_of_one_field_is_accepted(data: st.DataObject) -> None:
    """Missing, of another type, beyond its pattern, under another name: what is accepted is right."""
    event = data.draw(st.sampled_from(EVENTS))
    corruption = data.draw(corruptions(webinar_domain().catalogue[event]))
    judged(emission(json.dumps({"source": TRACKER, **corruption.body}, ensure_ascii=data.draw(st.booleans()))))


PIECES = [
    '"', "\\", "\\u0041", "\\ud800", "\0", "\x7f", "\n", "\t", " ", "\ufeff", "é", "\u2028", *"{}[],:",
    "NaN", "1e999", "-0", "null", "true", '"id":"x",', '"type":"client_webinar_completed",', ',"data":{}', "//", "/**/",
    '"datacontenttype":"application/json",', '"extra":1,', '"data":{"client_id":"a","webinar_id":"b"},', "Z", "+03:00",
]  # fmt: skip


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(right(), st.integers(0, 500), st.integers(0, 12), st.sampled_from(["", *PIECES]))
def test_no_mutation_of_the_bytes_is_accepted_that_isnt_right(text: str, at: int, cut: int, piece: str) -> None:
    """Bytes taken out and others put in, at any place: keys twice, escapes, torn ends, comments."""
    at %= len(text)
    judged(emission(text[:at] + piece + text[at + cut :]))


def typed(body: dict[str, Any]) -> str:
    """Return a message as compact JSON."""
    return json.dumps(body, separators=(",", ":"))


@pytest.mark.parametrize(
    "text",
    [
        typed(message()).replace('"id"', '"id":"x","id"', 1),
        typed(message()).replace('"type":"client_webinar_completed",', '"id":"x",'),
        typed(message()).replace('"type":', '"type":"client_webinar_entered","type":', 1),
        typed(message()).replace('"client_id":', '"client_id":"x","client_id":', 1),
        typed(message()).replace('"data":', '"data":{},"data":', 1),
        typed(message(datacontenttype="application/json")).replace('"datacontenttype":"application/json"', '"id":"x"'),
        typed(message(id="a\n")),
        typed(message(id="a\u007f")),
        typed(message(time="2026-02-29T00:00:00Z")),
        typed(message(time="2026-04-31T00:00:00Z")),
        typed(message(time="0000-01-01T00:00:00Z")),
        typed(message(time="2026-01-01T00:00:60Z")),
        typed(message(time="2026-01-01T24:00:00Z")),
        typed(message(time="2026-01-01 00:00:00Z")),
        typed(message(time="2026-01-01T00:00:00+0300")),
        typed(message(time="2026-01-01T00:00:00")),
        typed(message(source="client-webinar-tracker-v3")),
        typed(message(source="client-webinar-tracker-v2\n")),
        typed(message(extra=None)),
        typed(message(datacontenttype=None)),
        typed(message(specversion="1")),
        typed(message(specversion=1.0)),
        typed(message(type="client_webinar_left")),
        typed(message()) + "{}",
        typed(message()) + "\0",
        "\x0c" + typed(message()),
        f"[{typed(message())}]",
        typed(message())[:-1],
        typed(message()).replace(',"data"', ',,"data"'),
        typed(message()).replace("}}", ",}}"),
        typed(message()).replace('"', "'"),
        "",
    ],
)  # fmt: skip
def test_known_traps_are_not_accepted(text: str) -> None:
    """Keys twice that msgspec takes the last of, days that no calendar has, other spellings of a time, torn JSON."""
    assert judged(emission(text)) is None
    assert not exactly_right(emission(text))


@pytest.mark.parametrize(
    "text",
    [
        typed(message()),
        json.dumps(message(), indent=4),
        typed(dict(reversed(message().items()))),
        typed(message(datacontenttype="application/json")),
        typed(message(ENTERED)),
        f" \t\r\n{typed(message())}\n",
        typed(message(time="2026-12-31t23:59:59.123456789z")),
        typed(message(id="A" * 128)),
    ],
)
def test_the_usual_spellings_are_accepted(text: str) -> None:
    """A check that refused all would be sound as well."""
    assert judged(emission(text)) is not None
    assert judged(emission(text, content_type='Application/CloudEvents+JSON; charset="UTF-8"')) is not None
    for other in ("application/json", None, "application/cloudevents+json; charset=utf-16"):
        assert judged(emission(text, content_type=other)) is None
    compressed = {"content-type": "application/cloudevents+json", "content-encoding": "identity"}
    assert judged(Emission(headers=compressed, body=text.encode())) is None


def test_nearly_all_right_messages_are_accepted() -> None:
    """At least 99 of 100 in each spelling, those of the benchmark among them."""
    from benchmarks.verify_emissions import bodies

    spellings: tuple[dict[str, Any], ...] = ({"separators": (",", ":")}, {}, {"indent": 2}, {"sort_keys": True})
    for options in spellings:
        accepted = [judged(emission(json.dumps(body, **options))) is not None for body in bodies(500)]
        assert sum(accepted) >= 0.99 * len(accepted)


def event_of(**fields: Any) -> type[CanonicalEvent]:
    """Return an event whose data has these fields."""
    data = create_model("Data", __base__=EventData, **fields)
    name: Any = Literal["an_event"]
    return create_model("Event", __base__=CanonicalEvent, type=(name, ...), data=(data, ...))


class TestOtherEvents:
    """Events of other domains: compiled as far as they are plain, and the exact way for the rest."""

    PLAIN = event_of(
        order_id=(Annotated[str, StringConstraints(pattern="^[A-Z]{2}-[0-9]+$")], ...),
        kind=(Literal["letter", "parcel"], ...),
        note=(Annotated[str, StringConstraints(min_length=1, max_length=5)], "none"),
        free=(str, "x"),
    )

    @SETTINGS
    @given(st.data())
    def test_optional_texts_and_choices_are_read_as_the_exact_way_reads_them(self, data: st.DataObject) -> None:
        """Each there or not, in and out of its bounds."""
        contract = CompiledContract(Catalogue((self.PLAIN,)), {TRACKER: ["an_event"]})
        texts = st.sampled_from(
            ["AB-1", "AB-", "ab-1", "letter", "parcel", "", "a", "abcde", "abcdef", "é", "a\\b", "\0"]
        )
        keys = data.draw(st.lists(st.sampled_from(["order_id", "kind", "note", "free", "more"]), unique=True))
        body = {**message(), "type": "an_event", "data": {key: data.draw(texts) for key in keys}}
        sent = emission(json.dumps(body))
        found = contract.read(sent)
        wrong = list(shape_findings(read_message(sent), self.PLAIN, FactVocabulary()))
        if found is not None:
            assert not wrong
            assert found.content == canonical(read_message(sent).value)
        elif not wrong:
            # Right, and left to the exact way: only what needs an escape is.
            assert "\\" in json.dumps(body)

    def test_some_of_them_are_accepted(self) -> None:
        """With everything, and with what is required alone."""
        contract = CompiledContract(Catalogue((self.PLAIN,)), {TRACKER: ["an_event"]})
        for data in (
            {"order_id": "AB-1", "kind": "letter"},
            {"order_id": "AB-1", "kind": "parcel", "note": "abc", "free": ""},
        ):
            found = contract.read(emission({**message(), "type": "an_event", "data": data}))
            assert found is not None
            assert json.loads(found.content)["data"] == data

    @pytest.mark.parametrize("text", ["a\\b", 'a"b', "a\nb", "a\tb", "é", "😀", "\u2028", "\0", "\ud800"], ids=ascii)
    def test_a_text_that_needs_an_escape_takes_the_exact_way(self, text: str) -> None:
        """Its canonical text isn't the text itself; written with escapes or without."""
        contract = CompiledContract(Catalogue((self.PLAIN,)), {TRACKER: ["an_event"]})
        body = {**message(), "type": "an_event", "data": {"order_id": "AB-1", "kind": "letter", "free": text}}
        for escaped in (True, False):
            assert contract.read(emission(json.dumps(body, ensure_ascii=escaped))) is None
        escapes = typed({**body, "data": {**body["data"], "free": "free"}}).replace('"free"}', '"fre\\u0065"}')
        assert contract.read(emission(escapes)) is None

    @pytest.mark.parametrize(
        "field",
        [
            int, float, bool, str | None, list[str], dict[str, str], datetime, Token | int, Any, BaseModel,
            Annotated[str, StringConstraints(to_lower=True)], Annotated[str, StringConstraints(strip_whitespace=True)],
            Annotated[str, StringConstraints(pattern="a")], Annotated[str, StringConstraints(pattern=r"^\d+$")],
            Annotated[str, StringConstraints(pattern="^[a-z]+-[a-z]+$")], Annotated[str, Field(alias="other")],
        ],
        ids=str,
    )  # fmt: skip
    def test_an_event_that_isnt_plain_takes_the_exact_way(self, field: Any) -> None:
        """Numbers, null, lists, conversions, aliases, patterns that engines may read differently or slowly."""
        assert leaves_of(event_of(value=(field, ...)), TRACKER) is None
        assert leaves_of(event_of(value=(str, ...)), TRACKER) is not None

    def test_an_event_with_a_validator_of_its_own_takes_the_exact_way(self) -> None:
        """Whatever it is that it validates."""

        class Picky(EventData):
            """Data with a validator."""

            value: str

            @field_validator("value")
            @classmethod
            def is_even(cls, value: str) -> str:
                """Refuse odd lengths."""
                if len(value) % 2:
                    raise ValueError("odd")
                return value

        name: Any = Literal["an_event"]
        picky = create_model("Event", __base__=CanonicalEvent, type=(name, ...), data=(Picky, ...))
        assert leaves_of(picky, TRACKER) is None
        other_time = create_model(
            "Event", __base__=CanonicalEvent, type=(name, ...), time=(datetime, ...), data=(EventData, ...)
        )
        assert leaves_of(other_time, TRACKER) is None

    def test_the_tiny_domains_events_are_judged_as_before(self) -> None:
        """Its events hold numbers, lists and enumerations: nothing is compiled, nothing accepted."""
        assert all(
            leaves_of(model, "emitter") is None for model in tiny.CATALOGUE.models if "data" in model.model_fields
        )


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (get_args(Token)[1].pattern, True),
        ("^a$", True),
        ("^(a|b)-[0-9]{2}$", True),
        (r"^a\.b$", True),
        ("^[a-z]+$", True),
        ("a", False),
        ("^a|b$", False),
        ("^a", False),
        (r"^\w+$", False),
        ("^[^a]+$", False),
        ("^(?i)a$", False),
        ("^(a+)+$", False),
        ("^a*b*$", False),
        ("^[a--b]$", False),
        ("^a{,3}$", False),
        ("^a*+$", False),
        ("^(a$", False),
        ("^é$", False),
        ("^a\n$", False),
    ],
)
def test_only_patterns_that_all_engines_read_alike_are_plain(pattern: str, plain: bool) -> None:
    """Anchored, in ASCII, with one repetition of no fixed number at most, so that they take linear time."""
    assert is_plain_pattern(pattern) is plain


def test_timestamps_are_the_events_own() -> None:
    """A field of the data that is a time by the same function is plain too."""
    leaves = leaves_of(event_of(at=(Timestamp, ...)), TRACKER)
    assert leaves is not None
    assert [leaf.path for leaf in leaves if leaf.pattern and "[Tt]" in leaf.pattern] == [("data", "at"), ("time",)]
