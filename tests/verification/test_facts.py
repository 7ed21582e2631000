"""Facts that integers and values inside of objects identify, and triggers that carry more than that."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, create_model

from contracts.model.driver import Capabilities
from contracts.model.emission import Trigger
from contracts.model.events import CanonicalEvent, EventData, Token
from contracts.model.facts import at_path, key_of, nested, stated_in, with_value
from contracts.verification.facts import Facts, first_fact
from contracts.verification.plan import Requests
from tests.verification.support import COMPLETED, ENTERED, TRACKER, pact, webinar_domain

NAMES = ("other", "refused", "at-once", "at-once-a", "at-once-b", "as-2", "as-3", "as-11")


class _Number(EventData):
    series: Token
    number: Annotated[int, Field(ge=1)]


class _Invoice(EventData):
    invoice: _Number
    page: int
    note: Token | None = None


class Invoiced(CanonicalEvent):
    """An invoice was sent."""

    fact_key: ClassVar[tuple[str, ...]] = ("invoice.series", "invoice.number", "page")
    type: Literal["invoiced"]
    data: _Invoice


def test_a_fact_is_found_wherever_it_stands() -> None:
    """Texts and integers, in objects too; what isn't there, or is a list, a number with a fraction or a truth isn't."""
    key = Invoiced.fact_key
    data: dict[str, Any] = {"invoice": {"series": "A", "number": 7}, "page": 2}
    assert stated_in(data, key) == {"invoice.series": "A", "invoice.number": "7", "page": "2"}
    for path, value in (("page", True), ("page", 2.0), ("page", None), ("invoice", ["A", 7]), ("invoice.number", {})):
        assert stated_in(with_value(data, path, value), key) is None
    assert stated_in([], key) is None
    assert data == {"invoice": {"series": "A", "number": 7}, "page": 2}


def test_a_trigger_may_carry_more_than_the_key() -> None:
    """What identifies the fact is told from the rest, and both can be put where they stand in data."""
    carried = {"invoice.number": 7, "invoice.series": "A", "page": 2, "invoice": {"paid": True}, "total": [1]}
    assert key_of(carried, Invoiced.fact_key) == {"invoice.series": "A", "invoice.number": "7", "page": "2"}
    assert nested(carried, Invoiced.fact_key) == {
        "invoice": {"paid": True, "series": "A", "number": 7}, "page": 2, "total": [1],
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(["a", "b", "a.b", "b.c.d", "c.e"]), st.integers(), min_size=1))
@settings(max_examples=30)
def test_what_is_put_at_a_path_is_found_there(fact: dict[str, int]) -> None:
    """Every path that doesn't lead through a value of another one."""
    paths = [path for path in fact if not any(path.startswith(f"{other}.") for other in fact)]
    data: dict[str, Any] = {}
    for path in paths:
        data = with_value(data, path, fact[path])
    assert {path: at_path(data, path) for path in paths if not any(o.startswith(f"{path}.") for o in paths)} == {
        path: fact[path] for path in paths
    }


def test_the_first_fact_is_that_of_the_pact_or_of_the_example() -> None:
    """Integers stay integers, as the emitter's own code has them."""
    assert first_fact(Invoiced, []) == {"invoice.series": "series-1", "invoice.number": 1, "page": 1}
    document = pact()
    assert first_fact(webinar_domain().catalogue[ENTERED], [document])["client_id"]


@pytest.mark.parametrize(
    "bounds",
    [{}, {"ge": 1}, {"ge": 0, "le": 2**40}, {"gt": 9, "lt": 9999}, {"multiple_of": 5}, {"le": -1}, {"ge": 1, "le": 9}],
    ids=str,
)  # fmt: skip
def test_other_integers_are_ones_that_the_model_takes(bounds: dict[str, int]) -> None:
    """Within its range, no two of one run the same, and another run has others where there is room for them."""
    limits: Any = Field(**bounds)  # type: ignore[call-overload]  # any of its keywords
    data: Any = create_model("Data", __base__=EventData, number=(Annotated[int, limits], ...))
    fields: Any = {"type": (Literal["numbered"], ...), "data": (data, ...)}
    model: Any = create_model("Event", __base__=CanonicalEvent, **fields)
    model.fact_key = ("number",)
    facts = Facts(model, {"number": next(n for n in (1, 5, 11, -5) if _takes(data, n))})
    runs = [facts.renewed(seed) for seed in ("one", "two", "three")]
    for run in runs:
        assert _takes(data, run.first["number"])
        names = NAMES if bounds != {"ge": 1, "le": 9} else NAMES[:4]
        made = [run.first["number"], *(run.varied(name)["number"] for name in names)]
        assert len(set(made)) == len(made)
        assert all(_takes(data, number) for number in made)
    if bounds != {"ge": 1, "le": 9}:
        assert len({run.first["number"] for run in runs}) == 3


def _takes(model: Any, number: object) -> bool:
    try:
        model.model_validate_json(json.dumps({"number": number}))
    except ValueError:
        return False
    return True


def test_one_part_of_a_key_varies_at_a_time() -> None:
    """Where a name is given for it; the others stay, integers and texts alike."""
    facts = Facts(Invoiced, {"invoice.series": "A", "invoice.number": 7, "page": 2})
    for path in facts.first:
        other = facts.varied("other", path)
        assert {name for name in other if other[name] != facts.first[name]} == {path}
        assert type(other[path]) is type(facts.first[path])


def test_the_rest_is_asked_for_once_a_fact_and_goes_along_each_time() -> None:
    """A repeat carries what the first request did, although the function would say something else by now."""
    calls: list[str] = []

    def rest(event: str, fact: Any) -> dict[str, Any]:
        calls.append(event)
        return {"n": len(calls), "nested": {"list": [fact["client_id"]]}, "client_id": "not the key's"}

    requests = Requests(webinar_domain(), TRACKER, [pact()], Capabilities(drives=True, simultaneous=True), rest)
    asked: list[Trigger] = []
    for step in requests:
        asked += step.triggers
        for trigger in step.triggers:
            requests.stated(trigger.event)
    by_fact: dict[str, set[int]] = {}
    for trigger in asked:
        assert trigger.fact["nested"] == {"list": [trigger.fact["client_id"]]}
        name = json.dumps([trigger.event, key_of(trigger.fact, webinar_domain().catalogue.fact_key(trigger.event))])
        by_fact.setdefault(name, set()).add(trigger.fact["n"])
    assert all(len(rests) == 1 for rests in by_fact.values())
    assert len(calls) == len(by_fact) < len(asked)
    assert {COMPLETED, ENTERED} < set(calls)
