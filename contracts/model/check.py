"""What a check of a whole repository came to, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contracts.errors import ExitCode, Where, worst
from contracts.model.lint_finding import LintFinding
from contracts.model.release import Answer, Decision
from contracts.model.verdict import Verification
from contracts.model.written_pacts import WrittenPacts


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """One place where a document and the contract part."""

    where: Where
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document of the emitters, beside the contract.

    Attributes:
        command: what compared it: `docs` for a rendered one, `drift` for one that is kept by hand.
        exit_code: 0 where it holds, 1 where it doesn't, 3 where nothing of it was read.
    """

    command: Literal["docs", "drift"]
    file: str
    problems: tuple[DocumentProblem, ...]
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class Check:
    """What a check came to.

    Attributes:
        contract: the contract is this repository's, so that its documents were checked.
        lint: what is wrong with the contract; None where neither the contract nor the consumer is here.
        documents: those of the contract that were compared with it.
        pacts: how they stand to the consumer tests; None where the consumer isn't here.
        runs: one verification for each emitter that the settings name a driver for.
        unreached: emitters that the settings don't name; nothing is known of them.
        releases: for each verified emitter, whether it could be released, asked of a throwaway broker; empty
            where the pacts are stale, or aren't captured here.
    """

    contract: bool
    lint: tuple[LintFinding, ...] | None
    documents: tuple[CheckedDocument, ...]
    pacts: WrittenPacts | None
    runs: tuple[Verification, ...]
    unreached: tuple[str, ...]
    releases: tuple[Decision, ...]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that the check comes to."""
        codes = [run.exit_code for run in self.runs]
        codes += [document.exit_code for document in self.documents]
        stale = self.pacts is not None and self.pacts.changes
        unsafe = any(decision.answer is not Answer.YES for decision in self.releases)
        if self.lint or stale or unsafe:
            codes.append(ExitCode.BROKEN)
        if not self.kinds:
            codes.append(ExitCode.NOTHING)
        return worst(codes)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the repository is: `contract`, `consumer`, `emitter`; empty where there is nothing to check."""
        held = (("contract", self.contract), ("consumer", self.pacts is not None), ("emitter", bool(self.runs)))
        return tuple(name for name, holds in held if holds)
