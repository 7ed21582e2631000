"""An expectation: what the consumer reads of one canonical event, and in which provider state."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from contracts.errors import BrokenContractError
from contracts.expectations.matchers import matched_shape
from contracts.expectations.messages import Message, message_of
from contracts.expectations.reading import Reading, read, trimmed
from contracts.model.events import CanonicalEvent, Catalogue
from contracts.model.examples import example_of
from contracts.model.facts import at_path, with_value
from contracts.model.names import did_you_mean
from contracts.model.registry import Mode
from contracts.model.shapes import Object, without_options


class ExpectationError(BrokenContractError):
    """An expectation that can't be held against the canonical events."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the consumer reads of one event.

    Attributes:
        title: what the consumer does with it, in a few words; unique for the event.
        reads: paths of attributes and data keys, `data.client_id`.
        fact: the params of the provider state, whose name is the event; the fact that the example states.
        test: the test that says so.
    """

    event: str
    title: str
    reads: tuple[str, ...]
    fact: Mapping[str, Any] = field(default_factory=dict)
    test: str = ""

    @property
    def key(self) -> str:
        """The key of its interaction, unique in a pact: Pact merges by it."""
        return f"{self.event}/{slug(self.title)}"

    @property
    def description(self) -> str:
        """The description of its interaction."""
        return f"{self.event}: {self.title}"


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """An expectation held against its canonical event.

    Attributes:
        shape: the event's.
        reading: what is read of it.
        example: the whole event, optional fields too; states the expectation's fact.
    """

    expectation: Expectation
    shape: Object
    reading: Reading
    example: Mapping[str, Any]

    def bare(self, mode: Mode = "structured") -> Message:
        """Return the message with what is read and nothing else, no optional field either.

        A handler that copes with it reads no more than the expectation says.
        """
        return message_of(trimmed(self.shape, self.reading, without_options(self.shape, self.example)), mode)

    def complete(self, mode: Mode = "structured") -> Message:
        """Return the whole canonical event, with every optional field."""
        return message_of(self.example, mode)


def expect(
    catalogue: Catalogue,
    event: str,
    title: str,
    reads: Iterable[str],
    *,
    fact: Mapping[str, Any] | None = None,
    test: str = "",
) -> ExpectedEvent:
    """Hold an expectation against the catalogue.

    Args:
        event: the canonical event's name.
        title: what the consumer does with it, in a few words.
        reads: the paths of what its handler reads.
        fact: values of the fact key, where the examples don't do.
        test: the test that says so, for errors.

    Raises:
        ExpectationError: no such event or fact key, or a title without letters and digits.
        UnknownReadError: the event doesn't have what is read.
    """
    if not isinstance(event, str):
        raise ExpectationError(
            f"the event is {event!r}, and not a name", next_step=f"the canonical events are {', '.join(catalogue)}"
        )
    if event not in catalogue:
        raise ExpectationError(
            f"{event!r} is no canonical event{did_you_mean(event, catalogue)}",
            next_step=f"the canonical events are {', '.join(catalogue)}",
        )
    if not isinstance(title, str) or not slug(title):
        raise ExpectationError(
            f"the title {title!r} has no letters or digits", next_step="say in a few words what the consumer does"
        )
    if not isinstance(fact, Mapping | None):
        raise ExpectationError(f"fact is {fact!r}, and not a dict", next_step="write fact={key: value}")
    model = catalogue[event]
    shape = matched_shape(model)
    reading = read(event, shape, reads)
    example = example_event(model, shape, fact or {})
    missing = [path for path in model.fact_key if at_path(example["data"], path) is None]
    if missing:
        raise ExpectationError(
            f"the fact key of {event} names {missing[0]!r}, which its data doesn't have",
            next_step="mend the model; this says more: contracts lint",
        )
    state = {path: at_path(example["data"], path) for path in model.fact_key}
    return ExpectedEvent(Expectation(event, title, tuple(sorted(set(reads))), state, test), shape, reading, example)


def example_event(model: type[CanonicalEvent], shape: Object, fact: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole example of an event that states `fact`.

    Raises:
        ExpectationError: the fact has a key that isn't in the event's fact key, or the model refuses the example.
    """
    example: dict[str, Any] = example_of(shape)
    for key, value in fact.items():
        if key not in model.fact_key:
            raise ExpectationError(
                f"the fact key of {example['type']} has no {key!r}{did_you_mean(key, model.fact_key)}",
                next_step=f"it is {', '.join(model.fact_key)}",
            )
        example["data"] = with_value(example["data"], key, value)
    refused_by_model(model, example)
    return example


def refused_by_model(model: type[CanonicalEvent], example: Mapping[str, Any]) -> None:
    """Refuse an example that isn't the canonical event.

    Raises:
        ExpectationError: says which field isn't right.
    """
    try:
        model.model_validate_json(message_of(example).body)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise ExpectationError(
            f"the example of {'.'.join(str(part) for part in detail['loc'])} is {detail['input']!r}: {detail['msg']}",
            next_step="give the model's field an example that it takes, Field(examples=[…]), or mend fact=…",
        ) from None


def slug(title: str) -> str:
    """Return a title in lower-case letters, digits and dashes.

    Letters of other alphabets are kept; accents are dropped.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", plain).strip("-")
