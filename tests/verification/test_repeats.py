"""Repeats, markers and refused deliveries, across the emissions of a run."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import Where
from contracts.model.driver import Capabilities
from contracts.model.emission import Answered, Emission, Fault, Observation, Refused, Settled, Trigger
from contracts.model.verdict import Finding
from contracts.verification.log import KEPT_OF_A_KIND, KEPT_OF_A_RULE, LONGEST, RANGES
from tests.verification.support import COMPLETED, ENTERED, FACTS, emission, message, rules_of, run

ACCEPTED, UNAVAILABLE, NO_ANSWER = Answered(status=202), Answered(status=503), Refused(error="timeout")


def stated(client: str = "client-1", marker: str = "m-1", **rest: Any) -> Emission:
    """Return an emission of one client's fact under a marker."""
    body = message(id=marker, data={"client_id": client, "webinar_id": "webinar-1"})
    return emission(body | rest.pop("changes", {}), **rest)


def found(*emissions: Emission) -> set[str]:
    """Return the rules reported of these emissions, but for what planned pairs yield."""
    groups = rules_of(run(emissions))
    return (groups["finding"] | groups["note"]) - {"planned-but-live"}


def test_a_repeat_is_compared_as_json_not_as_text() -> None:
    """Key order, escapes and spaces are the sender's own; the time is content."""
    body = message()
    respelled = json.dumps(dict(reversed(body.items())), indent=2).replace("client-1", "\\u0063lient-1")
    assert found(emission(body), emission(respelled)) == {"repeated-emission"}
    later = body | {"time": "2026-03-01T18:00:00.5+03:00"}
    assert found(emission(body), emission(later)) == {"repeated-emission", "repeat-changes-content"}


def test_what_a_repeat_changes_is_named() -> None:
    """One part by its path; several, one that is new and one that has gone in the message; an equal part never."""
    body = message()

    def changed(**other: Any) -> Finding:
        (finding,) = (
            each
            for each in run([emission(body), emission(body | other)]).pairs[0].findings
            if each.rule == "repeat-changes-content"
        )
        return finding

    one = changed(time="2026-03-01T18:00:01Z")
    assert (one.path, one.message.endswith("under this id with other content: $.time")) == ("$.time", True)
    several = changed(time="2026-03-01T18:00:01Z", subject="s", data=body["data"] | {"visit_id": ["v", {"n": 1}]})
    assert several.path == "$"
    assert several.message.endswith(": $.data.visit_id[0], $.data.visit_id[1].n, $.subject, $.time")
    many = changed(**{f"x{number}": number for number in range(20)})
    assert many.message.endswith(" …")


def test_the_same_moment_in_another_offset_is_other_content() -> None:
    """A repeat is the stored message; whoever builds it anew is caught while it still happens to agree."""
    body = message()
    assert "repeat-changes-content" in found(emission(body), emission(body | {"time": "2026-03-01T15:00:00Z"}))


def test_a_retry_after_a_refused_delivery_is_no_repeat() -> None:
    """It is owed; after an accepted one it would be a repeat."""
    assert found(stated(response=UNAVAILABLE), stated(response=ACCEPTED)) == set()
    assert found(stated(response=NO_ANSWER), stated(response=UNAVAILABLE), stated(response=ACCEPTED)) == set()
    assert found(stated(response=ACCEPTED), stated(response=ACCEPTED)) == {"repeated-emission"}


def test_a_retry_under_another_id_changes_the_id() -> None:
    """A refused delivery excuses the retry, not a new marker."""
    assert "repeat-changes-id" in found(stated(response=UNAVAILABLE), stated(marker="m-2", response=ACCEPTED))


def test_a_refused_delivery_that_is_never_made_good_is_lost() -> None:
    """Refused once or often, with facts of others delivered in between."""
    assert found(stated(response=UNAVAILABLE)) == {"lost-fact"}
    assert found(stated(response=NO_ANSWER), stated(client="client-2", marker="m-2", response=ACCEPTED)) == {
        "lost-fact"
    }
    assert found(stated(response=ACCEPTED), stated(response=UNAVAILABLE)) == {"repeated-emission"}


def test_contexts_are_worlds_of_their_own() -> None:
    """A test suite resets its database between tests; without contexts the file is one world."""
    first, second = stated(context="a"), stated(client="client-2", context="b")
    assert found(first, second) == set()
    assert found(stated(), stated(client="client-2")) == {"id-reused"}
    assert found(stated(context="a"), stated(marker="m-2", context="b")) == set()
    assert found(stated(context="a"), stated(marker="m-2", context="a")) == {"repeat-changes-id"}


def test_interleaved_contexts_are_kept_apart() -> None:
    """Parallel tests write into one file."""
    emissions = [stated(context=name, marker=f"m-{name}") for name in ("a", "b", "a", "b")]
    assert found(*emissions) == {"repeated-emission"}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_markers_are_right_exactly_when_facts_and_ids_map_one_to_one(pairs: list[tuple[int, int]]) -> None:
    """For every sequence of (fact, id): a finding if and only if one of the two has two partners."""
    emissions = [stated(client=f"client-{fact}", marker=f"m-{marker}") for fact, marker in pairs]
    rules = found(*emissions)
    by_fact = {fact: {m for f, m in pairs if f == fact} for fact, _ in pairs}
    by_marker = {marker: {f for f, m in pairs if m == marker} for _, marker in pairs}
    assert ("repeat-changes-id" in rules) == any(len(markers) > 1 for markers in by_fact.values())
    assert ("id-reused" in rules) == any(len(facts) > 1 for facts in by_marker.values())


def test_what_is_untested_is_said() -> None:
    """A promise that nothing could have broken is reported as untested, not as held."""
    assert run([stated()]).untested.keys() == {  # type: ignore[union-attr]  # always a mapping after a run
        "wrong-fact",
        "repeat-changes-id",
        "repeat-changes-content",
        "repeated-emission",
        "id-reused",
        "lost-fact",
    }
    assert "lost-fact" not in (run([stated(response=UNAVAILABLE), stated(response=ACCEPTED)]).untested or {})
    assert "id-reused" not in (run([stated(), stated(client="client-2", marker="m-2")]).untested or {})


def test_a_promise_of_one_pair_isnt_tested_by_what_another_one_did() -> None:
    """One event was stated twice and once refused, the other one only once: of that nothing is known."""
    entered = message(ENTERED, id="m-9")
    done = run([stated(response=UNAVAILABLE), stated(response=ACCEPTED), emission(entered)])
    untested = {pair.event: set(pair.untested) for pair in done.pairs if pair.emissions}
    assert untested == {
        COMPLETED: {"wrong-fact", "id-reused"},
        ENTERED: {
            *("wrong-fact", "id-reused", "repeat-changes-id", "repeat-changes-content"),
            *("repeated-emission", "lost-fact"),
        },
    }
    assert "id-reused" not in (done.untested or {})


def test_what_the_way_to_an_emitter_cant_test_is_said_with_that_reason() -> None:
    """One trigger at a time shows no race; no refusals show no loss."""
    first = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])
    asked: list[Observation] = [stated(trigger=first), Settled(first), Settled(first.model_copy(update={"attempt": 2}))]
    one_at_a_time = run(asked, capabilities=Capabilities(drives=True)).untested or {}
    assert "at the same time" in one_at_a_time["repeated-emission"]
    assert "can't refuse" in one_at_a_time["lost-fact"]
    everything = Capabilities(drives=True, refuses=True, simultaneous=True)
    assert "repeated-emission" not in (run(asked, capabilities=everything).untested or {})


def test_what_is_said_in_another_name_is_no_statement_of_the_emitters() -> None:
    """A fact and a marker of the wrong source, whatever its content type, are neither repeated nor reused."""
    foreign = stated(marker="m-2", changes={"source": "other"}, content_type="text/plain")
    assert found(foreign, stated(marker="m-1")) == set()
    assert rules_of(run([foreign, stated(marker="m-1")]))["violation"] == {"wrong-source"}
    assert found(foreign, stated(client="client-2", marker="m-2")) == set()


def test_ten_thousand_findings_of_a_kind_are_counted_not_kept() -> None:
    """The report stays readable and the memory bounded."""
    result = run(stated(marker=f"not allowed {number}") for number in range(KEPT_OF_A_KIND + 50))
    schema = [finding for finding in result.pairs[0].findings if finding.rule == "event-schema"]
    assert len(schema) == KEPT_OF_A_KIND + 1
    assert "50 more" in schema[-1].message


def test_unreadable_lines_beyond_the_shown_are_named_as_ranges() -> None:
    """Of ten thousand unreadable lines each can be found: in a row as a range, alone as itself, file by file."""
    lines = [*range(1, 31), 35, 36, *range(40, 10_001), 20_000]
    faults = [Fault("unreadable-capture", "no JSON", Where("a.ndjson", line)) for line in lines]
    other = [Fault("unreadable-capture", "no JSON", Where("b.ndjson", 7))]
    *shown, last = run([*faults, *other, stated()]).errors
    assert [error.where.line for error in shown if error.where] == list(range(1, KEPT_OF_A_KIND + 1))
    assert last.message == (
        "and 9975 more like the 20 shown (lines of a.ndjson: 21-30, 35-36, 40-10000, 20000; b.ndjson: 7)"
    )


def test_the_ranges_are_bounded() -> None:
    """Every second line unreadable: fifty ranges are listed, and that there are more."""
    faults = [Fault("unreadable-capture", "no JSON", Where("a.ndjson", line)) for line in range(1, 1001, 2)]
    last = run([*faults, stated()]).errors[-1]
    assert last.message.count(",") == RANGES - 1
    assert last.message.endswith(" and more)")


def test_findings_of_ever_new_kinds_are_bounded_too() -> None:
    """Each emission names a wrong key of its own: the first thousand are kept, the others counted."""
    count = KEPT_OF_A_RULE + 30
    result = run(stated(changes={f"key{number}": 1}) for number in range(count))
    schema = [finding for finding in result.pairs[0].findings if finding.rule == "event-schema"]
    assert len(schema) == KEPT_OF_A_RULE + 1
    assert schema[-1].message == "and 30 more at other places"


def test_memory_grows_by_a_bounded_number_of_bytes_a_fact() -> None:
    """Bodies are not kept: facts with large ids and small ones cost the same."""
    grown = []
    for width in (4, 100):
        tracemalloc.start()
        run(stated(client=f"c{number:0{width}}", marker=f"m{number:0{width}}") for number in range(1500))
        grown.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert grown[1] < grown[0] * 1.25


def test_a_fact_under_ever_new_ids_costs_no_more_than_one() -> None:
    """Each repeat is a finding, and nothing more is remembered of it."""
    grown = []
    for repeats in (500, 1500):
        tracemalloc.start()
        result = run(stated(marker=f"m-{number}") for number in range(repeats))
        grown.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert "repeat-changes-id" in rules_of(result)["finding"]
    # An entry of a dictionary takes more; what pydantic caches of short strings is bounded by itself.
    assert (grown[1] - grown[0]) / 1000 < 100


def test_a_message_of_another_event_is_another_fact() -> None:
    """The type is part of what identifies a fact."""
    entered = message("client_webinar_entered", id="m-2")
    assert found(stated(), emission(entered)) == set()
    assert run([stated(), emission(entered)]).pairs[0].event == COMPLETED


def test_what_findings_show_is_bounded() -> None:
    """A megabyte in a value, or in a key, is cut where it is kept; short values stay JSON values."""
    long = "v" * 1_000_000
    data = FACTS[COMPLETED] | {"value": long, long: [1], "short": [1, {"a": None}]}
    result = run([emission(message(data=data))])
    schema = [finding for finding in result.pairs[0].findings if finding.rule == "event-schema"]
    assert len(schema) == 3
    assert len(json.dumps(result.to_json())) < 10 * LONGEST
    assert schema[0].actual == f"{long[:LONGEST]}… (1000000 characters)"
    assert schema[2].actual == [1, {"a": None}]
