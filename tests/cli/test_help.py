"""What `--help` promises: every command, with an example that works."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from contracts.cli import record_commands
from contracts.cli.app import contracts as group
from tests.cli.process import ROOT, TRACKER, capture_line, contracts
from tests.verification.support import ENTERED, message

CLI = ROOT / "contracts" / "cli"
NOT_COMMANDS = {
    "__init__",
    "__main__",
    "app",
    "command_group",
    "completions",
    "ending",
    "init_repository",
    "options",
    "output",
    "signals",
    "streams",
}
SERVERS = {
    "contracts broker serve --port 9292": "serves until it is interrupted, on a port that may be taken",
    "contracts sink --listen 127.0.0.1:8099 --out captures.ndjson --respond 503,202": "likewise",
    "contracts broker push --to https://broker.example": "speaks to a broker that stands elsewhere",
}
"""Examples that aren't run here; their commands are, by tests of their own."""

STORY = (
    "contracts capture",
    "contracts capture --check",
    "contracts publish",
    "contracts create-environment",
    "contracts record-deployment",
    "contracts broker backup",
    "contracts broker clean",
    "contracts verify client-webinar-tracker-v2 --captures captures.ndjson --output json",
    "contracts verify client-webinar-tracker-v2 --captures captures.ndjson --broker",
    "contracts can-i-deploy",
    "contracts evidence",
    "contracts reverify",
    "contracts record-release",
    "contracts promote",
    "contracts demote",
    "contracts record-support-ended",
    "contracts record-undeployment",
)
"""Examples that follow from each other, by their beginnings; the others come before them."""


def commands(command: click.Command = group, path: str = "contracts") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that it is called by."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from commands(child, f"{path} {name}")


def examples() -> list[str]:
    """Return every example of every command's help, in an order in which they work."""
    lines = [line.strip() for _, command in commands() for line in (command.help or "").splitlines()]
    found = [line for line in lines if line.startswith("contracts ") and line not in SERVERS]
    if shutil.which("npm") is None:
        found = [line for line in found if not line.endswith("-- npm test")]
    return sorted(found, key=_chapter)


def _chapter(line: str) -> int:
    return max((number for number, start in enumerate(STORY) if line.startswith(start)), default=-1)


def test_the_help_lists_exactly_the_commands_that_have_a_file() -> None:
    """No command is promised before it works, and none works in secret."""
    names = {file.stem for file in CLI.glob("*.py")} - NOT_COMMANDS
    files = {name.replace("_", "-") for name in names if not name.endswith("_options")} - {"record-commands"}
    # What is recorded of a version's whereabouts is one idea, so that one file holds its four commands.
    files |= {one.name for one in vars(record_commands).values() if isinstance(one, click.Command) and one.name}
    shown = contracts("--help").text.partition("Commands:\n")[2]
    listed = {line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line[2] != " "}
    assert listed == files


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_command_explains_itself_with_an_example(path: str) -> None:
    """Its help works, is made of whole words, and shows a call of this very command."""
    done = contracts(*path.split()[1:], "--help")
    assert done.code == 0
    assert done.err == b""
    assert done.text.startswith(f"Usage: {path} ")
    _, _, shown = done.text.partition("Example")
    assert any(line.strip().startswith(path) for line in shown.splitlines()), "no example"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project as a checkout of its own, with captures of both live events."""
    folder = tmp_path_factory.mktemp("examples") / "project"
    folder.mkdir()
    for name in ("contracts", "consumer_tests", "pacts", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "provider_tests").mkdir()
    for file in (ROOT / "provider_tests").glob("*.py"):
        shutil.copy(file, folder / "provider_tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "package.json").write_text('{"scripts": {"test": "true"}}')
    (folder / "captures.ndjson").write_bytes(capture_line(message()) + capture_line(message(ENTERED)))
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "Begin")):
        subprocess.run([*git, *arguments], cwd=folder, check=True, timeout=60)
    return folder


def test_every_example_works(project: Path) -> None:
    """In a copy of the project, one after the other, with the embedded broker: each exits 0."""
    lines = examples()
    assert len(lines) > 20
    for line in lines:
        call, _, file = line.partition(" > ")
        done = contracts(*shlex.split(call)[1:], cwd=project, env={"PYTHONPATH": str(project)})
        assert done.code == 0, f"{line}\n{done.text}\n{done.errors}"
        if file:
            (project / file).parent.mkdir(parents=True, exist_ok=True)
            (project / file).write_bytes(done.out)
        if "--captures captures.ndjson --output json" in line:
            (project / "verification.json").write_bytes(done.out)
    assert 'client_webinar_entered]\nstatus = "implemented"' in _registry(project)
    assert f'[emitters.{TRACKER}.events.client_webinar_completed]\nstatus = "planned"' in _registry(project)


def _registry(project: Path) -> str:
    return (project / "contracts/webinar/emitters.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("matrxi",), "did you mean 'matrix'?"),
        (("deploy",), "did you mean 'can-i-deploy'?"),
        (("verify", TRACKER, "--capture", "x"), "--captures"),
        (("verify", TRACKER, "--outptu", "json"), "--output"),
        (("matrix", "--ouput", "json"), "--output"),
        (("verify", "client-webinar-tracker"), "did you mean 'client-webinar-tracker-v2'?"),
        (("explain", "wrong-fcat"), "did you mean 'wrong-fact'?"),
        (("explain", TRACKER, "client_webinar_entred"), "did you mean 'client_webinar_entered'?"),
        (("broker", "server"), "did you mean 'serve'?"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_name(arguments: tuple[str, ...], hint: str) -> None:
    """Commands, options, emitters, rules and events: exit 2, on stderr, with what to do next."""
    done = contracts(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert hint in done.errors.replace("Did you", "did you")
    assert "next:" in done.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ("matrix", "--output", "json", "--no"),
        ("matrix", "--output=json", "extra"),
        ("matrix", "-o", "json", "-x"),
        ("matrix", "-ojson", "--no"),
        ("verify", "nobody", "--output", "json"),
        ("verify", "--output", "json"),
        ("verify", TRACKER, "--captures", "a", "--python", "b:c", "--output", "json"),
        ("verify", TRACKER, "--captures", "/dev/null", "--pacts", "/nowhere", "--output", "json"),
        ("nothing", "--output", "json"),
    ],
)
def test_with_json_an_error_is_the_one_document(arguments: tuple[str, ...]) -> None:
    """On stdout, with what, where, next and the steps; stderr stays empty."""
    done = contracts(*arguments)
    assert (done.code, done.err) == (2, b"")
    error = done.document["error"]
    assert list(error) == ["what", "where", "next", "steps"]
    assert error["what"]
    assert error["next"]


def test_the_last_output_that_is_asked_for_counts() -> None:
    """As for any option that is said twice; what follows `--` is no option."""
    assert b"error:" in contracts("matrix", "-o", "json", "-o", "table", "--no").err
    assert b"error:" in contracts("matrix", "--", "-o", "json").err


def test_contracts_alone_shows_its_help_and_exits_2() -> None:
    """Nothing was asked for; nothing comes on stdout."""
    done = contracts()
    assert (done.code, done.out) == (2, b"")
    assert "Commands:" in done.errors
    assert "needs to be told what to do" in done.errors


def test_the_version() -> None:
    """Of the distribution."""
    assert contracts("--version").text.startswith("webinar-contracts ")
