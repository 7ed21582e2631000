"""What judging again came to: for each version that counts, what its evidence says of each pact, what was posted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.errors import ExitCode, worst
from contracts.model.evidence import SourceRun
from contracts.model.release import Breach
from contracts.model.verdict import Finding


@dataclass(frozen=True, slots=True)
class Appeared:
    """A finding that the result which is there doesn't have.

    Attributes:
        emission: the message that it is about, as text; empty where it is about none.
    """

    event: str
    finding: Finding
    emission: str = ""


@dataclass(frozen=True, slots=True)
class JudgedPact:
    """What the evidence of a version says of one pact.

    Attributes:
        was: the result that is there; None where there is none.
        result: what it comes to now; None where nothing is to be said.
        posted: the broker confirmed it.
        left: why nothing was posted; empty where something was.
        appeared: what is found now and wasn't before.
        gone: what was found before and isn't now, each with its event.
        alike: further versions of the consumer that were named, and whose pact is the same.
    """

    consumer: str
    consumer_version: str | None
    was: bool | None
    result: bool | None
    posted: bool = False
    left: str = ""
    appeared: tuple[Appeared, ...] = ()
    gone: tuple[tuple[str, Breach], ...] = ()
    alike: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the same in the promised JSON shape."""
        return {
            "consumer": self.consumer,
            "consumer_version": self.consumer_version,
            "was": self.was,
            "result": self.result,
            "posted": self.posted,
            "left": self.left or None,
            "appeared": [
                {"event": one.event, **one.finding.to_json(), "emission": one.emission or None} for one in self.appeared
            ],
            "gone": [{"event": event, "rule": breach.rule, "path": breach.path or None} for event, breach in self.gone],
        }


@dataclass(frozen=True, slots=True)
class JudgedVersion:
    """A version of an emitter that counts.

    Attributes:
        counts: why it does, in words.
        runs: those whose evidence was judged.
        problem: why nothing was judged; empty where something was.
        next_step: what to do about that.
        placed: it is in an environment, and not only the head of a branch.
    """

    emitter: str
    version: str
    counts: tuple[str, ...]
    runs: tuple[SourceRun, ...] = ()
    pacts: tuple[JudgedPact, ...] = ()
    problem: str = ""
    next_step: str | None = None
    placed: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the same in the promised JSON shape."""
        return {
            "emitter": self.emitter,
            "version": self.version,
            "counts_as": list(self.counts),
            "runs": [run.to_json() for run in self.runs],
            "pacts": [pact.to_json() for pact in self.pacts],
            "problem": self.problem or None,
            "next": self.next_step,
        }


@dataclass(frozen=True, slots=True)
class Reverification:
    """What judging again came to.

    Attributes:
        contract: the released version of the contract that was judged by; None where it is no released one.
        why_dry: why nothing was posted at all; empty where what could be posted was.
        places: where versions were looked for, in words.
        missing: what was named and isn't there: an emitter without a version that counts, a branch without a head.
    """

    contract: str | None
    places: str
    versions: tuple[JudgedVersion, ...]
    why_dry: str = ""
    missing: tuple[str, ...] = ()

    @property
    def pacts(self) -> Iterator[JudgedPact]:
        """Every pact of every version."""
        return (pact for version in self.versions for pact in version.pacts)

    def fails(self, consumer: str, version: str) -> bool:
        """Does a version that is in an environment fail a pact of this consumer's version?"""
        return any(
            pact.result is False and pact.consumer == consumer and version in (pact.consumer_version, *pact.alike)
            for placed in self.versions
            if placed.placed
            for pact in placed.pacts
        )

    @property
    def exit_code(self) -> ExitCode:
        """1 where a result is a failure, and without posting only where it is a new one; 3 where one is missing."""
        codes = []
        if any(pact.result is False and not (self.why_dry and pact.was is False) for pact in self.pacts):
            codes.append(ExitCode.BROKEN)
        if not self.versions or self.missing or any(version.problem for version in self.versions):
            codes.append(ExitCode.NOTHING)
        return worst(codes)

    def to_json(self) -> dict[str, Any]:
        """Return the same as `contracts reverify --output json` prints it."""
        return {
            "contract_version": self.contract,
            "dry_run": self.why_dry or None,
            "places": self.places,
            "missing": list(self.missing),
            "versions": [version.to_json() for version in self.versions],
        }
