"""Writing pacts: the consumer tests run, and what they expect is compared with the pacts or written to them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from contracts.errors import BrokenContractError, HarnessError, MisuseError, Where
from contracts.expectations.files import changes, write
from contracts.expectations.recording import RecordedExpectations
from contracts.model.domain import Domain
from contracts.model.printable import one_line
from contracts.model.written_pacts import WrittenPacts
from contracts.project.kinds import holds_consumer_tests
from contracts.project.pacts import pacts_folder
from contracts.project.paths import shown
from contracts.project.python_process import NO_AUTOLOAD, environment, plugin_options
from contracts.project.settings import Settings

RECORD_OPTION = "--contracts-record"
TIME_LIMIT = 1800
"""Seconds that the consumer tests may take."""


def write_pacts(settings: Settings, domain: Domain, *, check: bool, echo: Callable[[str], None]) -> WrittenPacts:
    """Run the consumer tests and bring the pacts up to what they expect.

    Args:
        check: compare only.
        echo: is handed the output of tests that fail.

    Raises:
        BrokenContractError: a consumer test failed, or the run wasn't full; nothing was written.
        MisuseError: there are no consumer tests, or they expect nothing.
        HarnessError: pytest itself broke.
    """
    recording = _record(settings, domain, echo)
    if recording.incomplete:
        raise BrokenContractError(
            f"the run of the consumer tests wasn't full: {recording.incomplete[0]}",
            where=Where(shown(settings.consumer_tests)),
            next_step="run every test in one process; nothing was written",
        )
    if not recording.expectations:
        raise MisuseError(
            "no test expects anything",
            where=Where(shown(settings.consumer_tests)),
            next_step="write a test that takes the fixture `expect`; nothing was written",
        )
    result = compare(settings, domain, recording)
    if check or not result.pacts.changes:
        return result.pacts
    write(result.pacts.folder, result.files, result.pacts.changes)
    return replace(result.pacts, written=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison came to that has written nothing, and the files that it would write."""

    pacts: WrittenPacts
    files: Mapping[str, bytes]


def compare(settings: Settings, domain: Domain, recording: RecordedExpectations) -> Comparison:
    """Compare the pacts with what was recorded; after a partial run only the interactions that it recorded.

    Raises:
        ExpectationError: two expectations have one key.
        MisuseError: a pact can't be read.
    """
    # Pact's library takes its time to load: only who has expectations pays for it.
    from contracts.expectations.optional_reads import optional_reads
    from contracts.expectations.pacts import build_pacts

    files = build_pacts(recording.expectations, domain.catalogue, domain.registry)
    folder = pacts_folder(settings)
    consumer = domain.registry.consumer.name
    expected = {expectation.event for expectation in recording.expectations}
    return Comparison(
        WrittenPacts(
            folder=folder,
            expectations=len({expectation.key for expectation in recording.expectations}),
            pacts=tuple(files),
            unassigned=tuple(e for e in domain.catalogue if e in expected and not domain.registry.emitters_of(e)),
            changes=changes(folder, files, consumer=consumer, whole=not recording.incomplete),
            written=False,
            optional=optional_reads(recording.expectations, domain.catalogue),
        ),
        files,
    )


def _record(settings: Settings, domain: Domain, echo: Callable[[str], None]) -> RecordedExpectations:
    tests = settings.root / settings.consumer_tests
    if not holds_consumer_tests(settings):
        consumer = domain.registry.consumer.name
        raise MisuseError(
            "there are no consumer tests here",
            where=Where(shown(tests)),
            next_step=f'name their folder in the settings, consumer_tests = "…"; where they stand in {consumer}\'s own '
            "repository, capture and publish there",
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording.json"
        options = [*plugin_options(), *_one_process(), f"--rootdir={settings.root}", f"{RECORD_OPTION}={file}"]
        status, output = _pytest([*options, str(tests)], settings.root)
        if status != 0:
            echo(output)
            raise _failure(status if file.exists() else None, tests, output)
        return RecordedExpectations.from_json(file.read_text(encoding="utf-8"))


def _one_process() -> list[str]:
    # A project may ask for several processes in its addopts; what is said last counts.
    return ["-n0"] if find_spec("xdist") and not os.environ.get(NO_AUTOLOAD) else []


def _pytest(arguments: list[str], folder: Path) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HarnessError(
            f"the consumer tests ran for more than {TIME_LIMIT} s and were ended",
            next_step="find the test that hangs; nothing was written",
        ) from None
    return done.returncode, done.stdout


def _failure(status: int | None, tests: Path, output: str) -> BrokenContractError | MisuseError | HarnessError:
    where = Where(shown(tests))
    if status == 1:
        return BrokenContractError(
            "a consumer test failed", where=where, next_step="mend it (its output is above); nothing was written"
        )
    if status == 5 and (left := re.search(r"\b(\d+) deselected\b", output)):
        options = os.environ.get("PYTEST_ADDOPTS")
        who = f"PYTEST_ADDOPTS ({one_line(options)})" if options else "addopts in pytest's settings"
        return MisuseError(
            f"no test was chosen: {left[1]} in this folder, all deselected", where=where,
            next_step=f"let {who} choose every consumer test",
        )  # fmt: skip
    if status == 5:
        return MisuseError("there are no tests in this folder", where=where, next_step="write an expectation")
    return HarnessError(
        "pytest ended before every consumer test had run",
        where=where,
        next_step="see its output above; nothing was written",
    )
