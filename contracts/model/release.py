"""May this version be released? A decision over what a broker knows; nothing is asked for here.

A broker's "yes" is necessary and not sufficient. It says yes to an emitter that was never verified while no
consumer is deployed, and to a consumer while only one of two live emitter versions has a result. Here such an
answer is "unknown" until the result is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """Whether the version may be released. Only YES may; UNKNOWN can become YES by a result that isn't there yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PairState(StrEnum):
    """What a result says of one pair."""

    PASSED = "passed"
    PENDING = "pending"
    FAILED = "failed"
    NEVER_VERIFIED = "never verified"


@dataclass(frozen=True, slots=True)
class PairReason:
    """One pair (emitter, event) between two versions.

    Attributes:
        rules: the rules of its findings.
        ready: it is pending and was emitted without a finding.
    """

    emitter: str
    event: str
    state: PairState
    rules: tuple[str, ...] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A consumer version and an emitter version, and the result between them.

    Attributes:
        emitter_version: None where no version of the emitter that counts has a result.
        success: the latest result; None where there is none.
        other_registry: the result was judged by another registry than the one of this run.
        ignored: the user asked to leave it out of the decision.
        empty: the result rests on no interaction at all, so that its success says nothing.
    """

    consumer: str
    consumer_version: str
    emitter: str
    emitter_version: str | None
    success: bool | None
    pairs: tuple[PairReason, ...] = ()
    other_registry: bool = False
    ignored: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        is_emitter: the pacticipant is an emitter; else it is the scenario service.
        implemented: the registry has an implemented pair of it (of any emitter, for the scenario service).
        planned: the registry's planned pairs, of the emitter, or of all for the scenario service.
        allow_unverified: an emitter needs no result for this very version.
    """

    pacticipant: str
    version: str
    environment: str
    is_emitter: bool
    implemented: bool
    planned: tuple[tuple[str, str], ...] = ()
    allow_unverified: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the broker knows.

    Attributes:
        known: it has this version.
        deployable: its own answer; None is "unknown".
        reason: its own words.
        live: the versions of each emitter in the environment, deployed or released and supported.
        verified: there is a successful result for this very version of the emitter, and it isn't an empty one.
        relied_on: a consumer version in the environment has a pact with the emitter that isn't pending as a whole.
    """

    known: bool
    deployable: bool | None
    reason: str
    rows: tuple[Row, ...] = ()
    live: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    verified: bool = False
    relied_on: bool = False


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason against the release, and the next thing to do about it."""

    answer: Answer
    text: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with its reasons.

    Attributes:
        warnings: what was overridden, or rests on another registry.
        waits_for: planned pairs (emitter, event): the scenario service can't use them yet, and they block nothing.
    """

    question: Question
    answer: Answer
    rows: tuple[Row, ...]
    blockers: tuple[Blocker, ...]
    warnings: tuple[str, ...]
    waits_for: tuple[tuple[str, str], ...]
    next_step: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the decision as `contracts can-i-deploy --output json` prints it."""
        return {
            "pacticipant": self.question.pacticipant,
            "version": self.question.version,
            "environment": self.question.environment,
            "answer": self.answer.value,
            "deployable": self.answer is Answer.YES,
            "broker_says": self.reason,
            "rows": [_row_to_json(row) for row in self.rows],
            "blockers": [{"answer": b.answer.value, "text": b.text, "next": b.next_step} for b in self.blockers],
            "warnings": list(self.warnings),
            "waits_for": [{"emitter": emitter, "event": event} for emitter, event in self.waits_for],
            "next": self.next_step,
        }


def _row_to_json(row: Row) -> dict[str, Any]:
    return {
        "consumer": row.consumer,
        "consumer_version": row.consumer_version,
        "emitter": row.emitter,
        "emitter_version": row.emitter_version,
        "success": row.success,
        "other_registry": row.other_registry,
        "ignored": row.ignored,
        "empty": row.empty,
        "pairs": [
            {"event": p.event, "state": p.state.value, "rules": list(p.rules), "ready": p.ready} for p in row.pairs
        ],
    }


def decide(question: Question, knowledge: Knowledge) -> Decision:
    """Decide whether the version may be released, and why."""
    blockers = tuple(_blockers(question, knowledge))
    answers = {blocker.answer for blocker in blockers}
    answer = Answer.NO if Answer.NO in answers else Answer.UNKNOWN if answers else Answer.YES
    worst_first = sorted(blockers, key=lambda blocker: blocker.answer is not Answer.NO)
    record = (
        f"deploy it, then: contracts record-deployment {question.pacticipant} --version {question.version} "
        f"--to-environment {question.environment} (record-release where it runs at many sites)"
    )
    return Decision(
        question=question,
        answer=answer,
        rows=knowledge.rows,
        blockers=blockers,
        warnings=tuple(_warnings(question, knowledge)),
        waits_for=_waits_for(question, knowledge),
        next_step=worst_first[0].next_step if worst_first else record,
        reason=knowledge.reason,
    )


def _nothing_promised(question: Question, knowledge: Knowledge) -> bool:
    """An emitter without an implemented pair, on which no consumer in the environment relies."""
    return question.is_emitter and not question.implemented and not knowledge.relied_on


def _blockers(question: Question, knowledge: Knowledge) -> Iterator[Blocker]:
    if not knowledge.known:
        # No pact with such an emitter is ever published, so that no result can be: planned pairs block nothing.
        if not _nothing_promised(question, knowledge):
            yield _unknown_version(question)
        return
    judged = [row for row in knowledge.rows if not row.ignored]
    found = [blocker for row in judged for blocker in _row_blocker(question, knowledge, row)]
    yield from found
    if not question.is_emitter:
        yield from _uncovered(question, knowledge, judged)
        if question.implemented and not knowledge.rows:
            yield Blocker(
                Answer.NO,
                f"no pact is published for {question.pacticipant} {question.version}",
                f"contracts publish --version {question.version}",
            )
    elif not (knowledge.verified or question.allow_unverified or _nothing_promised(question, knowledge)) and not found:
        yield Blocker(
            Answer.UNKNOWN,
            f"{question.pacticipant} {question.version} was never verified successfully: "
            "an empty matrix is no evidence",
            _verify(question.pacticipant, question.version),
        )
    if knowledge.deployable is not True and not found:
        answer = Answer.NO if knowledge.deployable is False else Answer.UNKNOWN
        yield Blocker(answer, f"the broker says no: {knowledge.reason}", _first_step(question))


def _unknown_version(question: Question) -> Blocker:
    return Blocker(
        Answer.NO,
        f"the broker has no version {question.version} of {question.pacticipant}",
        _first_step(question),
    )


def _first_step(question: Question) -> str:
    if question.is_emitter:
        return _verify(question.pacticipant, question.version)
    return f"contracts publish --version {question.version}"


def _verify(emitter: str, version: str) -> str:
    return f"contracts verify {emitter} --broker --publish --version {version}"


def _row_blocker(question: Question, knowledge: Knowledge, row: Row) -> Iterator[Blocker]:
    between = f"{row.consumer} {row.consumer_version} and {row.emitter}"
    if row.success is False:
        failed = ", ".join(
            f"{pair.event} ({', '.join(pair.rules) or 'no rule given'})"
            for pair in row.pairs
            if pair.state is PairState.FAILED
        )
        mend = f"mend {row.emitter}, then {_verify(row.emitter, '<the mended version>')}"
        yield Blocker(
            Answer.NO,
            f"the verification between {between} {row.emitter_version} failed: {failed or 'no pair is named'}",
            mend if question.is_emitter else f"{mend}; or take the pair back: contracts demote {row.emitter} EVENT",
        )
    elif row.empty:
        yield Blocker(
            Answer.UNKNOWN,
            f"the result between {between} {row.emitter_version} is successful and tested no interaction",
            _verify(row.emitter, row.emitter_version or question.version),
        )
    elif row.success is None:
        if question.is_emitter:
            yield Blocker(
                Answer.UNKNOWN,
                f"{between} {question.version} were never verified with each other",
                _verify(row.emitter, question.version),
            )
            return
        live = knowledge.live.get(row.emitter, ())
        if live:
            where, step = f"{row.emitter} {' and '.join(live)}", _verify(row.emitter, live[0])
        else:
            where = f"any version of {row.emitter} in {question.environment}, for none is recorded there"
            step = (
                f"{_verify(row.emitter, '<its version>')}, deploy it, then contracts record-deployment {row.emitter} "
                f"--version <its version> --to-environment {question.environment}"
            )
        yield Blocker(
            Answer.UNKNOWN,
            f"{row.consumer} {row.consumer_version} was never verified with {where}",
            step,
        )


def _uncovered(question: Question, knowledge: Knowledge, judged: Iterable[Row]) -> Iterator[Blocker]:
    """Live emitter versions without a row: a broker is content with one result where several versions are live."""
    covered: dict[str, set[str | None]] = {}
    for row in judged:
        covered.setdefault(row.emitter, set()).add(row.emitter_version)
    for emitter, versions in covered.items():
        if None in versions:
            # The row without a version says already that results are missing.
            continue
        for version in knowledge.live.get(emitter, ()):
            if version not in versions:
                yield Blocker(
                    Answer.UNKNOWN,
                    f"{emitter} {version} is in {question.environment} too and has no result for "
                    f"{question.pacticipant} {question.version}; the broker's answer rests on another version",
                    _verify(emitter, version),
                )


def _warnings(question: Question, knowledge: Knowledge) -> Iterator[str]:
    if question.is_emitter and question.allow_unverified and not knowledge.verified:
        yield (
            f"--allow-unverified: no successful result for {question.pacticipant} {question.version} exists; "
            "nothing is known of what it sends"
        )
    for name in question.ignored:
        yield f"--ignore {name}: its results are left out of the decision"
    if not knowledge.known and _nothing_promised(question, knowledge):
        yield f"no pair of {question.pacticipant} is implemented, and no consumer relies on it: nothing to verify"
    for row in knowledge.rows:
        if row.other_registry and not row.ignored:
            yield (
                f"{row.emitter} {row.emitter_version} with {row.consumer} {row.consumer_version}: "
                "verified under another registry"
            )


def _waits_for(question: Question, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    spoken = {row.emitter for row in knowledge.rows if row.pairs}
    pending = [(p.emitter, p.event) for row in knowledge.rows for p in row.pairs if p.state is PairState.PENDING]
    # An emitter without a published pact has planned pairs only: they stand in the registry alone.
    elsewhere = [pair for pair in question.planned if pair[0] not in spoken]
    return tuple(dict.fromkeys([*pending, *elsewhere]))
