"""What a check of a whole project came to, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import ExitCode, worst
from contracts.model.lint_finding import LintFinding
from contracts.model.release import Answer, Decision
from contracts.model.verdict import Verification
from contracts.model.written_pacts import WrittenPacts


@dataclass(frozen=True, slots=True)
class Check:
    """What a check came to.

    Attributes:
        runs: one verification for each emitter that the settings name a driver for.
        unreached: emitters that the settings don't name; nothing is known of them.
        releases: for each verified emitter, whether it could be released, asked of a throwaway broker; empty
            where the pacts are stale.
    """

    lint: tuple[LintFinding, ...]
    pacts: WrittenPacts
    runs: tuple[Verification, ...]
    unreached: tuple[str, ...]
    releases: tuple[Decision, ...]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that the check comes to."""
        codes = [run.exit_code for run in self.runs]
        unsafe = any(decision.answer is not Answer.YES for decision in self.releases)
        if self.lint or self.pacts.changes or unsafe:
            codes.append(ExitCode.BROKEN)
        if not self.runs:
            codes.append(ExitCode.NOTHING)
        return worst(codes)
