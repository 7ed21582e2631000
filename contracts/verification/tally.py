"""What is counted while a run goes on, of each pair and beside them; what counts as what says the table of rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.model.emission import Emission, Trigger
from contracts.model.registry import Pair, Registry, Waiver
from contracts.model.rules import RULES, Severity
from contracts.model.verdict import Finding
from contracts.verification.log import FindingLog, with_next_step
from contracts.verification.optional_fields import OptionalFields
from contracts.verification.repeats import RepeatMemory

SAMPLES = 3


def tallies_of(registry: Registry, emitter: str, today: date) -> dict[str, PairTally]:
    """Return an empty tally of each of an emitter's pairs, by event; waivers whose time is over accept nothing."""
    return {
        pair.event: PairTally(
            pair, waivers=tuple(one for one in registry.waivers_of(emitter, pair.event) if today <= one.until)
        )
        for pair in registry.pairs(emitter)
    }


@dataclass(slots=True)
class PairTally:
    """The counts and findings of one pair.

    Attributes:
        unanswered: facts that were asked for and never stated.
        remarks: why it stated nothing, as the emitter says it.
        broken: what broke in the harness while this pair was driven.
        samples: the first emissions, as evidence.
        noted: how often a rule was broken that this pair doesn't promise to keep.
        waivers: findings that the registry accepts today.
        waived: the findings that it accepted.
        needed: the waivers that accepted one.
    """

    pair: Pair
    emissions: int = 0
    findings: FindingLog = field(default_factory=FindingLog)
    unanswered: list[Trigger] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    broken: list[Finding] = field(default_factory=list)
    samples: list[Emission] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)
    waivers: tuple[Waiver, ...] = ()
    waived: FindingLog = field(default_factory=FindingLog)
    needed: set[Waiver] = field(default_factory=set)

    def count(self, emission: Emission) -> None:
        """Count an emission of this pair."""
        self.emissions += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(emission)

    def with_findings(self, findings: Iterable[Finding]) -> PairTally:
        """Return the tally with further findings, as the table of rules judges them; this one stays as it is."""
        other = replace(
            self,
            findings=self.findings.copy(),
            noted=Counter(self.noted),
            waived=self.waived.copy(),
            needed=set(self.needed),
        )
        for finding in findings:
            other.take(finding)
        return other

    def take(self, finding: Finding) -> None:
        """Take a finding of this pair: a note where the pair doesn't promise to keep the rule, or it is accepted."""
        if RULES[finding.rule].severity_of(self.pair.entry) is Severity.NOTE:
            self.noted[finding.rule] += 1
        elif (waiver := self.waiver_of(finding)) is not None:
            self.needed.add(waiver)
            self.waived.add(finding)
        else:
            self.findings.add(finding)

    def waiver_of(self, finding: Finding) -> Waiver | None:
        """Return the waiver that accepts a finding today, or None."""
        return next((waiver for waiver in self.waivers if waiver.covers(finding.rule, finding.path)), None)


@dataclass(slots=True)
class Tallies:
    """What a run has counted.

    Attributes:
        read: emissions judged.
        driven: triggers that the emitter answered.
        driver_broke: the driver broke at no pair in particular.
        optional: which optional fields were sent, by event.
    """

    pairs: dict[str, PairTally]
    violations: FindingLog = field(default_factory=FindingLog)
    errors: FindingLog = field(default_factory=FindingLog)
    repeats: RepeatMemory = field(default_factory=RepeatMemory)
    read: int = 0
    driven: int = 0
    driver_broke: bool = False
    optional: Mapping[str, OptionalFields] = field(default_factory=dict)

    def take(self, finding: Finding, events: Iterable[str] = ()) -> None:
        """Take what belongs to no pair: a violation of the run, or an error of the harness.

        Args:
            events: those whose pairs an error leaves without a verdict.

        Raises:
            LookupError: the table of rules calls it a finding of a pair, or a note.
        """
        match RULES[finding.rule].severity:
            case Severity.VIOLATION:
                self.violations.add(finding)
            case Severity.ERROR:
                self.errors.add(finding)
                for event in events:
                    if event in self.pairs:
                        self.pairs[event].broken.append(with_next_step(finding))
            case severity:
                raise LookupError(f"{finding.rule} is a {severity} and needs its pair")
