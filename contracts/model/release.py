"""A release decision as values: what is asked, what a broker knows, and the answer with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.model.posting import RunRecord
from contracts.model.promises import Promise


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


class Standing(StrEnum):
    """Why a consumer version counts where an emitter is asked about."""

    IN_ENVIRONMENT = "in the environment"
    MAIN_BRANCH = "head of its main branch"
    """No version of the consumer is in the environment."""
    NEWEST = "its newest version"
    """Nor is a main branch of it known."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule as a result on the broker has it.

    Attributes:
        path: JSON path in the message; `$` where the whole of it is meant, empty where nothing is said.
    """

    rule: str
    path: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.rule} at {self.path}" if self.path not in ("", "$") else self.rule


@dataclass(frozen=True, slots=True)
class Presence:
    """How a version is recorded in an environment.

    Attributes:
        kind: `deployed` or `released`.
        instance: which of several installations; None for the only one.
    """

    kind: str
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class PairReason:
    """One pair (emitter, event) between two versions.

    Attributes:
        breaches: its findings, by their rules.
        ready: it is pending and was emitted without a finding.
        untested: rules that the run couldn't have seen broken.
    """

    emitter: str
    event: str
    state: PairState
    breaches: tuple[Breach, ...] = ()
    ready: bool = False
    untested: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of its findings, each once."""
        return tuple(dict.fromkeys(breach.rule for breach in self.breaches))


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A consumer version and an emitter version, and the result between them.

    Attributes:
        emitter_version: None where no version of the emitter that counts has a result.
        success: the latest result; None where there is none.
        other_registry: the result was judged by another contract than the one of this run.
        ignored: the user asked to leave it out of the decision.
        empty: the result rests on no interaction at all, so that its success says nothing.
        violations: what the emitter's run broke beside any pair.
        standing: why the consumer's version counts.
        run: the run that the result is of; None where another tool posted it, or there is none.
        posted_by: the other tool that posted it; None where this toolkit did, or there is none.
        posted_at: when the result arrived, as the broker wrote it; empty where there is none.
        left_out: a result that was judged again is there, and the user asked for the emitter's own runs alone.
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
    violations: tuple[Breach, ...] = ()
    standing: Standing = Standing.IN_ENVIRONMENT
    run: RunRecord | None = None
    posted_by: str | None = None
    posted_at: str = ""
    left_out: bool = False

    @property
    def rests_on(self) -> str:
        """The run that the result rests on, in words; empty where there is no result, or another tool's."""
        if self.success is None or self.run is None:
            return ""
        version = f"the contract's version {self.run.contract_version}" if self.run.contract_version else "contract"
        under = f"under {version} ({self.run.contract[:12]})" if self.run.contract else "under an unknown contract"
        if not self.run.judged_again:
            return f"its own run of {self.posted_at}, {under}"
        sources = ", ".join(f"{run.id[:8]} of {run.posted_at}" for run in self.run.judged_again)
        many = "runs" if len(self.run.judged_again) > 1 else "run"
        return f"judged again at {self.posted_at}, {under}, from its own {many} {sources}"

    @property
    def demands(self) -> bool:
        """Does the pact ask for anything? One whose pairs are all pending has nothing to verify."""
        return any(pair.state is not PairState.PENDING for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        is_emitter: the pacticipant is an emitter; else it is the consumer.
        implemented: the registry has an implemented pair of it (of any emitter, for the consumer).
        planned: the registry's planned pairs, of the emitter, or of all for the consumer.
        taken: the registry's implemented pairs, likewise; each of them can be taken back.
        allow_unverified: an emitter needs no result for this very version.
        promises: what the registry promises of the pairs that are asked about.
        require_tested: a promise that no run tested is a no.
        consumer: the consumer's name, which publishes the contract's own pacts.
        own_runs_only: what was judged again from a run's evidence doesn't count.
    """

    pacticipant: str
    version: str
    environment: str
    is_emitter: bool
    implemented: bool
    planned: tuple[tuple[str, str], ...] = ()
    allow_unverified: bool = False
    ignored: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    require_tested: bool = False
    consumer: str = ""
    taken: tuple[tuple[str, str], ...] = ()
    own_runs_only: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the broker knows.

    Attributes:
        known: it has this version.
        deployable: its own answer; None is "unknown".
        reason: its own words.
        rows: what counts: for the consumer as the broker says; for an emitter, of each consumer, its versions
            in the environment, or else the one that stands for it.
        live: the versions of each emitter in the environment, deployed or released and supported.
        verified: there is a successful result for this very version of the emitter, and it isn't an empty one.
        results: every result for this very version of the emitter, whether its consumer's version counts or not.
        judged: a pact that `contracts verify` is handed asks something of the emitter, so that a result can be owed.
        unpublished: the contract's own pacts ask something, and the broker holds no such pact.
        branches: the branch of each version that may have to be verified, by pacticipant and version.
        present: how each version in the environment is recorded there, by pacticipant and version.
        candidates: for an emitter that is nowhere in the environment, its latest result with the service's pact, a
            successful one where there is one.
        unjudgeable: why a pact can't be judged in full, by its emitter, consumer and the consumer's version: no result
            of it can come from here.
        broken: the last run of this very version broke its contract where no pact could carry a result that says so.
    """

    known: bool
    deployable: bool | None
    reason: str
    rows: tuple[DecisionRow, ...] = ()
    live: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    verified: bool = False
    results: tuple[DecisionRow, ...] = ()
    judged: bool = False
    unpublished: bool = False
    branches: Mapping[tuple[str, str], str] = field(default_factory=dict)
    present: Mapping[tuple[str, str], tuple[Presence, ...]] = field(default_factory=dict)
    candidates: Mapping[str, DecisionRow] = field(default_factory=dict)
    unjudgeable: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason against the release, and the next thing to do about it."""

    answer: Answer
    text: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Untested:
    """A promise of the registry that no run of this version of the emitter tested.

    Attributes:
        rules: those of the promise that none of the runs could have seen broken.
    """

    promise: Promise
    version: str
    rules: tuple[str, ...]

    @property
    def text(self) -> str:
        """The same in words."""
        promise = self.promise
        return (
            f"untested: {', '.join(self.rules)} of {promise.event} ({promise.emitter} {self.version}): "
            f"the registry promises {promise.text}, and no run tested it"
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with its reasons.

    Attributes:
        warnings: what was overridden, what a yes doesn't rest on, and what wasn't tested.
        untested: promises of the registry that no run tested.
        rests_on: what an emitter's yes rests on while nothing in the environment relies on it; else empty.
        waits_for: planned pairs (emitter, event): the consumer can't use them yet, and they block nothing.
    """

    question: Question
    answer: Answer
    rows: tuple[DecisionRow, ...]
    blockers: tuple[Blocker, ...]
    warnings: tuple[str, ...]
    waits_for: tuple[tuple[str, str], ...]
    next_step: str
    reason: str
    untested: tuple[Untested, ...] = ()
    rests_on: str = ""

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
            "untested": [
                {
                    "emitter": one.promise.emitter,
                    "version": one.version,
                    "event": one.promise.event,
                    "promise": one.promise.text,
                    "rules": list(one.rules),
                }
                for one in self.untested
            ],
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
        "violations": list(dict.fromkeys(breach.rule for breach in row.violations)),
        "counts_as": row.standing.value,
        "run": row.run.id if row.run else None,
        "posted_by": row.posted_by,
        "remarks": list(row.run.remarks) if row.run else [],
        "posted_at": row.posted_at or None,
        "contract": row.run.contract if row.run else None,
        "contract_version": row.run.contract_version if row.run else None,
        "judged_again": [source.to_json() for source in row.run.judged_again] if row.run else [],
        "pairs": [
            {
                "event": p.event,
                "state": p.state.value,
                "rules": list(p.rules),
                "breaches": [str(breach) for breach in p.breaches],
                "ready": p.ready,
                "untested": list(p.untested),
            }
            for p in row.pairs
        ],
    }
