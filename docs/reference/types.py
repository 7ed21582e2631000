"""The page of the types: what each becomes in a pact, in JSON Schema and in AsyncAPI, as the code makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, create_model

from contracts.documents.exports import asyncapi_document, event_schema
from contracts.expectations.matchers import unmatched, with_matchers
from contracts.expectations.reading import WHOLE
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token
from contracts.model.examples import example_of
from contracts.model.registry import Consumer, EmitterEntry, PairEntry, Registry, Status
from contracts.model.schemas import shape_of
from contracts.project.lint import LINT_RULES


class Size(StrEnum):
    """How large something is."""

    SMALL = "small"
    LARGE = "large"


class Money(EventData):
    """An amount in minor units, which no rounding changes."""

    minor: Annotated[int, Field(ge=0)]
    currency: Literal["EUR", "USD"]


TYPES: tuple[tuple[str, Any, Any], ...] = (
    ("`Token`: an identifier", Token, ...),
    ("`UUID`", UUID, ...),
    ("`Timestamp`: a moment with an offset", Timestamp, ...),
    (
        '`Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["LV"])]`',
        Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["LV"])],
        ...,
    ),
    ('`Literal["card"]`', Literal["card"], ...),
    ('`Literal["card", "cash"]`', Literal["card", "cash"], ...),
    ("an `Enum` of texts", Size, ...),
    ("`Literal[1, 2]`, an `IntEnum`", Literal[1, 2], ...),
    ("`int`", int, ...),
    ("`Annotated[int, Field(ge=0)]`", Annotated[int, Field(ge=0)], ...),
    ("`float`", float, ...),
    ("`bool`", bool, ...),
    ("`list[Token]`", list[Token], ...),
    (
        "`Annotated[list[int], Field(min_length=1, max_length=9)]`",
        Annotated[list[int], Field(min_length=1, max_length=9)],
        ...,
    ),
    ("a model, here `Money` with `minor` and `currency`", Money, ...),
    ("`list[Money]`", list[Money], ...),
    ("`Token | None`, required", Token | None, ...),
    ("`Token | None = None`, optional", Token | None, None),
)
REFUSED: tuple[tuple[str, Any, str], ...] = (
    ("`Decimal`", Decimal, "minor units as an `int`, beside a currency"),
    (
        "`date`",
        date,
        'a text: `Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-01-31"])]`',
    ),
    ("`int` or `Token` in a union", int | Token, "a field for each, all but one left out"),
    ("`tuple[int, bool]`", tuple[int, bool], "a model with a name for each part"),
    ("`set[Token]`", set[Token], "a `list`"),
    ("`dict[str, int]`", dict[str, int], "a `list` of models that hold key and value"),
    ("`list[int | None]`", list[int | None], "a `list` of what is there"),
    ("`Any`", Any, "the type that it is"),
)


def types_page() -> Iterator[str]:
    """Yield the page's lines."""
    yield from (
        "What the fields of a canonical event may be. `contracts lint` finds the others, with file and line.",
        "",
        "## Types, and what becomes of them",
        "",
        "In a pact is what the consumer reads; its `type` compares JSON types. A range of numbers isn't in it: every",
        "message is held to the event's closed schema as well.",
        "",
        "| type | example | in a pact | in JSON Schema | in AsyncAPI |",
        "| --- | --- | --- | --- | --- |",
    )
    for title, annotation, default in TYPES:
        yield f"| {' | '.join((_escaped(title), *map(_code, _made(annotation, default))))} |"
    yield from (
        "",
        "Fields that may be left out or null are in no pact: the consumer's handler is tried with and without them.",
        "A nested field is named by its path in JSON, `data.total.minor`, `data.lines[].sku`; an alias is such a name.",
        "",
        "## Types that no pact can hold",
        "",
        "| type | why | instead |",
        "| --- | --- | --- |",
    )
    for title, annotation, instead in REFUSED:
        yield f"| {_escaped(title)} | {_why(annotation)} | {_escaped(instead)} |"
    yield f"| a model that holds itself | {_why(Tree)} | a `list` of models that name each other |"
    yield from ("", "## What lint finds", "", "| rule | what is wrong |", "| --- | --- |")
    yield from (f"| `{rule}` | {purpose} |" for rule, purpose in LINT_RULES.items())


class Tree(EventData):
    """A model that holds itself."""

    child: Tree | None = None


def _event(annotation: Any, default: Any) -> type[CanonicalEvent]:
    data = create_model("Data", __base__=EventData, order_id=(Token, ...), value=(annotation, default))
    name: Any = Literal["an_event"]
    fact_key: Any = ClassVar[tuple[str, ...]]
    return create_model("Event", __base__=CanonicalEvent, fact_key=(fact_key, ("order_id",)), type=(name, ...),
                        data=(data, ...))  # fmt: skip


def _made(annotation: Any, default: Any) -> tuple[str, str, str, str]:
    event = _event(annotation, default)
    pair = EmitterEntry(description="It.", events={"an_event": PairEntry(status=Status.PLANNED)})
    registry = Registry(consumer=Consumer(name="consumer", description="It."), emitters={"emitter": pair})
    domain = Domain("a_domain", Catalogue((event,)), registry, Path("emitters.toml"))
    shape = shape_of(event)
    example = example_of(shape)
    pact = with_matchers(shape, WHOLE, example)["data"].get("value")
    schema = event_schema(domain, "an_event", "urn:")["$defs"]["Data"]["properties"]["value"]
    asyncapi = asyncapi_document(domain)["components"]["schemas"]["an_event.Data"]["properties"]["value"]
    said = "nothing" if pact is None else _matchers(pact)
    return _json(example["data"]["value"]), said, _json(schema), "the same" if asyncapi == schema else _json(asyncapi)


def _matchers(pact: Any) -> str:
    kind = pact.get("pact:matcher:type")
    if kind is None:
        return "; ".join(f"{name}: {_matchers(inner)}" for name, inner in pact.items())
    if isinstance(pact.get("value"), list):
        most = f", {pact['max']} at most" if "max" in pact else ""
        return f"list of {pact['min']} or more{most}, each: {_matchers(pact['value'][0])}"
    rules = kind if isinstance(kind, list) else [pact]
    return ", ".join(
        " ".join([rule["pact:matcher:type"], *([rule["regex"]] if "regex" in rule else [])]) for rule in rules
    )


def _why(annotation: Any) -> str:
    return next(why for _, why in unmatched(shape_of(create_model("Model", value=(annotation, ...)))))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _code(text: str) -> str:
    return text if text in ("nothing", "the same") else f"`{_escaped(text)}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
