"""What `pytest provider_tests` shows of an emitter, run by real pytest processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.project.python_process import plugin_options
from tests.report.junit_schema import faults
from tests.verification.support import ENTERED, message

ROOT = Path(__file__).parents[2]
SUITE = """
from contracts.testing import verify_emitter
test_contract = verify_emitter("client-webinar-tracker-v2", captures="captures.ndjson")
"""
KINDS = """
def pytest_exception_interact(node, call):
    kind = "an assertion" if isinstance(call.excinfo.value, AssertionError) else "another error"
    print(f"{node.name}: {kind}")
"""
AGAIN = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and report.failed:
        item.ihook.pytest_runtest_teardown(item=item, nextitem=pytest.Class.from_parent(item.session, name="Again"))
        item._initrequest()
        item.ihook.pytest_runtest_setup(item=item)
        again = pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_call(item=item), when="call")
        report.outcome = pytest.TestReport.from_item_and_call(item, again).outcome
    return report
"""
PAIRS = ("client_webinar_completed", "client_webinar_entered", "client_webinar_form_submitted")


@dataclass(frozen=True)
class Outcome:
    """What a pytest process came to."""

    code: int
    output: str


@dataclass(frozen=True)
class Project:
    """An emitter's repository: one test module and its captures."""

    folder: Path

    def captures(self, *bodies: Any) -> None:
        """Write one capture a body."""
        lines = [
            json.dumps({"headers": {"content-type": "application/cloudevents+json"}, "body": json.dumps(body)})
            for body in bodies
        ]
        (self.folder / "captures.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def pytest(self, *arguments: str) -> Outcome:
        """Run pytest as a user does."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "160"}
        command = [sys.executable, "-m", "pytest", *arguments, *plugin_options()]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        return Outcome(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An emitter's repository whose one capture is right."""
    (tmp_path / "test_emitter.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.contracts]\n[tool.pytest.ini_options]\n", encoding="utf-8")
    found = Project(tmp_path)
    found.captures(message())
    return found


def test_one_item_a_pair_and_planned_ones_are_pending(project: Project) -> None:
    """Passed 1, pending 2, one item for each rule of the run and one for the harness, exit 0."""
    outcome = project.pytest("-v")
    for event, word in zip(PAIRS, ("PASSED", "PENDING", "PENDING"), strict=True):
        assert f"::client-webinar-tracker-v2::{event} {word}" in outcome.output
    assert "5 passed, 2 pending" in outcome.output
    assert f"{ENTERED}: planned, and not emitted yet" in outcome.output
    assert outcome.code == 0


def test_the_letter_is_p(project: Project) -> None:
    """Without -v a pending pair is one letter of its own."""
    assert ".pp...." in project.pytest().output


def test_junit_shows_pending_as_skipped_with_its_reason(project: Project) -> None:
    """CI that reads JUnit XML sees why."""
    project.pytest("--junitxml=out.xml")
    cases = {case.get("name"): case for case in ET.parse(project.folder / "out.xml").iter("testcase")}  # noqa: S314 - ours
    skipped = cases[ENTERED].find("skipped")
    assert skipped is not None
    assert "not emitted yet" in (skipped.get("message") or "")
    assert cases["client_webinar_completed"].find("skipped") is None


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_junit_has_the_form_that_jenkins_validates(project: Project, arguments: tuple[str, ...]) -> None:
    """Pending, passed and failed items, of one process or of several, give a document without a foreign element."""
    project.captures(message(data={"client_id": "client-1"}))
    project.pytest("--junitxml=out.xml", *arguments)
    root = ET.parse(project.folder / "out.xml").getroot()  # noqa: S314 - ours
    assert faults(root) == []
    assert len(list(root.iter("skipped"))) == 2
    assert len(list(root.iter("failure"))) == 1


def test_a_broken_contract_is_a_failed_assertion_and_a_broken_harness_none(project: Project) -> None:
    """What tells failed from broken by the exception, as Allure does, tells a finding from a harness that broke."""
    (project.folder / "conftest.py").write_text(KINDS, encoding="utf-8")
    project.captures(message(data={"client_id": "client-1"}))
    assert "client_webinar_completed: an assertion" in project.pytest("-s").output
    (project.folder / "captures.ndjson").write_text("{\n", encoding="utf-8")
    outcome = project.pytest("-s").output
    assert "harness: another error" in outcome
    assert "harness: an assertion" not in outcome


def test_plugins_that_run_an_item_again_find_what_they_call(project: Project) -> None:
    """An item that is torn down, set up and called again, as pytest-retry does, comes to the same verdict."""
    (project.folder / "conftest.py").write_text(AGAIN, encoding="utf-8")
    project.captures(message(data={"client_id": "client-1"}))
    outcome = project.pytest()
    assert outcome.code == 1
    assert "INTERNALERROR" not in outcome.output
    assert "1 failed, 4 passed, 2 pending" in outcome.output


def test_a_failing_pair_shows_its_findings_and_no_traceback(project: Project) -> None:
    """The message is what is wrong, where, and what next."""
    project.captures(message(data={"client_id": "client-1"}))
    outcome = project.pytest()
    assert outcome.code == 1
    assert "captures.ndjson:1: event-schema: $.data.webinar_id is missing" in outcome.output
    assert "next:" in outcome.output
    assert "Traceback" not in outcome.output
    assert "def runtest" not in outcome.output


def test_what_was_sent_starts_no_line_and_moves_no_cursor(project: Project) -> None:
    """A CI reads `::error` at the start of a line as a command, and a terminal reads escapes."""
    project.captures(message(id="x\n::error::planted\x1b[2J"))
    outcome = project.pytest()
    assert "planted" in outcome.output
    assert "\n::error" not in outcome.output
    assert "\x1b[2J" not in outcome.output


def test_a_violation_is_an_item_of_its_own(project: Project) -> None:
    """The pairs keep their verdicts."""
    project.captures(message(), message("client_webinar_left"))
    outcome = project.pytest("-v")
    assert "::undeclared-emission FAILED" in outcome.output
    assert "::client_webinar_completed PASSED" in outcome.output
    assert outcome.code == 1


def test_a_planned_pair_that_would_pass_stays_pending_and_says_so(project: Project) -> None:
    """--strict-pending fails it, and only it."""
    project.captures(message(), message(ENTERED))
    outcome = project.pytest()
    assert f"{ENTERED}: planned, and ready: promote {ENTERED}" in outcome.output
    assert outcome.code == 0
    strict = project.pytest("--strict-pending")
    assert "1 failed, 5 passed, 1 pending" in strict.output
    assert strict.code == 1


def test_a_harness_that_broke_fails_its_item(project: Project) -> None:
    """A torn line is no verdict on a pair that was seen."""
    with (project.folder / "captures.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"headers": {')
    outcome = project.pytest("-v")
    assert "::harness FAILED" in outcome.output
    assert "unreadable-capture" in outcome.output
    assert "::client_webinar_completed PASSED" in outcome.output


def test_an_emitter_that_isnt_in_the_registry_fails_with_the_nearest_name(project: Project) -> None:
    """Nothing is collected in silence."""
    test = project.folder / "test_emitter.py"
    test.write_text(SUITE.replace("tracker-v2", "tracker-v3"), encoding="utf-8")
    outcome = project.pytest()
    assert outcome.code != 0
    assert "did you mean 'client-webinar-tracker-v2'?" in outcome.output


def test_it_works_under_k_and_x(project: Project) -> None:
    """One chosen pair; stop at the first failure."""
    assert "6 deselected, 1 pending" in project.pytest("-k", ENTERED).output
    project.captures(message(id=" "), message("client_webinar_left"))
    assert "1 failed" in project.pytest("-x").output


def test_it_works_under_lf(project: Project) -> None:
    """The item that failed is run again, and its verification with it."""
    project.captures(message(id=" "))
    assert "1 failed" in project.pytest().output
    project.captures(message())
    assert "1 passed" in project.pytest("--lf").output


COUNTING = """
import pathlib, uuid
import contracts.pact_core.verifier as module

real = module.replay
def counted(emitter, cases):
    pathlib.Path("runs", uuid.uuid4().hex).touch()
    return real(emitter, cases)
module.replay = counted
"""


@pytest.mark.parametrize("processes", ["-n0", "-n2"])
def test_the_official_verifier_runs_once_an_emitter_and_run(project: Project, processes: str) -> None:
    """Also when the items are spread over processes."""
    (project.folder / "runs").mkdir()
    (project.folder / "conftest.py").write_text(COUNTING, encoding="utf-8")
    outcome = project.pytest(processes)
    assert "5 passed, 2 pending" in outcome.output
    assert len(list((project.folder / "runs").iterdir())) == 1


def test_a_suite_that_doesnt_use_it_is_left_alone(project: Project) -> None:
    """Nothing is imported, printed or added."""
    (project.folder / "test_emitter.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    assert not {'pact_ffi', 'requests', 'responses', 'pydantic'} & sys.modules.keys()\n",
        encoding="utf-8",
    )
    outcome = project.pytest("-q")
    assert outcome.output.startswith(".")
    assert "1 passed" in outcome.output
    assert "contracts" not in outcome.output
    assert "pending" not in outcome.output


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_github_sees_findings_at_the_capture_s_or_the_test_s_line(
    project: Project, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    """A finding of a capture is shown at its line, one without a place where the test names the emitter."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.folder))
    project.captures(message(source="somebody-else"))
    outcome = project.pytest(*workers)
    assert outcome.code == 1
    commands = [line for line in outcome.output.splitlines() if line.startswith("::error ")]
    assert any("file=captures.ndjson,line=1::" in line and "wrong-source" in line for line in commands)
    assert any("file=test_emitter.py,line=3::" in line and "not-emitted" in line for line in commands)


def test_without_github_a_failed_run_says_no_commands(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's terminal gets none of a CI's commands."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    project.captures(message(source="somebody-else"))
    assert "::error" not in project.pytest().output
