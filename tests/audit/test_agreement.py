"""An audit and a verification give one answer, wherever both can judge."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.audit.run import Verdicts, audit
from contracts.emitters.captures import CapturesDriver
from contracts.emitters.parts.capture_line import write_capture
from contracts.model.emission import Answered, Emission, Trigger
from contracts.model.pact import PactUnderTest, parse_pact
from tests.audit.agreement import Places, of_audit, of_verification
from tests.audit.support import event, job
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    LEFT,
    TRACKER,
    emission,
    message,
    pact,
    run_driver,
    webinar_domain,
)

RULES = Path("tests/verification/rules")


def both(file: Path, registry: Path | None = None, document: Path | None = None) -> tuple[Places, Places]:
    """Verify and audit one file of captures, by one registry and one pact."""
    expected = parse_pact(document.read_bytes(), source=document.name) if document else pact()
    today = date(2026, 3, 2)
    verified = run_driver(CapturesDriver((str(file),)), today=today, registry=registry, pacts=[expected])
    request = job(webinar_domain(registry), keep=1000, today=today, pacts={TRACKER: (PactUnderTest(expected),)})
    return of_verification(verified), of_audit(audit(request, [str(file)], Verdicts()))


def beside(file: Path, *names: str) -> Path | None:
    """Return the first of the files that lie in the case's folder, if any does."""
    return next((file.with_name(name) for name in names if file.with_name(name).exists()), None)


@pytest.mark.parametrize("file", sorted(RULES.glob("*/*.ndjson")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_they_agree_on_the_cases_of_every_rule(file: Path) -> None:
    """Each case that breaks a rule breaks it in both at the same lines, and each near miss in neither."""
    registry = beside(file, f"{file.stem}.toml", "emitters.toml")
    verified, found = both(file, registry, beside(file, f"{file.stem}.json", "pact.json"))
    assert found == verified


SENT: tuple[Emission, ...] = (
    *(emission(event(number)) for number in (1, 2)),
    emission(event(1), response=Answered(status=503)),
    emission(event(1), response=Answered(status=202)),
    emission(event(1), context="a test"),
    emission(event(1, id="m-2")),
    emission(event(1, time="2026-03-01T18:00:01Z")),
    emission(event(2, id="another")),
    emission(event(3), trigger=Trigger(event=COMPLETED, fact={"client_id": "other"})),
    emission(event(4), content_type="text/plain"),
    emission(event(5, extra="x")),
    emission(event(6, data={"client_id": "ä", "webinar_id": 1, "next_step": "mail"})),
    emission(event(7, ENTERED)),
    emission(event(7, ENTERED, time="yesterday")),
    emission(event(8, LEFT)),
    emission(message(type="client_webinar_unheard")),
    emission(event(9, source="nobody")),
    emission(event(10, source=...)),
    emission('{"type": "x", "type": "y"}'),
    emission(b"\xff"),
    emission(b"no JSON"),
)


@example([5, 0, 1, 2, 3, 4, 6])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(SENT) - 1), unique=True, min_size=1))
def test_they_agree_on_any_run_of_emissions(tmp_path_factory: pytest.TempPathFactory, chosen: list[int]) -> None:
    """Whatever was sent in whatever order, each rule is broken at the same lines in both."""
    file = tmp_path_factory.mktemp("captures") / "captures.ndjson"
    file.write_bytes(b"".join(write_capture(SENT[number]) for number in chosen))
    verified, found = both(file)
    for rule in {rule for rule, _ in verified + found}:
        said, told = (Counter({at: count for at, count in one.items() if at[0] == rule}) for one in (verified, found))
        if (rule, None) not in said:
            assert told == said
        else:
            # A defect that shows often is said three times, and then how often more, without its places.
            assert all(told[place] >= count for place, count in said.items() if place[1] is not None)
            assert told.total() >= said.total()


def test_what_they_agree_on_is_something(tmp_path: Path) -> None:
    """The emissions that they are compared by break nearly every rule."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(b"".join(map(write_capture, SENT)))
    _, found = both(file)
    assert {rule for rule, _ in found} >= {
        "content-type", "event-schema", "id-reused", "not-a-fact", "repeat-changes-content", "repeat-changes-id",
        "undeclared-emission", "unknown-event", "wrong-fact", "wrong-source",
    }  # fmt: skip
