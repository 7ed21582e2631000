"""A thousand lies of a broker to every command that speaks to one: an exit code that is promised, and three lines."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.broker.retry import RetryPolicy
from contracts.cli.app import run
from tests.attacks.harmless import harms
from tests.attacks.lies import WHOLE, Enemy, Teller, a_lie
from tests.attacks.lying_broker import NO_LIE, Lie, LyingBroker, lying_broker
from tests.attacks.size import dice, sized
from tests.release.commands import emissions
from tests.release.project import CI_VARIABLES, COMPLETED, CONSUMER, ENTERED, TRACKER, make_project
from tests.release.stub_broker import http, stub_broker

LIES = sized(60, 1_000)
TIMEOUT = 20
TOKEN = "t0p-secret-value"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Command:
    """A command, and what the truth makes of it.

    Attributes:
        truth: its exit code where no lie is told.
        often: how often it is tried; those that drive an emitter or run tests take long.
    """

    words: tuple[str, ...]
    truth: int
    often: int = 4

    @property
    def writes(self) -> bool:
        """Does it change what a broker holds?"""
        return self.words[0].startswith(("record", "create", "publish", "doctor")) or "--publish" in self.words


VERIFY = ("verify", TRACKER, "--broker", "--captures")
COMMANDS = (
    Command(("can-i-deploy", TRACKER, "--version", "1.0", "--to-environment", "production"), 0, 8),
    Command(("can-i-deploy", TRACKER, "--version", "2.0", "--to-environment", "production"), 1, 12),
    Command(("can-i-deploy", TRACKER, "--version", "7.0", "--to-environment", "production", "--output", "json"), 1),
    Command(("can-i-deploy", CONSUMER, "--version", "c1", "--to-environment", "production"), 0),
    Command(("can-i-deploy", CONSUMER, "--version", "c2", "--to-environment", "test"), 1, 8),
    Command(("record-deployment", TRACKER, "--version", "1.0", "--to-environment", "test"), 0),
    Command(("record-release", TRACKER, "--version", "1.0", "--to-environment", "test"), 0),
    Command(("record-undeployment", TRACKER, "--environment", "production"), 0),
    Command(("record-support-ended", TRACKER, "--version", "2.0", "--environment", "test"), 0),
    Command(("create-environment", "staging"), 0),
    Command(("create-environment", "production", "--production", "--output", "json"), 0, 2),
    Command(("publish", "--version", "c9", "--branch", "main"), 0),
    Command(("promote", TRACKER, ENTERED), 1),
    Command(("evidence", TRACKER, "--version", "1.0"), 0),
    Command(("reverify", TRACKER, "--to-environment", "test"), 0),
    Command(("doctor",), 2),
    Command((*VERIFY, "good.ndjson", "--publish", "--version", "3.0", "--branch", "main"), 0, 1),
    Command((*VERIFY, "bad.ndjson", "--publish", "--version", "4.0", "--branch", "main", "--output", "json"), 1, 1),
    Command((*VERIFY, "bad.ndjson"), 1, 1),
)

DRIPS: Mapping[str, Teller] = {
    "byte": lambda _, truth: truth.sent() + b" " * 10_000,
    "continue": lambda _, __: b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000,
}
"""What is sent byte by byte, and goes on for longer than anybody waits."""


@dataclass
class Attacked:
    """A project, the truth that its broker knows, and what a command comes to when it is told something else."""

    folder: Path
    broker: LyingBroker
    enemy: Enemy
    capture: pytest.CaptureFixture[str]
    visitors: list[str]
    number: int = 0

    def told(self, command: Command, lie: Lie) -> tuple[int, str, str, float]:
        """Run a command while the broker lies; return its exit code, its outputs and its seconds."""
        if self.number == 0 or self.broker.is_written:
            self.number += 1
            database = self.folder.parent / f"{self.number}.sqlite"
            shutil.copy(self.folder / ".contracts/truth.sqlite", database)
            self.broker.holds(database)
        self.broker.lies(lie)
        self.capture.readouterr()
        began = time.monotonic()
        code = run([*command.words])
        out, err = self.capture.readouterr()
        return code, out, err, time.monotonic() - began


def _run(*words: str) -> None:
    assert run([*words]) in (0, 1), words


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with pacts, and a broker's file with two versions of everybody: one that holds and one that doesn't."""
    folder = make_project(tmp_path_factory.mktemp("attacked") / "project")
    shutil.copytree(ROOT / "pacts", folder / "pacts")
    emissions(folder / "good.ndjson", [COMPLETED])
    emissions(folder / "bad.ndjson", [COMPLETED], source="somebody-else")
    with pytest.MonkeyPatch.context() as patch:
        for name in CI_VARIABLES:
            patch.delenv(name, raising=False)
        patch.chdir(folder)
        patch.setattr("contracts.cli.publish.refuse_stale", lambda *_: None)
        for version in ("c1", "c2"):
            _run("publish", "--version", version, "--branch", "main")
        _run("create-environment", "production", "--production")
        _run("create-environment", "test")
        _run("record-deployment", CONSUMER, "--version", "c1", "--to-environment", "production")
        for version, captures in (("1.0", "good"), ("2.0", "bad")):
            _run(*VERIFY, f"{captures}.ndjson", "--publish", "--version", version, "--branch", "main")
        _run("record-deployment", TRACKER, "--version", "1.0", "--to-environment", "production")
        _run("record-release", TRACKER, "--version", "2.0", "--to-environment", "test")
    with sqlite3.connect(folder / ".contracts/broker.sqlite") as db:
        db.execute("VACUUM INTO ?", (str(folder / ".contracts/truth.sqlite"),))
    return folder


@pytest.fixture
def attacked(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Attacked]:
    """Let the project's commands speak to a lying broker, and have another server wait for what isn't its own."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(project)
    monkeypatch.setattr("contracts.cli.publish.refuse_stale", lambda *_: None)
    # As patient as ever, in less time.
    monkeypatch.setattr("contracts.broker.client.RetryPolicy", lambda: RetryPolicy(2, 0.001, 0.001))
    with stub_broker(http("200 OK", "{}")) as other, lying_broker(project / ".contracts/truth.sqlite") as broker:
        monkeypatch.setenv("PACT_BROKER_BASE_URL", broker.url)
        monkeypatch.setenv("PACT_BROKER_TOKEN", TOKEN)
        monkeypatch.setenv("CONTRACTS_BROKER_TIMEOUT", str(TIMEOUT))
        yield Attacked(project, broker, Enemy(other.url, TOKEN), capsys, other.requests)


def faults(code: int, out: str, err: str, seconds: float) -> Iterator[str]:
    """Yield what is wrong with how a command has ended."""
    said = out + err
    yield from harms(code, said)
    if TOKEN in said:
        yield "it prints the token"
    if seconds > TIMEOUT + 5:
        yield f"it takes {seconds:.1f} s"
    if code in (2, 4) and "NOT  " not in out:
        yield from _faults_of_words(out, err)


def _faults_of_words(out: str, err: str) -> Iterator[str]:
    """Yield what is wrong with the words of an error: what, where and next, in about three lines."""
    if out.startswith('{"error"'):
        lines = [str(value) for value in json.loads(out)["error"].values()]
    else:
        lines = err[max(err.find("error: "), 0) :].splitlines()
    if not 2 <= len(lines) <= 4:
        yield f"it says {len(lines)} lines of what is wrong"
    if max(map(len, lines), default=0) > 1000:
        yield "it says it at great length"


def test_the_truth_is_told(attacked: Attacked) -> None:
    """Without a lie every command comes to what it should, so that a lie is what changes it."""
    for command in COMMANDS:
        code, out, err, _ = attacked.told(command, NO_LIE)
        assert code == command.truth, (command, out, err)
        assert list(faults(code, out, err, 0)) == [], (command, out, err)


def test_no_lie_breaks_a_command_or_makes_a_yes(attacked: Attacked) -> None:
    """Whatever is answered: 0 to 4, what, where and next; and 0 only where something true was read."""
    thrown = dice("lying broker")
    wrong, codes, told = [], Counter[int](), 0
    for number in range(LIES):
        command = thrown.choices(COMMANDS, [command.often for command in COMMANDS])[0]
        lie, is_form = a_lie(thrown, attacked.enemy, writing=command.writes)
        code, out, err, seconds = attacked.told(command, lie)
        codes[code] += 1
        told += attacked.broker.told > 0
        found = list(faults(code, out, err, seconds))
        if attacked.visitors:
            found.append(f"it asks another host: {attacked.visitors}")
            attacked.visitors.clear()
        if code == 0 and is_form and attacked.broker.told and (command.truth != 0 or lie.swallows):
            found.append("it is a yes")
        if code == 0 and lie.kind in WHOLE and lie.when.startswith("always"):
            found.append("it is a yes, and nothing true was read")
        wrong += [
            f"{number}: {fault}: {lie.kind} {lie.when}: {command.words}\n{out[-800:]}\n{err[-1500:]}" for fault in found
        ]
    assert wrong == [], "\n".join([f"{len(wrong)} are wrong", *wrong[:12]])
    # Most of them were heard, and not everything is refused at the door.
    assert told > LIES * 0.6
    assert codes[4] > LIES / 5, codes
    assert codes[0] + codes[1] > LIES / 10, codes


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[-1]], ids=lambda one: one.words[0])
@pytest.mark.parametrize("drop", ["byte", "continue"])
def test_a_broker_that_drips_ends_a_command_in_its_time(
    attacked: Attacked, command: Command, drop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it drips, and after however many whole answers: the command ends when --broker-timeout says so."""
    monkeypatch.setenv("CONTRACTS_BROKER_TIMEOUT", "0.4")
    endless = Lie("drips", "later", lambda asked: asked.number >= 1, DRIPS[drop], drips=0.01)
    code, out, err, seconds = attacked.told(command, endless)
    assert (code, out) == (4, "")
    assert "in time" in err
    assert "--broker-timeout" in err
    assert list(faults(code, out, err, seconds)) == []
    assert seconds < 5
