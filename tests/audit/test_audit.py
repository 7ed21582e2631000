"""What an audit tells of pairs, and what makes it fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.audit.run import Verdicts
from contracts.model.domain import Domain
from contracts.model.registry import EmitterEntry, PairEntry, Status, Waiver
from contracts.report.audit import render_audit
from tests.audit.support import audited, counts, event, lines, shown
from tests.verification.support import COMPLETED, ENTERED, FORM, LEFT, TRACKER, webinar_domain

MOBILE = "mobile-app"


def several() -> Domain:
    """Return a domain of two emitters, one of which states two events."""
    domain = webinar_domain()
    entry = EmitterEntry(
        description="An app.",
        events={COMPLETED: PairEntry(status=Status.IMPLEMENTED), ENTERED: PairEntry(status=Status.IMPLEMENTED)},
    )
    registry = domain.registry.model_copy(update={"emitters": {**domain.registry.emitters, MOBILE: entry}})
    return Domain(domain.package, domain.catalogue, registry, domain.registry_file)


def test_each_pair_is_told_apart(tmp_path: Path) -> None:
    """Counts, times, facts and repeats are each pair's own; what one emitter breaks isn't the other's."""
    log = lines(
        event(1), event(2, time="2026-01-01T00:00:00Z"), event(2, time="2026-01-01T00:00:00Z"),
        event(1, source=MOBILE, id="shared"), event(3, ENTERED, source=MOBILE, id="shared"),
        event(4, ENTERED, source=MOBILE, id="own", extra=1),
    )  # fmt: skip
    found = audited(tmp_path, log, domain=several())
    seen = {(pair.emitter, pair.event): (pair.events, pair.facts, pair.repeats) for pair in found.pairs}
    assert seen == {
        (TRACKER, COMPLETED): (3, 2, 1), (TRACKER, ENTERED): (0, 0, 0), (TRACKER, FORM): (0, 0, 0),
        (MOBILE, COMPLETED): (1, 1, 0), (MOBILE, ENTERED): (2, 2, 0),
    }  # fmt: skip
    first, last = found.pairs[0].first, found.pairs[0].last
    assert first == datetime(2026, 1, 1, tzinfo=UTC)
    assert last == datetime(2026, 3, 1, 15, tzinfo=UTC)
    broken = {(one.emitter, one.event, one.rule): one.count for one in found.broken}
    assert broken == {
        (TRACKER, COMPLETED, "repeated-emission"): 1,
        (MOBILE, ENTERED, "id-reused"): 1,
        (MOBILE, ENTERED, "event-schema"): 1,
    }
    assert found.exit_code == 1


def test_repeats_are_found_across_files(tmp_path: Path) -> None:
    """A fact that was stated in the first file is a repeat in the second, and the first place is named."""
    found = audited(tmp_path, lines(event(1), event(2)), lines(event(3, id="m-2"), event(1, id="late")))
    said = {one.rule: one.first[0] for one in found.broken}
    assert said.keys() == {"id-reused", "repeat-changes-id"}
    assert (said["id-reused"].at.file, said["id-reused"].at.line) == (1, 1)
    assert str(tmp_path / "0.log:1") in said["repeat-changes-id"].message


@pytest.mark.parametrize(
    ("log", "fail_on", "code"),
    [
        ([event(1)], (), 0),
        ([event(1, extra=1)], (), 1),
        ([event(1, extra=1)], ("id-reused",), 0),
        ([event(1, extra=1)], ("id-reused", "event-schema"), 1),
        ([event(1), event(1, ENTERED, extra=1)], (), 0),
        ([event(1), event(1, ENTERED, extra=1)], ("event-schema",), 0),
        ([event(1), event(1, ENTERED)], ("planned-but-live",), 1),
        ([event(1), event(1, LEFT)], (), 1),
        ([event(1), event(1, LEFT)], ("unknown-event",), 0),
        ([event(1, source="nobody")], (), 1),
        ([event(1, ENTERED)], (), 0),
        ([event(1, ENTERED)], ("not-emitted",), 1),
        ([event(1), event(1)], (), 0),
        ([event(1), event(1)], ("repeated-emission",), 1),
    ],
)
def test_what_fails(log: list[dict[str, object]], fail_on: tuple[str, ...], code: int, tmp_path: Path) -> None:
    """A violation and a finding of an implemented pair do; rules that are named narrow that, and name notes."""
    found = audited(tmp_path, lines(*log), verdicts=Verdicts(fail_on))
    assert found.exit_code == code
    assert found.success is (code == 0)
    assert audited(tmp_path, lines(*log), verdicts=Verdicts(fail_on, report_only=True)).exit_code == 0


@pytest.mark.parametrize(("until", "code"), [(date(2026, 3, 2), 0), (date(2026, 3, 1), 1)])
def test_a_waiver_accepts_for_its_time(until: date, code: int, tmp_path: Path) -> None:
    """What it accepts is told as waived and fails nothing; another path isn't accepted by it."""
    domain = webinar_domain()
    waiver = Waiver(emitter=TRACKER, event=COMPLETED, rule="event-schema", path="$.extra", decision="D-1", until=until)
    registry = domain.registry.model_copy(update={"waivers": (waiver,)})
    waiving = Domain(domain.package, domain.catalogue, registry, domain.registry_file)
    found = audited(tmp_path, lines(event(1, extra="x")), domain=waiving)
    assert [(one.waived, one.fails) for one in found.broken] == [(code == 0, code == 1)]
    assert found.exit_code == code
    assert audited(tmp_path, lines(event(1, other="x")), domain=waiving).exit_code == 1


def test_times_and_emitters_can_be_left_out(tmp_path: Path) -> None:
    """What was left out is counted; an event whose time can't be read is never left out by it."""
    log = lines(
        event(1, time="2026-01-01T00:00:00Z"), event(2, time="2026-01-01T23:59:59-01:00"), event(3, time="soon"),
        event(4, time="2026-01-02T00:00:00Z"), event(5, source=MOBILE), event(6, source="nobody"),
    )  # fmt: skip
    span: dict[str, Any] = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2026, 1, 2, tzinfo=UTC)}
    found = audited(tmp_path, log, domain=several(), emitter=TRACKER, **span)
    assert (found.events, found.outside, found.others) == (2, 2, 2)
    assert counts(found) == {"event-schema": 1}


def test_an_event_without_a_source_is_his_who_alone_may_state_it(tmp_path: Path) -> None:
    """One that two may state is nobody's, unless an emitter is named."""
    log = lines(event(1, FORM, source=...), event(2, source=...))
    found = audited(tmp_path, log, domain=several())
    assert {(one.rule, one.emitter) for one in found.broken if one.severity.value != "note"} == {
        ("event-schema", TRACKER), ("wrong-source", ""),
    }  # fmt: skip
    named = audited(tmp_path, log, domain=several(), emitter=MOBILE)
    assert {(one.rule, one.emitter) for one in named.broken if one.severity.value != "note"} == {
        ("undeclared-emission", ""), ("event-schema", MOBILE),
    }  # fmt: skip


SECRET = "ivanov@mail.example"


def leaking() -> Iterator[dict[str, object]]:
    """Yield events that hold what may be personal, wherever something can stand."""
    yield event(1, data={"client_id": SECRET, "webinar_id": "w"})
    yield event(2, data={"client_id": "c", "webinar_id": "w", "email": SECRET})
    yield event(3, data={"client_id": "c", "webinar_id": "w", SECRET: "x"})
    yield event(4, data={"client_id": "c", "webinar_id": "w", "next_step": SECRET})
    yield event(5, data=SECRET)
    yield event(6, **dict.fromkeys(("id", "time", "datacontenttype", "specversion"), SECRET))
    yield event(7, source=SECRET)
    yield event(8, type=SECRET)
    yield event(9, data={"client_id": {"name": SECRET}, "webinar_id": [SECRET]})
    yield {"specversion": "1.0", SECRET: SECRET}


def test_what_may_be_personal_is_shown_nowhere(tmp_path: Path) -> None:
    """Of values that aren't tokens, and of keys that the contract doesn't name, type and length are shown."""
    twice = b'{"type": "a", "%b": 1, "%b": 2}' % (SECRET.encode(), SECRET.encode())
    found = audited(tmp_path, lines(*leaking(), twice))
    assert len(found.broken) >= 5
    assert not [text for text in shown(found) if "ivanov" in text]
    assert "ivanov" not in render_audit(found)
    assert f"a text of {len(SECRET)} characters" in render_audit(found)


def test_tokens_of_named_keys_are_shown(tmp_path: Path) -> None:
    """A name that somebody mistyped is what one looks for."""
    found = audited(tmp_path, lines(event(1, source="client-webinar-tracker-v1"), event(2, type="completed")))
    assert {"client-webinar-tracker-v1", "completed"} <= set(shown(found))


def test_a_table_names_places_and_next_steps(tmp_path: Path) -> None:
    """File, line and byte of each place, what to do, and what it comes to."""
    text = render_audit(audited(tmp_path, lines(event(1), event(2, extra=1), event(3, extra=1)), keep=1))
    assert f"{tmp_path / '0.log'}:2 (byte {len(lines(event(1)))})" in text
    assert "and 1 more" in text
    assert "next  send what the canonical event names" in text
    assert text.endswith("1 broken rule fails the audit")
