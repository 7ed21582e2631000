"""What plugins that others have make of an emitter's items: Allure's results, and a failed item that is run again.

They are apart from what `make test` installs, since every pytest of an environment loads its plugins: `.ci/run`
installs the extra `plugins` and runs this file.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.project.python_process import environment, plugin_options
from tests.verification.support import message

SUITE = """
from contracts.testing import verify_emitter

test_broken = verify_emitter("client-webinar-tracker-v2", captures="broken.ndjson")
test_right = verify_emitter("client-webinar-tracker-v2", captures="right.ndjson")
test_torn = verify_emitter("client-webinar-tracker-v2", captures="torn.ndjson")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An emitter's repository with three contracts: one that is broken, one that holds, and a torn capture."""
    (tmp_path / "test_emitter.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.contracts]\n[tool.pytest.ini_options]\n", encoding="utf-8")
    for name, body in {"broken": message(data={"client_id": "c-1"}), "right": message()}.items():
        capture = {"headers": {"content-type": "application/cloudevents+json"}, "body": json.dumps(body)}
        (tmp_path / f"{name}.ndjson").write_text(json.dumps(capture) + "\n", encoding="utf-8")
    (tmp_path / "torn.ndjson").write_text('{"headers": {', encoding="utf-8")
    return tmp_path


def run(project: Path, module: str, *options: str) -> str:
    """Run pytest with a plugin; the test is skipped where that isn't installed."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} isn't installed: pip install --editable '.[plugins]'")
    words = [sys.executable, "-m", "pytest", *plugin_options(), *options]
    done = subprocess.run(
        words, cwd=project, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_allure_shows_a_broken_contract_as_failed(project: Path) -> None:
    """A broken contract is failed, a broken harness broken, a planned pair skipped; no two items are taken for one."""
    run(project, "allure_pytest", "--alluredir=results")
    found = [json.loads(file.read_text()) for file in (project / "results").glob("*-result.json")]
    statuses = {result["fullName"].partition(":")[2]: result["status"] for result in found}
    assert len({result["historyId"] for result in found}) == len(found) == 21
    assert {name: status for name, status in statuses.items() if status != "passed"} == {
        "test_broken#client_webinar_completed": "failed",
        "test_torn#client_webinar_completed": "broken",
        "test_torn#harness": "broken",
        **{
            f"test_{contract}#client_webinar_{event}": "skipped"
            for contract in ("broken", "right", "torn")
            for event in ("entered", "form_submitted")
        },
    }
    (broken,) = (result for result in found if result["status"] == "failed")
    assert "event-schema: $.data.webinar_id is missing" in broken["statusDetails"]["message"]


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_pytest_retry_runs_failed_items_again(project: Path, processes: tuple[str, ...]) -> None:
    """They fail again, and every other item keeps its outcome."""
    output = run(project, "pytest_retry", "--retries=2", *processes)
    assert re.search(r"3 failed, 12 passed, (3 retried, )?6 pending", output), output
    assert "client_webinar_completed failed after 3 attempts!" in output
    assert "INTERNALERROR" not in output
