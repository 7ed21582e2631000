"""A run of the consumer tests: what its tests expect, which of them passed, and whether that was everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any

from contracts.consumer.pact_writing import compare
from contracts.errors import ContractsError
from contracts.expectations.expectation import Expectation, ExpectationError, expect
from contracts.expectations.messages import Message
from contracts.expectations.recording import RecordedExpectations, unique
from contracts.model.events import Catalogue
from contracts.model.registry import Mode
from contracts.model.written_pacts import WrittenPacts
from contracts.project.domain import load_domain
from contracts.project.paths import shown
from contracts.project.settings import load_settings


@dataclass(slots=True)
class ConsumerRun:
    """What a run has recorded so far.

    Attributes:
        expected: the expectations by the id of the test item that made them.
        passed: the ids of the items that take `expect` and passed.
        left_out: why items that take `expect` didn't run, by id.
        received: what other processes of the run have recorded.
    """

    expected: dict[str, list[Expectation]] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    left_out: dict[str, str] = field(default_factory=dict)
    received: list[RecordedExpectations] = field(default_factory=list)

    def add(self, item: str, expectation: Expectation) -> None:
        """Record an expectation.

        Raises:
            ExpectationError: another test expects something else under the same key.
        """
        self.expected.setdefault(item, []).append(expectation)
        unique(one for several in self.expected.values() for one in several)

    def recording(self, *, items: Iterable[str], status: int, narrowed: Iterable[str]) -> RecordedExpectations:
        """Return what the run comes to.

        Args:
            items: the ids of the collected items that take `expect`.
            status: pytest's exit status.
            narrowed: why not every test was collected or run in this process.
        """
        reasons = list(narrowed)
        if status != 0:
            reasons.append("a test failed or the run was interrupted")
        reasons += [f"{item} {why}" for item, why in self.left_out.items()]
        reasons += [f"{item} didn't pass" for item in items if item not in self.passed]
        own = [one for item, several in self.expected.items() if item in self.passed for one in several]
        others = [one for recording in self.received for one in recording.expectations]
        said: list[Expectation] = []
        for one in [*own, *others]:
            if one not in said:
                said.append(one)
        return RecordedExpectations(tuple(said), tuple(reasons))


def expecting(
    run: ConsumerRun, catalogue: Catalogue, *, item: str, test: str, complete: bool, mode: Mode = "structured"
) -> Callable[..., Message]:
    """Return what the fixture `expect` is.

    What it is given beside its parameters is an `ExpectationError` too.

    Args:
        item: the id of the test item.
        test: the test's name without its parameters, for errors.
        complete: it gives the whole canonical event, else only what is read.
        mode: CloudEvents' mode of the message that it gives.
    """

    def expect_of_event(
        event: str, title: str, *, reads: Iterable[str], fact: Mapping[str, Any] | None = None
    ) -> Message:
        expected = expect(catalogue, event, title, reads, fact=fact, test=test)
        run.add(item, expected.expectation)
        return expected.complete(mode) if complete else expected.bare(mode)

    def expect_event(*arguments: Any, **named: Any) -> Message:
        try:
            bound = signature(expect_of_event).bind(*arguments, **named)
        except TypeError as error:
            raise ExpectationError(
                f"expect: {error}", next_step='write expect("the_event", "what is done with it", reads=["id", …])'
            ) from None
        return expect_of_event(*bound.args, **bound.kwargs)

    return expect_event


def narrowings(
    arguments: Iterable[str],
    options: Mapping[str, Any],
    root: Path,
    invoked_in: Path,
    uncollected: Iterable[tuple[Path, str]] = (),
) -> tuple[str, ...]:
    """Return why a run of pytest with these arguments isn't a full one in one process.

    Args:
        arguments: what pytest was asked to collect.
        options: pytest's options by their names.
        root: the project's folder.
        invoked_in: what the arguments are relative to.
        uncollected: the modules and folders whose tests weren't collected, and why.
    """
    reasons = [f"--{name.replace('_', '-')} was given" for name in _NARROWING if options.get(name)]
    if options.get("numprocesses"):
        reasons.append("it ran in several processes")
    try:
        tests = (root / load_settings(root).consumer_tests).resolve()
    except ContractsError as error:
        return (*reasons, f"the settings can't be used: {error.what}")
    if not any("::" not in one and tests.is_relative_to((invoked_in / one).resolve()) for one in arguments):
        reasons.append(f"not all of {shown(tests)} was asked for")
    lost = [(path, why) for path, why in uncollected if path.resolve().is_relative_to(tests)]
    return (*reasons, *(f"{shown(path)} {why}" for path, why in lost))


_NARROWING = ("ignore", "ignore_glob", "lf", "collectonly", "setuponly", "setupplan")


def summary_of(root: Path, recording: RecordedExpectations) -> tuple[str, ...]:
    """Say in lines how the pacts of the project in `root` compare with a recording; nothing is written."""
    try:
        settings = load_settings(root)
        pacts = compare(settings, load_domain(settings), recording).pacts
    except ContractsError as error:
        return (f"the pacts can't be compared: {error}",)
    return tuple(_lines(pacts, recording))


def _lines(pacts: WrittenPacts, recording: RecordedExpectations) -> Iterable[str]:
    partial = f"; compared only, {recording.incomplete[0]}" if recording.incomplete else ""
    if not pacts.changes:
        yield f"expectations: {pacts.expectations}, the pacts hold them{partial}"
        return
    yield f"expectations: {pacts.expectations}, the pacts are stale: run contracts capture{partial}"
    for change in pacts.changes:
        yield f"  {change.how}: {shown(pacts.folder / change.file)}"
        yield from (f"    {detail}" for detail in change.details)
