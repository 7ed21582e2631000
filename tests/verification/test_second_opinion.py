"""The official verifier is asked once about the first emission of each interaction."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import ExitCode, HarnessError
from contracts.model.run_events import ReplayStarted
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import judge_for
from contracts.pact_core.verifier import Replayed, replay
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    TRACKER,
    emission,
    events_of,
    interaction,
    message,
    pact,
    rules_of,
    run,
)


def test_the_official_verifier_agrees_on_right_and_wrong(capfd: pytest.CaptureFixture[str]) -> None:
    """Real verifier, one run, nothing printed."""
    document = pact()
    completed, entered = (next(document.of_event(event)) for event in (COMPLETED, ENTERED))
    right, wrong = emission(), emission(message(ENTERED, id="not allowed"))
    cases = [Replayed(document, completed, right, True), Replayed(document, entered, wrong, False)]
    assert replay(TRACKER, cases) == (True, False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("already", [None, "intranet.example"])
def test_a_proxy_is_not_asked_for_the_second_opinion(monkeypatch: pytest.MonkeyPatch, already: str | None) -> None:
    """A company's proxy knows nothing of this machine's loopback; its variables are as before afterwards."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if already:
        monkeypatch.setenv("NO_PROXY", already)
    document = pact()
    assert replay(TRACKER, [Replayed(document, next(document.of_event(COMPLETED)), emission(), True)]) == (True,)
    assert (os.environ.get("NO_PROXY"), os.environ.get("no_proxy")) == (already, None)


def test_nothing_to_replay_starts_no_verifier() -> None:
    """No case, no cost."""
    assert replay(TRACKER, []) == ()


def test_a_whole_run_replays_once() -> None:
    """A thousand emissions of two events are two replayed interactions in one call."""
    calls: list[int] = []

    def counted(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
        calls.append(len(cases))
        return replay(emitter, cases)

    events = list(events_of([emission(), emission(message(ENTERED))] * 500, replay=counted))
    assert calls == [2]
    assert [event for event in events if isinstance(event, ReplayStarted)] == [ReplayStarted(2)]


def test_the_first_emission_of_an_interaction_is_replayed() -> None:
    """Whatever comes after it, right or wrong."""
    seen: list[tuple[bytes, bool]] = []

    def noted(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
        seen.extend((case.emission.body, case.accepted) for case in cases)
        return replay(emitter, cases)

    first = emission(message(id="first"))
    run([first, emission(message(id="second")), emission(message(data={}))], replay=noted)
    assert seen == [(first.body, True)]


def test_engines_that_disagree_break_the_run() -> None:
    """engines-disagree is our defect: exit 2, never a verdict to rely on."""
    result = run([emission()], replay=lambda _, cases: tuple(not case.accepted for case in cases))
    assert rules_of(result)["error"] == {"engines-disagree"}
    assert result.exit_code is ExitCode.MISUSE
    assert [pair.verdict.value for pair in result.pairs] == ["error", "pending", "pending"]


def test_a_disagreement_is_not_hidden_behind_pending() -> None:
    """The planned pair that the engines disagree about has no verdict; the others keep theirs."""
    result = run(
        [emission(), emission(message(ENTERED))],
        replay=lambda _, cases: tuple(
            case.accepted if case.interaction.event == COMPLETED else not case.accepted for case in cases
        ),
    )
    assert [(pair.verdict.value, pair.ready) for pair in result.pairs] == [
        ("passed", True),
        ("error", False),
        ("pending", False),
    ]


def test_a_verifier_that_cant_be_run_breaks_the_run() -> None:
    """A second opinion that is missing isn't agreement."""

    def broken(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
        raise HarnessError(f"no answer about {emitter} in {len(cases)} cases")

    result = run([emission()], replay=broken)
    assert rules_of(result)["error"] == {"driver-error"}
    assert result.exit_code is ExitCode.MISUSE
    assert [pair.verdict.value for pair in result.pairs] == ["error", "pending", "pending"]


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    | st.sampled_from(["client-1", "1.0", TRACKER, COMPLETED, "2026-01-01T00:00:00Z", "é", "\u2028", "😀"])
)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
_KEYS = ("specversion", "id", "source", "type", "time", "data")


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Draw messages with odd values, odd extra keys, any order and any escaping."""
    whole: dict[str, Any] = message()
    for key in draw(st.lists(st.sampled_from(_KEYS), unique=True, max_size=2)):
        whole[key] = draw(_JSON)
    if isinstance(whole["data"], dict) and draw(st.booleans()):
        whole["data"] = {**whole["data"], draw(st.sampled_from(["client_id", "webinar_id", "x", "é"])): draw(_JSON)}
    ordered = dict(draw(st.permutations(list(whole.items()))))
    text = json.dumps(ordered, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
    return text if "\0" not in text and "\\u0000" not in text and "\\ud" not in text else json.dumps(message())


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(bodies(), min_size=20, max_size=20))
def test_the_two_engines_give_one_answer_on_adversarial_bodies(texts: list[str]) -> None:
    """Unicode, escapes, numbers, nesting and order: the core and the official verifier agree on each."""
    document = pact(interaction(COMPLETED))
    (only,) = document.interactions
    judge = judge_for(document, only)
    sent = [emission(text) for text in texts]
    cases = [Replayed(document, only, each, not judge(actual_message(each, only))) for each in sent]
    assert replay(TRACKER, cases) == tuple(case.accepted for case in cases)
