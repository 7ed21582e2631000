"""What is counted of one pair while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.model.emission import Emission, Trigger
from contracts.model.registry import Pair
from contracts.model.verdict import Finding
from contracts.verification.log import FindingLog

SAMPLES = 3


@dataclass(slots=True)
class PairTally:
    """The counts and findings of one pair.

    Attributes:
        unanswered: facts that were asked for and never stated.
        broken: what broke in the harness while this pair was driven.
        samples: the first emissions, as evidence.
        repeated: facts stated again under their marker, where the registry allows it.
        lost: refused deliveries never made good, where the registry promises nothing.
    """

    pair: Pair
    emissions: int = 0
    findings: FindingLog = field(default_factory=FindingLog)
    unanswered: list[Trigger] = field(default_factory=list)
    broken: list[Finding] = field(default_factory=list)
    samples: list[Emission] = field(default_factory=list)
    repeated: int = 0
    lost: int = 0

    def count(self, emission: Emission) -> None:
        """Count an emission of this pair."""
        self.emissions += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(emission)
