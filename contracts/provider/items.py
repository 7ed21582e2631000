"""What pytest runs for an emitter: one item a pair, one for each rule of the run, one for the harness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import ContractsError
from contracts.model.printable import as_json, one_line
from contracts.model.rules import RULES, Severity
from contracts.model.verdict import Finding, PairVerdict, Verdict, Verification
from contracts.project.domain import load_domain
from contracts.project.named_emitters import refuse_unknown_emitter
from contracts.project.settings import load_settings
from contracts.provider.contract import EmitterContract
from contracts.provider.once import verified_once

PENDING: pytest.StashKey[str] = pytest.StashKey()
"""Why an item's pair is pending."""

HARNESS = "harness"


class ItemError(Exception):
    """What an item found, as the message that pytest shows.

    Args:
        message: what pytest shows.
        findings: those that a CI shows at their line.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ContractBrokenError(ItemError, AssertionError):
    """The emitter broke the contract: failed, as any assertion, for what reads pytest's outcomes."""


class NoVerdictError(ItemError):
    """The harness broke, or there was nothing to judge: broken, and not failed."""


def collector_name(around: object, name: str, contract: EmitterContract) -> str:
    """Return the name that a contract's items have in common: the emitter's, and its own where there are several.

    Args:
        around: the module or class that holds the contract.
        name: what the contract is called there.
    """
    values = (getattr(around, other, None) for other in dir(around) if other.startswith("test") and other != name)
    several = any(isinstance(value, EmitterContract) and value.emitter == contract.emitter for value in values)
    # Square brackets would end the part of a node id that pytest takes apart at its colons.
    return f"{contract.emitter}:{name}" if several else contract.emitter


class EmitterCollector(pytest.Collector):
    """One emitter; its items are known from the registry, before anything is verified."""

    contract: EmitterContract

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items: the pairs in the registry's order, then what concerns the whole run."""
        try:
            domain = load_domain(load_settings(self.config.rootpath))
            refuse_unknown_emitter(domain, self.contract.emitter)
        except ContractsError as error:
            raise self.CollectError(str(error)) from None
        for pair in domain.registry.pairs(self.contract.emitter):
            yield self._item(PairItem, pair.event)
        for rule in RULES.values():
            if rule.severity is Severity.VIOLATION:
                yield self._item(ViolationItem, rule.id)
        yield self._item(HarnessItem, HARNESS)

    def _item(self, kind: type[EmitterItem], name: str) -> EmitterItem:
        item: EmitterItem = kind.from_parent(self, name=name)
        item.contract = self.contract
        return item


class EmitterItem(pytest.Item):
    """An item that asks for the emitter's one verification."""

    contract: EmitterContract

    def verification(self) -> Verification:
        """Return what the run found out about the emitter."""
        factory = self.config._tmp_path_factory  # type: ignore[attr-defined]
        base = factory.getbasetemp()
        # A process of pytest-xdist has a folder of its own inside the run's.
        shared = base.parent if hasattr(self.config, "workerinput") else base
        return verified_once(self.config.rootpath, self.contract.emitter, self.contract.driver, shared=Path(shared))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the item stands: the line that names the emitter."""
        where = self.contract.where
        return Path(where.file), None if where.line is None else where.line - 1, f"{self.contract.emitter} {self.name}"

    def _initrequest(self) -> None:
        """Do nothing: plugins that run an item again call it to renew the fixtures, and an emitter's item has none.

        A second attempt comes to the same verdict: an emitter is verified once a run.
        """

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show findings and errors as they are, without a traceback through the toolkit."""
        if isinstance(excinfo.value, ItemError | ContractsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class PairItem(EmitterItem):
    """One pair: passed, failed, or pending."""

    def runtest(self) -> None:
        """Fail with the findings, or skip as pending with the reason."""
        run = self.verification()
        pair = next(pair for pair in run.pairs if pair.event == self.name)
        strict = self.config.getoption("--strict-pending")
        if pair.verdict is Verdict.PENDING and not (strict and pair.ready):
            reason = pending_reason(pair)
            self.stash[PENDING] = reason
            pytest.skip(reason)
        if pair.verdict is Verdict.PENDING:
            raise ContractBrokenError(f"{pending_reason(pair)} (--strict-pending)")
        if pair.verdict is Verdict.ERROR:
            raise NoVerdictError("no verdict: the harness broke\n" + shown(run.errors, run.seed), run.errors)
        if pair.verdict is Verdict.FAILED:
            raise ContractBrokenError(shown(pair.findings, run.seed), pair.findings)


class ViolationItem(EmitterItem):
    """One rule of the whole run: nothing undeclared, nothing unknown, nothing in another's name."""

    def runtest(self) -> None:
        """Fail with the violations of this rule."""
        run = self.verification()
        broken = tuple(finding for finding in run.violations if finding.rule == self.name)
        if broken:
            raise ContractBrokenError(shown(broken, run.seed), broken)


class HarnessItem(EmitterItem):
    """Could everything be read and driven, and was there anything?"""

    def runtest(self) -> None:
        """Fail with the errors, or because nothing was read."""
        run = self.verification()
        if run.errors:
            raise NoVerdictError(shown(run.errors, run.seed), run.errors)
        if run.nothing_read:
            raise NoVerdictError("nothing to verify: no emission was read and nothing was driven")


def annotations_of(item: pytest.Item, error: BaseException | None) -> list[dict[str, Any]]:
    """Return what a CI is to show of a failed item, as JSON values that pytest-xdist can carry.

    A finding without a place of its own is shown where the test module names the emitter.
    """
    if not isinstance(item, EmitterItem) or not isinstance(error, ItemError | ContractsError):
        return []
    found = error.findings if isinstance(error, ItemError) else ()
    messages = [(finding.where, shown((finding,))) for finding in found] or [(None, str(error))]
    here = item.contract.where
    return [
        {
            "title": f"{item.contract.emitter} {item.name}",
            "message": message,
            "file": place.file,
            "line": place.line,
        }
        for place, message in ((where or here, message) for where, message in messages)
    ]


def pending_reason(pair: PairVerdict) -> str:
    """Say why a planned pair is pending, and whether it can be promoted."""
    if pair.ready:
        return f"planned, and ready: promote {pair.event}"
    if pair.emissions:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in pair.findings))
        return f"planned, and emitted with findings: {rules}"
    return "planned, and not emitted yet"


def shown(findings: tuple[Finding, ...], seed: str | None = None) -> str:
    """Return findings as the lines of a failure; what an emitter sent can neither act nor start a line.

    Args:
        seed: what made the facts that the emitter was asked for, where it was driven.
    """
    lines: list[str] = []
    for finding in findings:
        place = f"{finding.where}: " if finding.where else ""
        lines.append(one_line(f"{place}{finding.rule}: {finding.message}"))
        if finding.expected is not None or finding.actual is not None:
            lines.append(f"  expected {as_json(finding.expected)}, got {as_json(finding.actual)}")
        if finding.next_step:
            lines.append(f"  next: {one_line(finding.next_step)}")
    if seed:
        lines.append(f'facts: seed="{seed}" asks for the same ones again')
    return "\n".join(lines)
