"""`contracts report`, and what the commands tell a CI and a terminal, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.examples import COMPLETED, EMITTER, emission, pacts

ROOT = Path(__file__).parents[2]


def _capture(**changes: str) -> str:
    shown = emission()
    body = json.loads(shown.body) | changes
    return json.dumps({"headers": dict(shown.headers), "body": json.dumps(body)}) + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose emitter is known by its captures."""
    settings = f'pacts = "pacts"\n[emitters.{EMITTER}]\ncaptures = "captures.ndjson"\n'
    (tmp_path / "contracts.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "captures.ndjson").write_text(_capture(), encoding="utf-8")
    (tmp_path / "pacts").mkdir()
    (tmp_path / "pacts" / "pact.json").write_text(json.dumps(pacts(EMITTER)[0].raw), encoding="utf-8")
    return tmp_path


def _run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "GITHUB_", "GITLAB_"))}
    return subprocess.run(
        [sys.executable, "-m", "contracts.cli", *arguments],
        cwd=folder,
        env=base | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_report_that_holds_is_written_and_exits_0(project: Path) -> None:
    """The page and the Markdown show the emitter's own captures and the project's own pacts."""
    done = _run(project, "report", "--html", "report.html", "--markdown", "report.md")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    html = (project / "report.html").read_text(encoding="utf-8")
    assert "Emission 1" in html
    assert "expected of 1 emitter" in html
    assert "passed 1, pending 2, unassigned 2" in (project / "report.md").read_text(encoding="utf-8")


def test_a_broken_contract_is_reported_and_exits_1(project: Path) -> None:
    """The report is written all the same; --report-only exits 0."""
    (project / "captures.ndjson").write_text(_capture(source="somebody-else"), encoding="utf-8")
    done = _run(project, "report", "--markdown", "-")
    assert done.returncode == 1, done.stderr
    assert "wrong-source" in done.stdout
    assert _run(project, "report", "--html", "r.html", "--report-only").returncode == 0


def test_without_a_driver_the_report_says_that_nothing_was_verified(project: Path) -> None:
    """The registry and the pacts are shown; the exit is 3."""
    (project / "contracts.toml").write_text('pacts = "pacts"\n', encoding="utf-8")
    done = _run(project, "report", "--html", "r.html")
    assert done.returncode == 3
    assert "no driver is named" in done.stderr
    assert "Not verified in this report" in (project / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("arguments", "words"), [((), "nothing is asked for"), (("--html", "no/r.html"), "no/r.html")])
def test_wrong_use_says_what_to_do(project: Path, arguments: tuple[str, ...], words: str) -> None:
    """A missing option and a file that can't be written exit 2 with the next step."""
    done = _run(project, "report", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_github_hears_of_a_verification_beside_its_json(project: Path) -> None:
    """Annotations go to standard error, so that standard output stays one JSON document."""
    (project / "captures.ndjson").write_text("\n" * 2 + _capture(type="client_webinar_lost"), encoding="utf-8")
    files = {name: str(project / name.lower()) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    done = _run(
        project, "verify", EMITTER, "--output", "json",
        GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(project), CI="true", **files,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["violations"][0]["rule"] == "unknown-event"
    assert "file=captures.ndjson,line=3::" in done.stderr
    assert "unknown-event" in (project / "github_step_summary").read_text(encoding="utf-8")
    assert "violations=1\n" in (project / "github_output").read_text(encoding="utf-8")


def test_gitlab_gets_code_quality_where_a_job_asks(project: Path) -> None:
    """A job names the file once, for all of its commands; one that doesn't gets no file."""
    (project / "captures.ndjson").write_text(_capture(id="-"), encoding="utf-8")
    job = {"GITLAB_CI": "true", "CI": "true", "CI_PROJECT_DIR": str(project)}
    done = _run(project, "verify", EMITTER, **job)
    assert done.returncode == 1, done.stderr
    assert not list(project.glob("*quality*"))
    _run(project, "verify", EMITTER, CONTRACTS_CODE_QUALITY="gl-code-quality-report.json", **job)
    report = json.loads((project / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    (issue,) = [issue for issue in report if issue["severity"] == "major"]
    assert issue["location"]["path"] == "captures.ndjson"
    assert COMPLETED in issue["description"]


def test_sarif_is_written_where_asked(project: Path) -> None:
    """`--sarif` writes what code scanning reads; a file that can't be written is misuse."""
    (project / "captures.ndjson").write_text(_capture(id="-"), encoding="utf-8")
    assert _run(project, "verify", EMITTER, "--sarif", "found.sarif").returncode == 1
    (found,) = json.loads((project / "found.sarif").read_text(encoding="utf-8"))["runs"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in found["results"]]
    assert "captures.ndjson" in places
    assert _run(project, "verify", EMITTER, "--sarif", "nowhere/found.sarif").returncode == 2


def test_without_a_ci_nothing_else_is_written(project: Path) -> None:
    """A developer's working copy stays as it was."""
    before = sorted(project.rglob("*"))
    done = _run(project, "verify", EMITTER)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(project.rglob("*")) == before


def test_a_document_that_drifted_is_shown_at_its_line(project: Path) -> None:
    """GitHub shows a difference where the document makes its statement."""
    text = f"# Emitters\n\n## `{EMITTER}`\n\n- `{COMPLETED}`: planned, not implemented\n"
    (project / "doc.md").write_text(text, encoding="utf-8")
    done = _run(project, "drift", "doc.md", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(project))
    assert done.returncode == 1, done.stderr
    assert "::error title=drift,file=doc.md,line=5::" in done.stderr
