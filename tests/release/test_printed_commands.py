"""Nothing that a command prints as the next step ends with 2 or 4 when it is typed as it stands."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

import contracts as package
from contracts.cli.app import contracts
from contracts.project.settings import Settings
from tests.release.commands import Cli, Done, emissions
from tests.release.project import (
    COMPLETED,
    CONSUMER,
    CRM,
    ENTERED,
    STATUSES,
    TRACKER,
    add_consumer_tests,
    registry_toml,
)

COMMANDS = contracts.list_commands(click.Context(contracts))
_PRINTED = re.compile(r"(?<![\w./\[-])contracts (?P<name>[a-z][a-z-]*)(?P<rest>(?:(?! and )[^;,()`\n>])*)")
ANY = "en"
"""Stands for what a sentence fills in: a name, a version, a language."""


def commands_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that a text asks for, with their arguments: up to a comma, a bracket or an `and`."""
    for found in _PRINTED.finditer(text):
        if found["name"] in COMMANDS:
            yield found["name"], shlex.split(found["rest"].strip().rstrip(".:"))


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module but for its docstrings, what is filled in replaced; with their lines."""
    tree = ast.parse(source)
    inside = {id(part) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for part in ast.walk(text)}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else ANY for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | docstrings:
            yield node.lineno, node.value


def faults(source: str) -> list[str]:
    """Return what is wrong with the commands that a module prints: an unknown option, a missing argument."""
    wrong = []
    for line, text in sentences(source):
        for name, arguments in commands_in(text):
            command = contracts.get_command(click.Context(contracts), name)
            assert command is not None
            try:
                command.make_context(name, list(arguments))
            except click.UsageError as error:
                wrong.append(f"{line}: contracts {name} {shlex.join(arguments)}: {error.format_message()}")
    return wrong


FILES = sorted(file for file in Path(package.__file__).parent.rglob("*.py") if "next_steps" not in file.name)


def test_every_command_in_a_sentence_can_be_typed() -> None:
    """No option that doesn't exist, no argument that is left to be guessed, in all that the toolkit can print."""
    found = {str(file): faults(file.read_text(encoding="utf-8")) for file in FILES}
    assert {file: wrong for file, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("contracts publish", False),
        ("contracts capture and commit the pacts", False),
        ("contracts verify {emitter} --broker --publish, deploy it", False),
        ("contracts verify --broker --publish", True),
        ("contracts can-i-deploy {emitter} --environment {place}", True),
        ("contracts demote {emitter} {event}", True),
    ],
)
def test_a_planted_command_is_found(text: str, is_wrong: bool) -> None:
    """The search itself can fail: a missing name, an option of another command, a reason that is left out."""
    assert bool(faults(f"TEXT = f{text!r}")) is is_wrong


def git(root: Path, *arguments: str) -> str:
    """Run git in a project, as somebody."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(own_cli: Cli, settings: Settings) -> Cli:
    """Return the commands in a checkout of service and emitters in one, with captured pacts, an empty broker."""
    root = settings.root
    (root / ".git").rmdir()
    add_consumer_tests(root)
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    for emitter in (TRACKER, CRM):
        with (root / "contracts.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[emitters.{emitter}]\ncaptures = "{emitter}.ndjson"\n')
        emissions(root / f"{emitter}.ndjson", (COMPLETED,), source=emitter)
    (root / ".gitignore").write_text(".contracts/\n__pycache__/\n*.json.new\nverification.json\n", encoding="utf-8")
    assert own_cli("capture").code == 0
    git(root, "init", "--quiet")
    commit(root)
    return own_cli


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "a step")


@contextmanager
def checked_out(root: Path, arguments: list[str]) -> Iterator[None]:
    """Type a command that names a version where that version is checked out, as the printed line says."""
    if "--version" not in arguments:
        yield
        return
    git(root, "checkout", "--quiet", "--detach", arguments[arguments.index("--version") + 1])
    yield
    git(root, "checkout", "--quiet", "-")


def next_line(done: Done) -> str:
    """Return what a command says comes next; empty where it says nothing."""
    lines = [line.strip() for line in f"{done.out}\n{done.err}".splitlines()]
    return next((line.removeprefix("next: ") for line in reversed(lines) if line.startswith("next: ")), "")


def obey(cli: Cli, done: Done) -> list[Done]:
    """Type what was printed, alternatives (after `; or`) left out; none of it may be wrong use or a broker's no."""
    results = []
    for name, arguments in commands_in(next_line(done).split("; or ")[0]):
        results.append(cli(name, *arguments))
        assert results[-1].code not in (2, 4), (name, arguments, results[-1])
    return results


@pytest.mark.parametrize("place", ["production", "staging"])
@pytest.mark.parametrize("name", [TRACKER, CRM, CONSUMER])
def test_who_obeys_gets_to_a_yes(checkout: Cli, name: str, place: str) -> None:
    """From an empty broker, typing what each output said: a yes within ten steps, and its deployment recorded."""
    asked = ("can-i-deploy", name, "--to-environment", place)
    done = checkout(*asked)
    assert done.code == 2
    assert next_line(done) == f"contracts create-environment {place}"
    steps = 0
    while "can be released" not in done.out or done.code != 0:
        steps += 1
        assert steps <= 10, done
        last = obey(checkout, done)
        assert last, done
        # What was typed may say more than the question: its own next step comes first.
        unposted = last[-1].code == 3 or (last[-1].code == 0 and "can be released" in last[-1].out)
        done = last[-1] if unposted and next_line(last[-1]) else checkout(*asked)
    (recorded,) = obey(checkout, done)
    assert recorded.code == 0
    assert "is recorded as deployed" in recorded.out


def test_a_version_that_the_broker_lacks_gets_known_by_what_is_printed(checkout: Cli, settings: Settings) -> None:
    """`record-deployment` says how: the service by publishing, an emitter by a verification."""
    assert checkout("create-environment", "production").code == 0
    head = git(settings.root, "rev-parse", "HEAD")
    for name in (CONSUMER, TRACKER, CRM):
        asked = ("record-deployment", name, "--version", head, "--to-environment", "production")
        refused = checkout(*asked)
        assert refused.code == 4
        obey(checkout, refused)
        assert checkout(*asked).code == 0


def test_a_fault_that_is_mended_as_printed_ends_in_a_yes(checkout: Cli, settings: Settings) -> None:
    """The emitter states another event than it should: a no that names the fault, mended in a new commit."""
    root = settings.root
    emissions(root / f"{TRACKER}.ndjson", (ENTERED,))
    commit(root)
    asked = ("can-i-deploy", TRACKER, "--to-environment", "production")
    assert checkout("create-environment", "production").code == 0
    assert checkout("publish").code == 0
    (failed,) = obey(checkout, checkout(*asked))
    assert failed.code == 1
    no = checkout(*asked)
    assert f"{COMPLETED} (not-emitted)" in no.out
    assert next_line(no).startswith(f"mend {TRACKER}, then in {TRACKER}'s checkout: contracts verify")
    emissions(root / f"{TRACKER}.ndjson", (COMPLETED,))
    commit(root)
    (mended,) = obey(checkout, no)
    assert mended.code == 0
    assert checkout(*asked).code == 0


def test_a_promotion_prints_what_leads_through_it(checkout: Cli, settings: Settings) -> None:
    """Every command of a refusal and of the five steps can be typed, in its order, up to the service's new version."""
    root = settings.root
    for name in (TRACKER, CONSUMER):
        assert checkout("create-environment", "production").code == 0
        assert checkout("publish").code == 0
        assert checkout("verify", TRACKER, "--broker", "--publish").code == 0
        assert checkout("record-deployment", name, "--to-environment", "production").code == 0
    refused = checkout("promote", TRACKER, ENTERED)
    assert refused.code == 1
    emissions(root / f"{TRACKER}.ndjson", (COMPLETED, ENTERED))
    commit(root)
    done = obey(checkout, Done(1, "", refused.err.split("; --force")[0]))
    assert [one.code for one in done] == [0, 0]
    promoted = checkout("promote", TRACKER, ENTERED)
    assert promoted.code == 0, promoted.err
    commit(root)
    for line in promoted.out.split("next, in this order:")[1].splitlines():
        for name, arguments in commands_in(line.split("(")[0]):
            with checked_out(root, arguments):
                step = checkout(name, *arguments)
            assert step.code not in (2, 4), (name, arguments, step)
    assert checkout("can-i-deploy", CONSUMER, "--to-environment", "production").code == 0
