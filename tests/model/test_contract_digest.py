"""What counts of a contract, and what doesn't: two runs with one digest judge alike."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, StringConstraints

from contracts.model.contract_digest import contract_digest
from contracts.model.events import CanonicalEvent, Catalogue, EventData
from contracts.model.registry import Registry
from contracts.model.registry_toml import parse_registry

REGISTRY = """
[consumer]
name = "desk"
description = "Reads parcels."
[guarantees]
facts = "States facts only."
[emitters.scales]
description = "Weighs."
[emitters.scales.events.parcel_weighed]
status = "implemented"
repeats = "guarded"
[emitters.scales.events.parcel_lost]
status = "planned"
[emitters.van]
description = "Drives."
owner = "The drivers"
[emitters.van.events.parcel_lost]
status = "implemented"
delivery = "at-least-once"
"""
PROSE = {
    "another description": ('description = "Weighs."', 'description = "Weighs parcels."'),
    "another owner": ('owner = "The drivers"', 'owner = "The fleet"'),
    "a date": ('status = "planned"', 'status = "planned"\ntarget = 2027-01-01'),
    "a decision": ('status = "implemented"\ndelivery', 'status = "implemented"\ndecision = "D-7"\ndelivery'),
    "another guarantee": ("States facts only.", "States facts, and facts only."),
    "the defaults, said": ('status = "planned"', 'status = "planned"\nrepeats = "never"'),
}
JUDGED = {
    "a status": ('status = "planned"', 'status = "implemented"'),
    "a promise of repeats": ('repeats = "guarded"', 'repeats = "never"'),
    "a promise of delivery": ('delivery = "at-least-once"', ""),
    "a pair": ("[emitters.van]", '[emitters.scales.events.parcel_kept]\nstatus = "planned"\n[emitters.van]'),
    "an emitter's name": ("[emitters.van", "[emitters.lorry"),
}


class Contents(EventData):
    """What is in a parcel."""

    weight: int = Field(description="In grams.")


class Lost(EventData):
    """A parcel that was lost."""

    parcel_id: str
    place: str | None = None
    inside: list[Contents] = Field(default_factory=list)


def event(name: str, data: type[EventData], fact_key: tuple[str, ...] = ("parcel_id",)) -> type[CanonicalEvent]:
    """Return the model of an event."""
    return type(
        name.title(),
        (CanonicalEvent,),
        {"__annotations__": {"type": Literal[name], "data": data}, "fact_key": fact_key, "__module__": __name__},
    )


def catalogue(lost: type[EventData] = Lost, *, fact_key: tuple[str, ...] = ("parcel_id",)) -> Catalogue:
    """Return a catalogue of three events, one of them with the data given."""
    return Catalogue((event("parcel_weighed", Lost), event("parcel_lost", lost, fact_key), event("parcel_kept", Lost)))


def registry(text: str = REGISTRY) -> Registry:
    """Read a registry."""
    return parse_registry(text, file="emitters.toml", catalogue=catalogue())


DIGEST = contract_digest(catalogue(), registry())


@pytest.mark.parametrize("case", PROSE)
def test_what_people_read_doesnt_count(case: str) -> None:
    """A new owner makes no result another one."""
    before, after = PROSE[case]
    assert before in REGISTRY
    assert contract_digest(catalogue(), registry(REGISTRY.replace(before, after, 1))) == DIGEST


@pytest.mark.parametrize("case", JUDGED)
def test_what_is_judged_by_counts(case: str) -> None:
    """Each alone, whichever emitter it is of."""
    before, after = JUDGED[case]
    assert before in REGISTRY
    assert contract_digest(catalogue(), registry(REGISTRY.replace(before, after))) != DIGEST


def test_the_order_of_emitters_and_events_doesnt_count() -> None:
    """Nor does that of a file."""
    whole = registry()
    turned = whole.model_copy(update={"emitters": dict(reversed(whole.emitters.items()))})
    assert contract_digest(Catalogue(tuple(reversed(catalogue().models))), turned) == DIGEST


class SameInOtherWords(EventData):
    """Another name, another text, other examples, another order."""

    class Content(EventData):
        """Renamed."""

        weight: int = Field(title="Weight", examples=[7])

    inside: list[Content] = Field(default_factory=list, description="Whatever it holds.")
    place: str | None = Field(default=None, deprecated=True)
    parcel_id: str


class OneMore(Lost):
    """A key more is required."""

    title: str


class OptionalTitle(Lost):
    """A key more, called as prose is in a schema."""

    title: str | None = None


class OptionalDescription(Lost):
    """Another one."""

    description: str | None = None


class Narrower(Lost):
    """A key takes less."""

    parcel_id: Annotated[str, StringConstraints(pattern="^p-")]


class Deeper(EventData):
    """A key of a list's objects takes less."""

    parcel_id: str
    place: str | None = None

    class Content(EventData):
        """What is in it."""

        weight: int = Field(gt=0)

    inside: list[Content] = Field(default_factory=list)


def test_the_words_of_a_model_dont_count() -> None:
    """Nor do its name and the order of its keys."""
    assert contract_digest(catalogue(SameInOtherWords), registry()) == DIGEST


def test_each_change_of_a_schema_counts_and_is_another_one() -> None:
    """At any depth, and for a key whose name is prose elsewhere."""
    models = (Lost, OneMore, OptionalTitle, OptionalDescription, Narrower, Deeper)
    assert len({contract_digest(catalogue(model), registry()) for model in models}) == len(models)


def test_the_fact_key_counts() -> None:
    """Repeats are found by it."""
    assert contract_digest(catalogue(fact_key=("parcel_id", "place")), registry()) != DIGEST


class Box(EventData):
    """A box of boxes."""

    parcel_id: str
    boxes: list[Box] = Field(default_factory=list)


class Crate(EventData):
    """The same under another name."""

    parcel_id: str
    boxes: list[Crate] = Field(default_factory=list)


def test_a_model_that_holds_itself_has_a_digest() -> None:
    """Its name doesn't count there either."""
    assert contract_digest(catalogue(Box), registry()) == contract_digest(catalogue(Crate), registry()) != DIGEST


def test_it_is_written_as_a_sha256() -> None:
    """64 hexadecimal digits, the same in every process."""
    assert len(DIGEST) == 64
    assert int(DIGEST, 16)
