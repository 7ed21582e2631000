"""What a pact says of facts that integers and values inside of objects identify."""

from __future__ import annotations

import re

import pytest

from contracts.expectations.expectation import ExpectationError, expect
from contracts.expectations.pacts import build_pacts
from contracts.model.events import Catalogue
from contracts.model.pact import parse_pact
from contracts.model.registry import Registry
from contracts.verification.facts import first_fact
from tests.verification.test_facts import Invoiced

CATALOGUE = Catalogue((Invoiced,))
REGISTRY = Registry.model_validate(
    {
        "consumer": {"name": "ledger", "description": "Books invoices."},
        "emitters": {
            name: {"description": "It sends.", "events": {"invoiced": {"status": status}}}
            for name, status in (("billing", "implemented"), ("import", "planned"))
        },
    }
)


def test_the_provider_state_is_the_fact_by_its_paths() -> None:
    """In the pact of each emitter; what is asked for later is read from there, integers as integers."""
    fact = {"invoice.number": 9, "page": 4}
    expected = expect(CATALOGUE, "invoiced", "it is booked", ["data.invoice.number", "data.page"], fact=fact)
    whole = {"invoice.series": "series-1", "invoice.number": 9, "page": 4}
    assert expected.expectation.fact == whole
    assert expected.complete().event["data"]["invoice"] == {"series": "series-1", "number": 9}
    files = build_pacts([expected.expectation], CATALOGUE, REGISTRY)
    assert sorted(files) == ["ledger-billing.json", "planned/ledger-import.json"]
    for text in files.values():
        pact = parse_pact(text, source="x")
        assert pact.interactions[0].params == whole
        assert pact.interactions[0].contents["data"] == {"invoice": {"number": 9}, "page": 4}
        assert first_fact(Invoiced, [pact]) == whole


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"invoice.numbr": 9}, "did you mean 'invoice.number'?"),
        ({"invoice": {"number": 9}}, "has no 'invoice'"),
        ({"invoice.number": "9"}, "data.invoice.number is '9'"),
        ({"page": 1.5}, "data.page is 1.5"),
    ],
)
def test_a_fact_that_the_model_refuses(fact: dict[str, object], said: str) -> None:
    """A slip in a path, an object in place of a part of the key, a text for an integer."""
    with pytest.raises(ExpectationError, match=re.escape(said)):
        expect(CATALOGUE, "invoiced", "it is booked", ["id"], fact=fact)
