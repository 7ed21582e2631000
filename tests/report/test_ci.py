"""What GitHub and GitLab are told, and that nothing is said elsewhere."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Where
from contracts.model.verdict import Verdict, Verification
from contracts.report.annotations import annotate, complaint, inside, registry_places
from contracts.report.ci import Writing, ci_writings, deliver, in_ci
from contracts.report.console import render_verification
from contracts.report.github import SUMMARY_BYTES, job_summary, output_file, workflow_commands
from contracts.report.gitlab import code_quality
from tests.report.examples import COMPLETED, ENTERED, HOSTILE, domain, finding, green, pair, red, run

ROOT = Path(__file__).parents[2]

FILE = "gl-code-quality-report.json"


def _commands(*runs: Verification) -> list[str]:
    return list(workflow_commands(annotate(runs, registry_places(domain()))))


def _write(runs: list[Verification], environ: dict[str, str]) -> tuple[Writing, ...]:
    return ci_writings(runs, domain(), markdown=lambda: "# summary\n", environ=environ)


def _outputs(text: str) -> dict[str, str]:
    """Read a GITHUB_OUTPUT file as the runner does."""
    values, lines = {}, iter(text.split("\n"))
    for line in lines:
        if match := re.match(r"([^=<]+)<<(.+)", line):
            held = []
            while (inner := next(lines)) != match[2]:
                held.append(inner)
            values[match[1]] = "\n".join(held)
        elif line:
            name, _, value = line.partition("=")
            values[name] = value
    return values


def test_annotations_stand_at_the_finding_s_place_or_the_registry_s_line() -> None:
    """A finding with a place is shown there; one without at its pair in the registry."""
    commands = _commands(run(pair(Verdict.FAILED, finding(where=Where("captures.ndjson", 7)), finding("id-reused"))))
    assert "file=captures.ndjson,line=7" in commands[0]
    line = next(
        number
        for number, text in enumerate(domain().registry_file.read_text(encoding="utf-8").splitlines(), 1)
        if text.endswith(f".events.{COMPLETED}]")
    )
    assert commands[1].startswith("::error title=")
    assert f"emitters.toml,line={line}::" in commands[1]


def test_planned_pairs_are_notices_and_notes_are_warnings() -> None:
    """What fails no run is no error; a strict run makes a ready pair one."""
    kinds = [command.split(" ", 1)[0] for command in _commands(green())]
    assert kinds == ["::warning", "::notice", "::notice"]
    strict = run(pair(Verdict.PENDING, event=ENTERED, ready=True), strict_pending=True)
    assert [command.split(" ", 1)[0] for command in _commands(strict)] == ["::error"]


def test_a_pair_without_a_verdict_is_an_error_even_without_findings() -> None:
    """A harness that broke isn't passed over."""
    (command,) = _commands(run(pair(Verdict.ERROR)))
    assert command.startswith("::error ")
    assert "no verdict" in command


@given(st.text())
def test_no_text_breaks_out_of_its_command(text: str) -> None:
    """Whatever an emitter sent, each command is one line, and its properties end where ours do."""
    commands = _commands(run(pair(Verdict.FAILED, finding(text, text, where=Where(f"{text}.ndjson", 1)))))
    assert len(commands) == 1
    head = commands[0].removeprefix("::error ").split("::", 1)[0]
    assert [part.split("=", 1)[0] for part in head.split(",")] == ["title", "file", "line"]
    assert "\n" not in commands[0]
    assert "\r" not in commands[0]


def test_percent_and_line_ends_come_back_as_they_were() -> None:
    """The escapes are those that GitHub's runner undoes."""
    (command,) = _commands(run(pair(Verdict.FAILED, finding(message="50%0A: a, b\nsecond"))))
    assert command.endswith("::50%250A: a, b%0Asecond")


@pytest.mark.parametrize(("count", "shown", "more"), [(10, 10, None), (11, 10, "2 more"), (40, 10, "31 more")])
def test_ten_a_level_and_the_rest_is_counted(count: int, shown: int, more: str | None) -> None:
    """GitHub shows ten annotations a level and step: the tenth says how many are missing."""
    commands = _commands(run(pair(Verdict.FAILED, *(finding() for _ in range(count)))))
    assert len(commands) == shown
    assert (more is None) or (more in commands[-1])


def test_outputs_can_not_be_forged() -> None:
    """A value of several lines that looks like another output stays one value."""
    hostile = "a\nsuccess=true\nend-0\nx<<EOF\n"
    assert _outputs(output_file({"success": "false", "failed-pairs": hostile})) == {
        "success": "false",
        "failed-pairs": hostile,
    }


@given(st.text(alphabet=st.sampled_from("a=<\nE\r")))
def test_any_output_is_read_back(text: str) -> None:
    """What is written is what the runner reads."""
    assert _outputs(output_file({"value": text})) == {"value": text}


def test_a_summary_over_the_limit_is_cut_between_lines() -> None:
    """GitHub drops a summary over 1 MiB whole, so the rest is left out and that is said."""
    line = "вебинар " * 10 + "\n"
    cut = job_summary(line * 20_000)
    assert len(cut.encode()) <= SUMMARY_BYTES
    assert cut.startswith(line)
    assert cut.rstrip().endswith("a job summary holds 1 MiB.")
    assert job_summary(line) == line
    assert job_summary(line * 3, room=10) == ""


def test_github_is_told_everything_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GitHub's variables there are annotations, a summary and outputs; each command's paths are the checkout's."""
    monkeypatch.chdir(tmp_path)
    files = {name: tmp_path / name.lower() for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    files["GITHUB_STEP_SUMMARY"].write_text("before\n", encoding="utf-8")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path.parent)}
    writings = _write([red("words")], environ | {name: str(file) for name, file in files.items()})
    stderr = io.StringIO()
    deliver(writings, stderr)
    assert f"file={tmp_path.name}/captures.ndjson,line=3::" in stderr.getvalue()
    assert files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8") == "before\n# summary\n"
    values = _outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
    assert (values["success"], values["failed"], values["violations"]) == ("false", "1", "1")
    assert values["failed-pairs"] == f"client-webinar-tracker-v2 {COMPLETED}"


def test_gitlab_gets_its_code_quality_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file lies where it was asked for, and each issue has what GitLab asks for."""
    monkeypatch.chdir(tmp_path)
    environ = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(tmp_path), "CONTRACTS_CODE_QUALITY": FILE}
    deliver(_write([red("words")], environ), io.StringIO())
    issues = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
        assert not Path(issue["location"]["path"]).is_absolute()
    assert {"path": "captures.ndjson", "lines": {"begin": 3}} in [issue["location"] for issue in issues]


def test_a_second_command_of_the_job_keeps_what_the_first_found(tmp_path: Path) -> None:
    """GitLab takes one file a job: later commands add to it, and what is found again is there once."""
    environ = {"CI_PROJECT_DIR": str(tmp_path), "CONTRACTS_CODE_QUALITY": str(tmp_path / FILE)}
    for runs in ([red()], [run(pair(Verdict.FAILED, finding("lost-fact")), emitter="another")], [red()]):
        deliver(_write(runs, environ), io.StringIO())
    names = [issue["check_name"] for issue in json.loads((tmp_path / FILE).read_text(encoding="utf-8"))]
    assert names.count("wrong-fact") == 1
    assert "lost-fact" in names
    (tmp_path / FILE).write_text("{torn", encoding="utf-8")
    deliver(_write([red()], environ), io.StringIO())
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))


def test_no_file_appears_unasked(tmp_path: Path) -> None:
    """A GitLab job that asks for no report gets none; one on GitHub that asks gets it beside its annotations."""
    assert _write([red()], {"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": str(tmp_path)}) == ()
    file = tmp_path / "quality.json"
    both = _write([red()], {"GITHUB_ACTIONS": "true", "CONTRACTS_CODE_QUALITY": str(file)})
    assert [writing.file for writing in both] == [None, file]


def test_other_checks_are_shown_at_their_line(tmp_path: Path) -> None:
    """What lint or capture found is an error at its place; without a verification there are no outputs."""
    found = complaint("fact-key", "50%: it is no key", Where(str(tmp_path / "events.py"), 7), "name the key")
    environ = {"GITHUB_ACTIONS": "1", "GITHUB_WORKSPACE": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "out")}
    (writing,) = ci_writings((), domain(), markdown=lambda: "", others=[found], environ=environ)
    assert writing.file is None
    assert writing.text == "::error title=fact-key,file=events.py,line=7::50%25: it is no key%0Anext: name the key\n"


def test_fingerprints_are_unique_and_stable() -> None:
    """The same findings at other lines and with other values have the same fingerprints; each has its own."""

    def fingerprints(message: str, line: int) -> list[str]:
        found = tuple(finding(message=message, where=Where("c.ndjson", line + n), actual=message) for n in range(3))
        annotations = annotate([run(pair(Verdict.FAILED, *found, finding("id-reused")))], registry_places(domain()))
        return [issue["fingerprint"] for issue in json.loads(code_quality(annotations, elsewhere=Where("r.toml")))]

    first = fingerprints("one", 1)
    assert len(set(first)) == 4
    assert fingerprints("two", 50) == first


def test_without_a_ci_nothing_is_written() -> None:
    """On a developer's machine nothing is said; an empty or false variable is none."""
    for environ in ({}, {"CI": "true"}, {"GITHUB_ACTIONS": "", "CONTRACTS_CODE_QUALITY": ""}):
        assert _write([red()], environ) == ()
    assert in_ci({"CI": "1"})
    assert not in_ci({"CI": "false"})


def test_a_place_outside_the_checkout_is_left_out(tmp_path: Path) -> None:
    """GitHub can't show a file that isn't in the repository."""
    assert inside(Where("/elsewhere/file", 3), tmp_path, tmp_path) is None
    assert inside(Where("../x", 3), tmp_path / "a", tmp_path / "a") is None
    assert inside(Where("../x", 3), tmp_path, tmp_path / "a") == Where("x", 3)
    assert inside(None, tmp_path, tmp_path) is None


def test_what_can_not_be_written_is_said(tmp_path: Path) -> None:
    """A summary file that can't be written doesn't break the run."""
    stderr = io.StringIO()
    hostile = tmp_path / "missing\x1b[31m\n::add-mask::x" / "file"
    deliver([Writing("x", tmp_path / "missing" / "file", append=True), Writing("x", hostile)], stderr)
    first, second, rest = stderr.getvalue().partition("warning: ")[2].partition("warning: ")
    assert "can't be written: No such file or directory" in first
    assert (second, "can't be written: No such file or directory" in rest) == ("warning: ", True)
    assert "\x1b" not in rest
    assert "\n::" not in rest


@pytest.mark.parametrize("command", ["::add-mask::passed", "##[add-mask]passed", "x\n  ::stop-commands::x"])
def test_the_log_gives_the_runner_no_commands(command: str) -> None:
    """A finding's text in the log is no workflow command: no line starts with one, and the old form is broken."""
    shown = render_verification(red(f"first\n{command} {HOSTILE}"))
    assert not any(line.strip().startswith("::") for line in shown.splitlines())
    assert "##[" not in shown
