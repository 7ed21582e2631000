"""A finding that a decision accepts for a time is shown, breaks nothing, and hides nothing that the consumer reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from contracts.errors import ExitCode
from contracts.model.events import CONTENT_TYPE
from contracts.model.pact import PactDocument
from contracts.model.registry import Status
from contracts.model.verdict import Finding, Verdict, Verification
from contracts.verification.tally import tallies_of
from tests.verification.support import (
    COMPLETED,
    FACTS,
    TRACKER,
    emission,
    interaction,
    message,
    pact,
    run,
    webinar_domain,
)

UNTIL = date(2026, 3, 2)
"""The day of the tests' runs: the last one on which the waivers hold."""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """The webinar's registry with two waivers of one pair: of a key, and of the content type anywhere."""
    waiver = f'[[waivers]]\nemitter = "{TRACKER}"\nevent = "{COMPLETED}"\ndecision = "ADR-7"\nuntil = {UNTIL}\n'
    text = webinar_domain().registry_file.read_text(encoding="utf-8")
    text += f'{waiver}rule = "event-schema"\npath = "$.data.extra"\n{waiver}rule = "content-type"\n'
    file = tmp_path / "emitters.toml"
    file.write_text(text, encoding="utf-8")
    return file


def judged(
    registry: Path,
    *,
    content_type: str = CONTENT_TYPE,
    today: date = UNTIL,
    pacts: Sequence[PactDocument] = (),
    **data: str,
) -> Verification:
    """Verify one completion with these data beside or in place of its own."""
    body = message(data={**FACTS[COMPLETED], **data})
    return run([emission(body, content_type)], registry=registry, today=today, pacts=list(pacts) or [pact()])


def rules(verification: Verification) -> list[str]:
    """Return the rules of the completed pair's findings."""
    return [finding.rule for finding in verification.pairs[0].findings]


def notes(verification: Verification, rule: str) -> list[str]:
    """Return the messages of a rule's notes."""
    return [note.message for note in verification.notes if note.rule == rule]


def test_a_waived_finding_is_shown_and_breaks_nothing(registry: Path) -> None:
    """Until its last day, with its decision; the result for the broker is a success."""
    found = judged(registry, extra="x")
    assert (found.pairs[0].status, found.pairs[0].verdict) == (Status.IMPLEMENTED, Verdict.PASSED)
    assert found.exit_code is ExitCode.HOLDS
    assert [result.result for result in found.pacts] == [True]
    (waived,) = notes(found, "waived")
    assert waived.startswith(f"{COMPLETED}: event-schema, accepted until 2026-03-02 (ADR-7): $.data.extra")
    (other,) = notes(found, "unused-waiver")
    assert "content-type (ADR-7) is needed by nothing" in other


def test_on_the_day_after_it_is_a_finding_again(registry: Path) -> None:
    """And the waivers whose time is over are named."""
    found = judged(registry, today=date(2026, 3, 3), extra="x")
    assert rules(found) == ["event-schema"]
    assert found.exit_code is ExitCode.BROKEN
    assert notes(found, "waived") == []
    assert [text.rpartition(") ")[2] for text in notes(found, "unused-waiver")] == ["ended on 2026-03-02"] * 2


def test_another_place_or_rule_is_not_waived(registry: Path) -> None:
    """Two unknown keys, of which one is accepted."""
    found = judged(registry, extra="x", other="y")
    assert [(finding.rule, finding.path) for finding in found.pairs[0].findings] == [("event-schema", "$.data.other")]
    assert len(notes(found, "waived")) == 1


def test_what_the_consumer_reads_is_asked_all_the_same(registry: Path) -> None:
    """A waived finding hides no mismatch with a pact: of two consumers, the one that reads the key is let down."""
    reads = interaction(COMPLETED)
    reads["contents"] = {**reads["contents"], "content": message(data={**FACTS[COMPLETED], "extra": "z"})}
    found = judged(registry, pacts=[pact(interaction(COMPLETED)), pact(reads, consumer="desk")], extra="x")
    assert [(one.rule, one.consumer, one.path) for one in found.pairs[0].findings] == [
        ("pact-mismatch", "desk", "$.data.extra")
    ]
    assert [result.result for result in found.pacts] == [True, False]
    assert found.exit_code is ExitCode.BROKEN


def test_a_waived_content_type_is_told_to_the_pacts(registry: Path) -> None:
    """Whether the consumer can read it is for the pact to say, which names another one."""
    found = judged(registry, content_type="application/json")
    assert rules(found) == ["pact-mismatch"]
    assert len(notes(found, "waived")) == 1
    assert [result.result for result in found.pacts] == [False]


def test_a_waiver_of_another_pair_accepts_nothing(registry: Path) -> None:
    """The same finding of another event of the same emitter stays one."""
    text = registry.read_text(encoding="utf-8")
    registry.write_text(text.replace(f'event = "{COMPLETED}"', 'event = "client_webinar_entered"'), encoding="utf-8")
    assert rules(judged(registry, extra="x")) == ["event-schema"]


def test_summing_up_accepts_nothing_twice(registry: Path) -> None:
    """What only the end of a run shows is accepted in a copy; the run's own tally stays as it was."""
    tally = tallies_of(webinar_domain(registry).registry, TRACKER, UNTIL)[COMPLETED]
    finding = Finding("event-schema", "an unknown key", path="$.data.extra")
    for _ in range(2):
        ended = tally.with_findings((finding, finding))
        assert len(ended.waived.findings()) == 2
        assert len(ended.needed) == 1
    assert (bool(tally.waived), tally.needed) == (False, set())
