"""`contracts lint`: every canonical event is a closed statement of a fact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model, model_validator

from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token
from contracts.model.lint_finding import LintFinding
from contracts.model.vocabulary import FactVocabulary
from contracts.project.lint import lint
from tests.verification.support import webinar_domain


class Colour(StrEnum):
    """An enum whose values are texts."""

    RED = "red"


class Sound(EventData):
    """Data that no rule refuses."""

    order_id: Token
    number: UUID
    kind: Colour
    form: Token | None = None


class Line(EventData):
    """One line of an order: money in minor units, and everything else that a pact can hold."""

    sku: Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["ABC"])]
    minor: Annotated[int, Field(ge=0)]
    currency: Literal["EUR", "USD"]
    shipped_at: Timestamp | None


class Shipped(CanonicalEvent):
    """An event that no rule refuses."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "number", "kind")
    type: Literal["order_shipped"]
    data: Sound


def linted(*models: type[CanonicalEvent], vocabulary: FactVocabulary | None = None) -> tuple[LintFinding, ...]:
    """Return the findings of a catalogue, under the webinar's words or others."""
    registry = webinar_domain().registry
    if vocabulary is not None:
        registry = registry.model_copy(update={"vocabulary": vocabulary})
    return lint(Domain("tests", Catalogue(models), registry, Path("emitters.toml")))


def found(*models: type[CanonicalEvent], vocabulary: FactVocabulary | None = None) -> set[tuple[str, str]]:
    """Return the rule and the message of each finding."""
    return {(finding.rule, finding.message) for finding in linted(*models, vocabulary=vocabulary)}


def with_field(annotation: Any, default: Any = ...) -> type[CanonicalEvent]:
    """Return an event whose data holds, beside sound keys, a list of objects with one more field."""
    item = create_model("Item", __base__=Line, extra=(annotation, default))
    held: Any = list[item]
    data = create_model("Data", __base__=Sound, items=(held, ...))
    return create_model("Event", __base__=Shipped, data=(data, ...))


def test_a_sound_catalogue_has_no_finding() -> None:
    """The webinar domain's own, and one with richer types."""
    assert lint(webinar_domain()) == ()
    assert found(Shipped) == set()


def test_a_key_that_no_fact_has_is_found_at_any_depth() -> None:
    """`form` is a fact, `nextStep` isn't."""

    class Inner(EventData):
        nextStep: Token  # noqa: N815 - what is to be found

    class Data(Sound):
        meta: Inner

    class Event(Shipped):
        data: Data

    ((rule, message),) = found(Event)
    assert rule == "not-a-fact"
    assert "data.meta.nextStep" in message


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("order_idd",), "is not in its data (did you mean 'order_id'?)"),
        (("form",), "is optional"),
        ((), "has no fact key"),
    ],
)
def test_a_fact_key_has_to_name_required_data(key: tuple[str, ...], said: str) -> None:
    """With the nearest name."""

    class Event(Shipped):
        fact_key: ClassVar[tuple[str, ...]] = key

    ((rule, message),) = found(Event)
    assert rule == "fact-key"
    assert said in message


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("order_id", "count"), None),
        (("address.floor", "address.code.text"), None),
        (("weight",), "'weight' is neither a text nor an integer"),
        (("sealed",), "'sealed' is neither a text nor an integer"),
        (("address",), "'address' is neither a text nor an integer"),
        (("pieces[].sku",), "'pieces[].sku' stands in a list"),
        (("address.flor",), "is not in its data (did you mean 'address.floor'?)"),
        (("address.stairs",), "'address.stairs' is optional"),
        (("office.floor",), "'office.floor' is optional or may be null, itself or what it stands in"),
        (("depot.floor",), "'depot.floor' is optional or may be null, itself or what it stands in"),
    ],
)
def test_a_fact_key_names_texts_and_integers(key: tuple[str, ...], said: str | None) -> None:
    """In objects too, where all that they stand in is always there; a number with a fraction is none."""

    class Code(EventData):
        text: Token

    class Address(EventData):
        floor: int
        code: Code
        stairs: int | None = None

    class Piece(EventData):
        sku: Token

    class Data(Sound):
        count: int
        weight: float
        sealed: bool
        address: Address
        office: Address | None
        depot: Address = Address(floor=0, code=Code(text="x"))
        pieces: list[Piece]

    class Event(Shipped):
        fact_key: ClassVar[tuple[str, ...]] = key
        data: Data

    messages = [message for rule, message in found(Event) if rule == "fact-key"]
    assert len(messages) == (said is not None)
    assert all(str(said) in message for message in messages)


def test_a_fact_key_has_to_be_compared_exactly() -> None:
    """A number with a fraction is never compared; a UUID and an enum are texts in JSON."""

    class Data(Sound):
        count: float

    class Event(Shipped):
        fact_key: ClassVar[tuple[str, ...]] = ("order_id", "count")
        data: Data

    ((rule, message),) = found(Event)
    assert (rule, "'count' is neither a text" in message) == ("fact-key", True)


def test_an_open_model_is_found() -> None:
    """What takes any key promises nothing."""

    class Data(BaseModel):
        model_config = ConfigDict(extra="allow", frozen=True)
        order_id: Token
        number: UUID
        kind: Colour

    class Event(Shipped):
        data: Data  # type: ignore[assignment]  # what is to be found

    assert {rule for rule, _ in found(Event)} == {"open-model"}


def test_two_events_of_one_name_are_found() -> None:
    """A name is one event's."""

    class Again(Shipped):
        """Another event under the same name."""

    assert {rule for rule, _ in found(Shipped, Again)} == {"event-twice"}


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (Decimal, "one of several types"),
        (int | Token, "one of several types"),
        (date, "format 'date'"),
        (tuple[int, bool], "type array"),
        (set[Token], "type array"),
        (dict[str, int], "type object"),
        (list[int | None], "its items may be null"),
        (Any, "type any"),
        (Literal["a", 1], "a choice of anything but"),
    ],
)
def test_a_type_that_no_pact_can_hold_is_found(annotation: Any, why: str) -> None:
    """At any depth, with its path and what to use instead; it is found once."""
    (finding,) = linted(with_field(annotation))
    assert finding.rule == "no-matcher"
    assert finding.message.startswith("order_shipped: data.items[].extra can't be put into a pact")
    assert why in finding.message
    assert "an enum" in finding.next_step


def test_a_model_that_holds_itself_is_found() -> None:
    """It has no end, and so no example."""

    class Tree(EventData):
        child: Tree | None = None

    Tree.model_rebuild(_types_namespace={"Tree": Tree})
    assert {rule for rule, _ in found(with_field(Tree))} == {"no-matcher"}


@pytest.mark.parametrize(
    "annotation",
    [
        str,
        str | None,
        list[str],
        Annotated[str, Field(max_length=3)],
        Annotated[str, StringConstraints(pattern="[a-z]+")],
        Annotated[str, StringConstraints(pattern="^[a-z]+@[a-z.]+$")],
        Annotated[str, StringConstraints(pattern="^[+0-9]{8,15}$")],
        Annotated[str, StringConstraints(pattern="^[A-Z][a-z]+ [A-Z][a-z]+$")],
        Annotated[str, StringConstraints(pattern="^.{1,9}$")],
        Annotated[str, StringConstraints(pattern="^[^<>]{3,}$")],
    ],
)
def test_free_text_is_found(annotation: Any) -> None:
    """Whatever takes a name, an address, a telephone number or a sentence; a reason in the registry accepts it."""
    ((rule, message),) = {(rule, message) for rule, message in found(with_field(annotation)) if rule != "no-example"}
    assert rule == "free-text"
    assert "data.items[].extra" in message
    reason = FactVocabulary(free_text={"extra": "written by a machine"})
    assert "free-text" not in {rule for rule, _ in found(with_field(annotation), vocabulary=reason)}


@pytest.mark.parametrize(
    "annotation",
    [
        Token,
        Token | None,
        UUID,
        Timestamp,
        Colour,
        Literal["a free choice of words"],
        Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), Field(examples=["LV"])],
        Annotated[str, StringConstraints(pattern="^[0-9]{5}$"), Field(examples=["10020"])],
        Annotated[str, StringConstraints(pattern="^(card|cash)$"), Field(examples=["card"])],
    ],
)
def test_identifiers_and_choices_are_no_free_text(annotation: Any) -> None:
    """The near misses: an anchored pattern that no name or sentence has, a form, a list of values."""
    assert found(with_field(annotation)) == set()


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (Annotated[str, StringConstraints(pattern="^[0-9]{5}-x$")], "has no example, and none could be thought of"),
        (Annotated[int, Field(multiple_of=7, ge=10, le=20)], "has no example, and none could be thought of"),
        (Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), Field(examples=["lv"])], "the example 'lv', which"),
        (Annotated[Colour, Field(examples=["blue"])], "the example 'blue', which"),
    ],
)
def test_a_field_without_an_example_is_found(annotation: Any, said: str) -> None:
    """None could be thought of, or the one that is given is none."""
    findings = [finding for finding in linted(with_field(annotation)) if said in finding.message]
    assert [finding.rule for finding in findings] == ["no-example"]
    assert "data.items[].extra" in findings[0].message


def test_an_example_that_the_model_itself_refuses_is_found() -> None:
    """What a validator of the model's own refuses can't be seen in its schema."""

    class Data(Sound):
        begun: int
        ended: int

        @model_validator(mode="after")
        def in_order(self) -> Data:
            if self.ended <= self.begun:
                raise ValueError("ends before it began")
            return self

    class Event(Shipped):
        data: Data

    ((rule, message),) = found(Event)
    assert rule == "no-example"
    assert "ends before it began" in message


def test_a_word_is_allowed_with_a_reason() -> None:
    """Of two keys that hold refused words, the one that the registry gives a reason for."""

    class Data(Sound):
        delivery_channel: Token
        page_count: int

    class Event(Shipped):
        data: Data

    words = webinar_domain().registry.vocabulary.groups
    assert {message.split()[1] for rule, message in found(Event) if rule == "not-a-fact"} == {
        "data.delivery_channel",
        "data.page_count",
    }
    allowed = FactVocabulary(groups=words, allow={"delivery_channel": "a parcel came by it"})
    ((rule, message),) = found(Event, vocabulary=allowed)
    assert (rule, "data.page_count" in message) == ("not-a-fact", True)
    both = FactVocabulary(groups=words, allow={"delivery_channel": "a parcel came by it", "page_count": "it is a book"})
    assert found(Event, vocabulary=both) == set()
    assert found(Event, vocabulary=FactVocabulary()) == set()


def test_a_reason_that_nothing_needs_is_found() -> None:
    """With the nearest key."""
    reasons = FactVocabulary(allow={"order_idd": "a slip"}, free_text={"order_id": "there", "nothing": "gone"})
    assert {message.partition(",")[0] for _, message in found(Shipped, vocabulary=reasons)} == {
        "[vocabulary.allow] names 'order_idd'",
        "[vocabulary.free_text] names 'nothing'",
    }


def test_an_open_object_is_found_where_it_stands() -> None:
    """The event itself, and an object in a list."""

    class Open(EventData):
        model_config = ConfigDict(extra="ignore")
        sku: Token

    class Data(Sound):
        items: list[Open]

    class Event(Shipped):
        model_config = ConfigDict(extra="allow")
        data: Data

    assert found(Event) == {
        ("open-model", "order_shipped takes keys that it doesn't name"),
        ("open-model", "order_shipped: data.items[] takes keys that it doesn't name"),
    }


def test_a_finding_names_the_line_of_its_field() -> None:
    """Also of a field of the items of a list, and of one that a base class declares."""

    class Item(EventData):
        sku: Token
        label: str

    class Data(Sound):
        items: list[Item]

    class Event(Shipped):
        data: Data
        subject: str

    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    places = {finding.message.split()[1]: finding.where for finding in linted(Event)}
    assert set(places) == {"data.items[].label", "subject"}
    for path, where in places.items():
        assert where is not None
        assert where.line is not None
        assert lines[where.line - 1].strip() == f"{path.rpartition('.')[2]}: str"
