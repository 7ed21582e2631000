"""The table of rules: a severity, or what gives it from the promises of a pair."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import __version__
from contracts.model.registry import PairEntry
from contracts.model.rules import RULES, Severity

PROMISES = {"repeated-emission": 'repeats = "never"', "lost-fact": 'delivery = "at-least-once"'}


def entry(status: str = "implemented", **rest: Any) -> PairEntry:
    """Return what a registry holds of a pair."""
    return PairEntry.model_validate({"status": status, **rest})


@pytest.mark.parametrize("status", ["implemented", "planned"])
@pytest.mark.parametrize(
    ("rule", "promised", "not_promised"),
    [
        ("repeated-emission", {}, {"repeats": "guarded"}),
        ("repeated-emission", {"repeats": "never", "delivery": "at-least-once"}, {"repeats": "guarded"}),
        ("lost-fact", {"delivery": "at-least-once"}, {}),
        ("lost-fact", {"delivery": "at-least-once", "repeats": "guarded"}, {"repeats": "guarded"}),
    ],
)
def test_what_a_pair_promises_is_a_finding_and_what_it_doesnt_a_note(
    rule: str, promised: dict[str, str], not_promised: dict[str, str], status: str
) -> None:
    """Each rule by its own promise, whatever the pair's status and its other promise."""
    assert RULES[rule].severity_of(entry(status, **promised)) is Severity.FINDING
    assert RULES[rule].severity_of(entry(status, **not_promised)) is Severity.NOTE


def test_every_other_rule_has_one_severity() -> None:
    """Whatever is promised, and beside all pairs."""
    for identifier, rule in RULES.items():
        assert rule.promise == PROMISES.get(identifier)
        if identifier not in PROMISES:
            entries = (None, entry(), entry("planned", repeats="guarded", delivery="at-least-once"))
            assert {rule.severity_of(each) for each in entries} == {rule.severity}


def test_no_rule_is_there_since_a_version_to_come() -> None:
    """Each names the version that judged by it first."""
    numbers = {rule.since: tuple(map(int, rule.since.split("."))) for rule in RULES.values()}
    assert all(number <= tuple(map(int, __version__.split(".")[:3])) for number in numbers.values())
