"""`contracts lint`: every canonical event is a closed statement of a fact."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token
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


class Shipped(CanonicalEvent):
    """An event that no rule refuses."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "number", "kind")
    type: Literal["order_shipped"]
    data: Sound


def found(*models: type[CanonicalEvent]) -> set[tuple[str, str]]:
    """Return the rule and the message of each finding."""
    domain = Domain("tests", Catalogue(models), webinar_domain().registry, Path("emitters.toml"))
    return {(finding.rule, finding.message) for finding in lint(domain)}


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


def test_a_fact_key_has_to_be_text() -> None:
    """A number is never compared; a UUID and an enum are texts in JSON."""

    class Data(Sound):
        count: int

    class Event(Shipped):
        fact_key: ClassVar[tuple[str, ...]] = ("order_id", "count")
        data: Data

    ((rule, message),) = found(Event)
    assert (rule, "'count' is no text" in message) == ("fact-key", True)


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
