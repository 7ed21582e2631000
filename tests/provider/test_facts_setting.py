"""`[tool.contracts.emitters.X.facts]`: what a driven emitter's triggers carry beside the fact key."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.cli.app import run

DOMAIN = '''"""Invoices, each named by a series and a number."""
from typing import Annotated, ClassVar, Literal
from pydantic import Field
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token


class Number(EventData):
    series: Token
    number: Annotated[int, Field(ge=1)]


class Invoice(EventData):
    invoice: Number
    cents: Annotated[int, Field(ge=0)]
    currency: Literal["EUR", "USD"]


class InvoiceSent(CanonicalEvent):
    """An invoice was sent."""
    fact_key: ClassVar[tuple[str, ...]] = ("invoice.series", "invoice.number")
    type: Literal["invoice_sent"]
    data: Invoice


class InvoicePaid(InvoiceSent):
    """An invoice was paid."""
    type: Literal["invoice_paid"]


CATALOGUE = Catalogue((InvoiceSent, InvoicePaid))
'''
REGISTRY = """[consumer]
name = "ledger"
description = "Books invoices."
[emitters.billing]
description = "Sends invoices."
[emitters.billing.events.invoice_sent]
status = "implemented"
repeats = "guarded"
[emitters.billing.events.invoice_paid]
status = "implemented"
repeats = "guarded"
"""
EMITTER = '''"""An emitter that states what its triggers carry, and notes them."""
import json, urllib.request

SEEN = []

def emit(trigger, destination):
    fact = trigger.fact
    SEEN.append((trigger.event, dict(fact)))
    data = {"invoice": {"series": fact["invoice.series"], "number": fact["invoice.number"]},
            "cents": fact["total"]["cents"], "currency": fact["currency"]}
    marker = f"{trigger.event}-{data['invoice']['series']}-{data['invoice']['number']}"
    body = {"specversion": "1.0", "id": marker, "source": "billing", "type": trigger.event,
            "time": "2026-01-31T18:00:00+03:00", "data": data}
    request = urllib.request.Request(destination, json.dumps(body).encode(),
                                     {"Content-Type": "application/cloudevents+json"})
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except OSError:
        pass


def rest(event, fact):
    return {"total": {"cents": fact["invoice.number"] % 7}, "currency": "USD" if event == "invoice_paid" else "EUR"}


def raising(event, fact):
    raise LookupError(f"no such invoice of {event}")


def taking_the_key(event, fact):
    return {"invoice.number": 1}


def no_json(event, fact):
    return {"at": object()}
'''
TABLE = """[emitters.billing.facts.invoice_sent]
total = { cents = 1200, lines = [1, 2] }
currency = "EUR"
[emitters.billing.facts.invoice_paid]
total = { cents = 0 }
currency = "USD"
"""
Verified = Callable[[str], tuple[int, Any]]


@pytest.fixture
def verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verified:
    """Verify an emitter of invoices under some settings; its exit code and the JSON."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "invoices_domain").mkdir()
    (tmp_path / "invoices_domain" / "__init__.py").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "invoices_domain" / "emitters.toml").write_text(REGISTRY, encoding="utf-8")
    (tmp_path / "billing_emitter.py").write_text(EMITTER, encoding="utf-8")
    for name in ("invoices_domain", "billing_emitter"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.chdir(tmp_path)

    def verify(facts: str) -> tuple[int, Any]:
        text = (
            f'domain = "invoices_domain"\n[emitters.billing]\npython = "billing_emitter:emit"\nsettle = 0.02\n{facts}'
        )
        (tmp_path / "contracts.toml").write_text(text, encoding="utf-8")
        code = run(["verify", "billing", "--output", "json"])
        return code, json.loads(capsys.readouterr().out)

    return verify


@pytest.mark.parametrize("facts", [TABLE, 'facts = "billing_emitter:rest"\n'], ids=["table", "function"])
def test_triggers_carry_what_the_settings_say(verified: Verified, facts: str) -> None:
    """Nested values too, with each trigger of the event; the key is new in every run, an integer stays one."""
    code, document = verified(facts)
    assert (code, [pair["verdict"] for pair in document["pairs"]]) == (0, ["passed", "passed"])
    assert document["untested"] == []
    seen = sys.modules["billing_emitter"].SEEN
    assert {(event, fact["currency"]) for event, fact in seen} == {("invoice_sent", "EUR"), ("invoice_paid", "USD")}
    assert all(isinstance(fact["invoice.number"], int) for _, fact in seen)
    assert len({fact["invoice.number"] for _, fact in seen}) > 4
    first = [fact["invoice.number"] for _, fact in seen]
    seen.clear()
    assert verified(facts)[0] == 0
    assert not set(first) & {fact["invoice.number"] for _, fact in seen}


def test_without_them_the_emitter_has_the_fact_alone(verified: Verified) -> None:
    """What it can't do then is its driver's error, and no yes."""
    code, document = verified("")
    assert (code, document["success"]) == (2, False)
    assert "KeyError: 'total'" in document["errors"][0]["message"]


@pytest.mark.parametrize(
    ("facts", "where", "what"),
    [
        (TABLE.replace("invoice_paid", "invoice_payed"), "contracts.toml:5", "did you mean 'invoice_paid'?"),
        (TABLE + '"invoice.number" = 3\n', "contracts.toml:5", "'invoice.number', which is of its fact key"),
        (TABLE + "at = 2026-01-31\n", "contracts.toml:5", "the facts of invoice_paid are no JSON object: at"),
        ("facts = 3\n", "contracts.toml:5", "emitters.billing.facts isn't a table of events, or module:name"),
        ("[emitters.billing.settle_more]\na = 1\n", "contracts.toml:5", "emitters.billing.settle_more isn't a value"),
        ("[emitters.billing.facts]\ninvoice_sent = 3\n", "contracts.toml:5", "the facts of invoice_sent are no JSON"),
        ('facts = "billing_emitter"\n', "contracts.toml:5", "can't be called"),
        ('facts = "billing_emitter:gone"\n', "contracts.toml:5", "can't be called"),
        ('facts = "gone:rest"\n', "contracts.toml:5", "can't be imported: No module named 'gone'"),
        ('facts = "billing_emitter:raising"\n', "billing_emitter.py:27", "LookupError: no such invoice"),
        ('facts = "billing_emitter:taking_the_key"\n', "contracts.toml:5", "which is of its fact key"),
        ('facts = "billing_emitter:no_json"\n', "contracts.toml:5", "are no JSON object: at"),
    ],
)
def test_what_no_trigger_can_carry_is_an_error(verified: Verified, facts: str, where: str, what: str) -> None:
    """A slip in an event's name, the key itself, no JSON, what can't be called or raises: exit 2, with its place."""
    code, document = verified(facts)
    assert code == 2
    assert what in document["error"]["what"]
    assert document["error"]["where"] == where
