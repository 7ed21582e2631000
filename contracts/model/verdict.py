"""What a verification found out, as values and as the JSON that is promised to scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.errors import ExitCode, Where, worst
from contracts.model.emission import Emission
from contracts.model.evidence import KeptEvidence
from contracts.model.pact import PactUnderTest
from contracts.model.registry import Status


class Verdict(StrEnum):
    """What is known of one pair."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule, error or note.

    Attributes:
        rule: the rule's id.
        interaction: the key of the pact's interaction, where one is concerned.
        path: JSON path in the message.
        expected, actual: what was promised and what was sent, as JSON values; None where unknown.
        next_step: what to do.
    """

    rule: str
    message: str
    consumer: str | None = None
    interaction: str | None = None
    where: Where | None = None
    path: str | None = None
    expected: Any = None
    actual: Any = None
    next_step: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the finding in the promised JSON shape."""
        return {
            "rule": self.rule,
            "message": self.message,
            "consumer": self.consumer,
            "interaction": self.interaction,
            "where": self.where.to_json() if self.where else None,
            "path": self.path,
            "expected": self.expected,
            "actual": self.actual,
            "next": self.next_step,
        }


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The verdict of one pair.

    Attributes:
        ready: it was emitted without a finding; a planned pair that is ready can be promoted.
        emissions: how many were judged.
        samples: the first few of them, as evidence for people.
        seed: what made the facts that a driven emitter was asked for; None where nothing was asked.
        untested: rules that nothing in the run could have broken at this pair, each with the reason.
        optional: the event's optional fields by their paths, and whether one ever had a value.
    """

    event: str
    status: Status
    verdict: Verdict
    ready: bool
    emissions: int
    findings: tuple[Finding, ...] = ()
    samples: tuple[Emission, ...] = ()
    untested: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, bool] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict in the promised JSON shape."""
        return {
            "event": self.event,
            "status": self.status.value,
            "verdict": self.verdict.value,
            "ready": self.ready,
            "emissions": self.emissions,
            "findings": [finding.to_json() for finding in self.findings],
            "untested": list(self.untested),
            "optional_fields": [{"path": path, "sent": sent} for path, sent in self.optional.items()],
        }


@dataclass(frozen=True, slots=True)
class InteractionResult:
    """What one interaction of a pact came to, for the result that a broker is told.

    Attributes:
        required: its pair is implemented in the registry, or it isn't pending in the pact.
        success: it was emitted and nothing was found.
    """

    key: str
    description: str
    event: str
    interaction_id: str | None
    required: bool
    success: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PactResult:
    """What the run says of one pact.

    Attributes:
        pact: the pact that was judged, with what the broker said of it.
        result: what is to be posted; None where nothing is.
        published: the broker confirmed the post.
        unposted: why nothing is posted; empty where something is.
        demand: whose demand makes it a failure that the run itself isn't; else empty.
        violations: those of the run: they concern no interaction, and make the result false.
    """

    pact: PactUnderTest
    interactions: tuple[InteractionResult, ...]
    result: bool | None
    published: bool = False
    unposted: str = ""
    demand: str = ""
    violations: tuple[Finding, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is a failure, the broker asked for it or nothing is posted; empty where there is nothing to say."""
        return "; ".join(filter(None, (self.demand, *self.pact.reasons, self.unposted)))

    def to_json(self) -> dict[str, Any]:
        """Return the result in the promised JSON shape."""
        return {
            "consumer": self.pact.document.consumer,
            "consumer_version": self.pact.consumer_version,
            "source": self.pact.document.source,
            "broker_pending": self.pact.broker_pending,
            "wip": self.pact.wip,
            "result": self.result,
            "published": self.published,
        }


@dataclass(frozen=True, slots=True)
class Unposted:
    """A result that was asked for and isn't on the broker.

    Attributes:
        by_right: there is nothing to post: all pairs are planned, or nobody asks anything of the emitter.
        next_step: what helps; None where nothing has to.
    """

    text: str
    by_right: bool
    next_step: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the same in the promised JSON shape."""
        return {"text": self.text, "by_right": self.by_right, "next": self.next_step}


@dataclass(frozen=True, slots=True)
class Verification:
    """What one run found out about one emitter.

    Attributes:
        toolkit: the toolkit's version.
        registry: SHA-256 of the registry's content, prose too.
        contract: the digest of what was judged by; two runs under one were judged alike.
        judged_by: the contract package's name and version, for people.
        untested: rules that the driver couldn't test, each with the reason.
        strict_pending: a planned pair that is ready fails the run.
        nothing_read: no emission was read and nothing was driven.
        report_only: everything is shown and the exit is 0; nothing is published.
        left_unposted: what was to be posted and wasn't.
        failures: exit codes that something after the verification adds (a publication that failed).
        evidence: what a publication kept of what was sent; None where nothing was to be published.
    """

    toolkit: str
    registry: str
    emitter: str
    pairs: tuple[PairVerdict, ...]
    contract: str = ""
    judged_by: str = ""
    violations: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    errors: tuple[Finding, ...] = ()
    seed: str | None = None
    untested: Mapping[str, str] | None = None
    pacts: tuple[PactResult, ...] = ()
    strict_pending: bool = False
    nothing_read: bool = False
    report_only: bool = False
    left_unposted: tuple[Unposted, ...] = ()
    failures: tuple[ExitCode, ...] = ()
    evidence: KeptEvidence | None = None

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that the run comes to."""
        if self.report_only:
            return ExitCode.HOLDS
        codes = list(self.failures)
        if not all(one.by_right for one in self.left_unposted):
            codes.append(ExitCode.NOTHING)
        if self.errors or any(pair.verdict is Verdict.ERROR for pair in self.pairs):
            codes.append(ExitCode.MISUSE)
        if self.violations or any(pair.verdict is Verdict.FAILED for pair in self.pairs):
            codes.append(ExitCode.BROKEN)
        if self.strict_pending and any(p.ready and p.status is Status.PLANNED for p in self.pairs):
            codes.append(ExitCode.BROKEN)
        if self.nothing_read:
            # Without an emission "not emitted" says nothing of the emitter: exit 3, not 1.
            codes = [code for code in codes if code is not ExitCode.BROKEN]
            codes.append(ExitCode.NOTHING)
        return worst(codes)

    @property
    def success(self) -> bool:
        """True exactly when the exit code is 0."""
        return self.exit_code is ExitCode.HOLDS

    def to_json(self) -> dict[str, Any]:
        """Return the run in the JSON shape that `contracts verify --output json` promises."""
        return {
            "toolkit": self.toolkit,
            "registry": self.registry,
            "contract": self.contract,
            "judged_by": self.judged_by,
            "emitter": self.emitter,
            "success": self.success,
            "pairs": [pair.to_json() for pair in self.pairs],
            "violations": [finding.to_json() for finding in self.violations],
            "notes": [finding.to_json() for finding in self.notes],
            "errors": [finding.to_json() for finding in self.errors],
            "seed": self.seed,
            "untested": list(self.untested or {}),
            "pacts": [pact.to_json() for pact in self.pacts],
            "unposted": [one.to_json() for one in self.left_unposted],
            "evidence": self.evidence.to_json() if self.evidence else None,
        }
