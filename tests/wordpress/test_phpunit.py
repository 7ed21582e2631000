"""PHPUnit suites under the recorder, in a real WordPress: what is verified is what they really sent."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.model.verdict import Verification
from tests.audit.agreement import of_audit, of_verification
from tests.wordpress.conftest import INSTALL
from tests.wordpress.programs import Site, site
from tests.wordpress.receiver import Receiver
from tests.wordpress.verdicts import audit, rules, strict_registry, verdicts, verify

pytestmark = pytest.mark.usefixtures("real_wordpress")

SUITES = Path(__file__).parent / "suites"


@pytest.fixture(scope="module")
def running(real_wordpress: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One WordPress with the recorder among its must-use plugins."""
    if shutil.which("phpunit") is None:
        pytest.skip(f"phpunit is missing; {INSTALL}")
    folder = tmp_path_factory.mktemp("site")
    with site(folder, "--recorder", str(folder / "unused")) as started:
        yield started


def verified(running: Site, suite: str, folder: Path, **env: str) -> tuple[Verification, list[str]]:
    """Run a suite and verify what was recorded, which an audit agrees with; also what really left the machine."""
    captures = folder / "captures"
    with Receiver() as receiver:
        variables = {"CONTRACTS_CAPTURES": str(captures), "CONTRACTS_DESTINATION": receiver.url}
        done = running.run(
            ["phpunit", "--no-configuration", "--do-not-cache-result", str(SUITES / f"{suite}.php")],
            env=variables | env,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    sent = [message.body.decode() for message in receiver.messages]
    registry = strict_registry(folder)
    run = verify({"captures": [str(captures)]}, registry)
    assert of_audit(audit(captures, registry)) == of_verification(run)
    return run, sent


@pytest.mark.parametrize("suite", ["TidyingTest", "SavedHooksTest", "DirectRequestsTest"])
def test_what_nobody_approved_is_found_whatever_the_suite_does(running: Site, suite: str, tmp_path: Path) -> None:
    """Filters removed, hooks saved and restored, the library used directly: two recorded, none really sent."""
    run, sent = verified(running, suite, tmp_path)
    assert (rules(run), run.success, sent) == ({"undeclared-emission"}, False, [])
    assert verdicts(run)["client_webinar_completed"] == "passed"


def test_a_fact_that_nobody_waits_for_is_lost(running: Site, tmp_path: Path) -> None:
    """The receiver answers 503; the plugin is told nothing, as in real WordPress, and never tries again."""
    run, sent = verified(running, "FireAndForgetTest", tmp_path, CONTRACTS_RECORDER_RESPONSE="503,202")
    assert (rules(run), run.success, sent) == ({"lost-fact"}, False, [])


def test_a_capture_names_the_test_that_ran(running: Site, tmp_path: Path) -> None:
    """So that repeats are compared within one test."""
    verified(running, "TidyingTest", tmp_path)
    contexts = [line.split('"context":"')[1].split('"')[0] for line in (tmp_path / "captures").read_text().splitlines()]
    assert contexts == ["TidyingTest::test_completing_is_stated", "TidyingTest::test_leaving_is_stated"]


def test_recorded_as_a_suite_of_any_other_language(running: Site, tmp_path: Path) -> None:
    """`contracts record -- phpunit`: the recorder writes to its captures, each with its commit, and none twice."""
    captures = tmp_path / "captures.ndjson"
    words = ["phpunit", "--no-configuration", "--do-not-cache-result", str(SUITES / "TidyingTest.php")]
    record = [sys.executable, "-m", "contracts.cli", "record", "--out", str(captures), "--"]
    done = running.run([*record, *words], env={"CONTRACTS_CAPTURES": "", "CONTRACTS_DESTINATION": ""})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == f"recorded 2 messages in {captures}"
    lines = [json.loads(line) for line in captures.read_text().splitlines()]
    assert [line["context"] for line in lines] == [
        "TidyingTest::test_completing_is_stated",
        "TidyingTest::test_leaving_is_stated",
    ]
    assert all(line["commit"]["id"] for line in lines)
