"""The reference says what the code says: generated pages are as generated, the others name what there is."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from contracts.cli.init_repository import consumer_command
from contracts.cli.provider_ci import command
from contracts.emitters.parts.capture_line import CaptureRefusedError, read_capture, write_capture
from contracts.errors import ExitCode, MisuseError
from contracts.model.emission import Answered, Commit, Emission, Trigger
from contracts.project.settings import load_settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
VARIABLE = re.compile(r"_?[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
READ_BY_CLICK = {
    "_CONTRACTS_COMPLETE",
    "CONTRACTS_PYTHON",
    *(str(one.envvar) for one in (*command.params, *consumer_command.params) if isinstance(one, click.Option)),
}


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def _first_column(text: str, heading: str) -> list[str]:
    """Return what stands in backticks in the first column of the table that `heading` opens."""
    rows = text.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def _generate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docs.reference.generate", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": f"{cwd}:{ROOT}", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_the_generated_pages_are_as_generated() -> None:
    """Commands, rules and types on the page are those of the code; `python -m docs.reference.generate` writes them."""
    done = _generate("--check", cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_stale_page_is_told_and_mended(tmp_path: Path) -> None:
    """The check can fail, and says what to do."""
    folder = tmp_path / "docs" / "reference"
    folder.mkdir(parents=True)
    (folder / "generate.py").write_bytes((REFERENCE / "generate.py").read_bytes())
    (folder / "rules.md").write_text(_page("rules.md").replace("wrong-fact", "wrong-fast"), encoding="utf-8")
    for name in ("commands.md", "broker-differences.md", "types.md"):
        (folder / name).write_text(_page(name), encoding="utf-8")
    stale = _generate("--check", cwd=tmp_path)
    assert stale.returncode == 1
    assert stale.stdout == "stale: docs/reference/rules.md\nnext: python -m docs.reference.generate\n"
    assert _generate(cwd=tmp_path).stdout == "wrote: docs/reference/rules.md\n"
    assert _generate("--check", cwd=tmp_path).returncode == 0


def test_the_settings_are_those_that_are_read(tmp_path: Path) -> None:
    """The reader's own list of keys is the page's, in its order."""
    (tmp_path / "contracts.toml").write_text("nothing = 1\n", encoding="utf-8")
    with pytest.raises(MisuseError) as refused:
        load_settings(tmp_path)
    listed = ", ".join(_first_column(_page("settings.md"), "key"))
    assert refused.value.next_step == f"the settings are {listed}"


def test_the_exit_codes_are_those_that_there_are() -> None:
    """One row a code."""
    rows = re.findall(r"^\| (\d) \|", _page("exit-codes.md"), re.MULTILINE)
    assert [int(code) for code in rows] == [code.value for code in sorted(ExitCode)]


def test_the_keys_of_a_capture_are_those_that_are_written_and_read() -> None:
    """A capture in full has the page's keys and no other; two of them it can't do without."""
    page = _page("captures.md")
    commit = Commit(id="4f2a9c1", clean=True)
    full = Emission({}, b"", response=Answered(status=202), trigger=Trigger(event="e"), commit=commit, transport="http")
    written = json.loads(write_capture(full))
    assert sorted(_first_column(page, "key")) == sorted(written)
    assert sorted(_first_column(page, "key of `trigger`")) == sorted(written["trigger"])
    assert sorted(_first_column(page, "key of `commit`")) == sorted(written["commit"])
    required = set()
    for dropped in written:
        try:
            read_capture(json.dumps({key: written[key] for key in written if key != dropped}).encode())
        except CaptureRefusedError:
            required.add(dropped)
    assert required == {"headers", "body"}


def _variables_read() -> set[str]:
    """Return the names in the modules that look at the environment, and in the WordPress recorder."""
    found = set()
    for file in (ROOT / "contracts").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {getattr(node, "attr", getattr(node, "id", None)) for node in ast.walk(tree)}
        # What a web server is handed under that name (WSGI) are no variables of the process.
        if "environ" in names and "embedded" not in file.parts:
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            found |= {text for text in texts if isinstance(text, str) and VARIABLE.fullmatch(text)}
    for file in (ROOT / "contracts" / "emitters" / "recorder").glob("*.php"):
        found |= set(re.findall(r"getenv\( '(\w+)' \)", file.read_text(encoding="utf-8")))
    return found


def test_the_variables_are_those_that_are_read() -> None:
    """Every variable that the package reads is on the page, and the page names no other."""
    read = _variables_read()
    quoted = re.findall(r"`([^`\n]+)`", _page("variables.md"))
    listed = {name for name in quoted if VARIABLE.fullmatch(name)} - {"HEAD"}
    assert {name for name in read if "_" in name} <= listed
    assert listed <= read | READ_BY_CLICK


def test_the_evidence_that_is_named_is_there() -> None:
    """Each test that the explanation names exists, in the file that it links to."""
    page = (ROOT / "docs" / "explanation" / "why-not-pact-alone.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\.\./\.\./(tests/\S+?\.py)", page))
    texts = [(ROOT / file).read_text(encoding="utf-8") for file in linked]
    there = {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 5
    assert named <= there
