"""A release decision as values: what is asked, what a broker knows, and the answer with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
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
class DecisionRow:
    """A consumer version and an emitter version, and the result between them.

    Attributes:
        emitter_version: None where no version of the emitter that counts has a result.
        success: the latest result; None where there is none.
        other_registry: the result was judged by another registry than the one of this run.
        ignored: the user asked to leave it out of the decision.
        empty: the result rests on no interaction at all, so that its success says nothing.
        violations: the rules that the emitter's run broke beside any pair.
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
    violations: tuple[str, ...] = ()


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
    rows: tuple[DecisionRow, ...] = ()
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
    rows: tuple[DecisionRow, ...]
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


def _row_to_json(row: DecisionRow) -> dict[str, Any]:
    return {
        "consumer": row.consumer,
        "consumer_version": row.consumer_version,
        "emitter": row.emitter,
        "emitter_version": row.emitter_version,
        "success": row.success,
        "other_registry": row.other_registry,
        "ignored": row.ignored,
        "empty": row.empty,
        "violations": list(row.violations),
        "pairs": [
            {"event": p.event, "state": p.state.value, "rules": list(p.rules), "ready": p.ready} for p in row.pairs
        ],
    }
