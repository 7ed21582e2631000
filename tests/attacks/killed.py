"""Commands that are killed, and what has to hold of what they leave behind."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from os import killpg
from pathlib import Path
from typing import Any

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient, client_for
from contracts.broker.embedded import URL
from contracts.broker.embedded.inprocess import session_for
from contracts.broker.environments import environment, placements
from contracts.broker.version_matrix import results_matrix
from contracts.testing.project import Project
from tests.audit.support import event, lines
from tests.cli.process import TIME_LIMIT, Done, command, contracts
from tests.cli.process import environment as variables
from tests.project.checkouts import Checkout
from tests.release.commands import emissions
from tests.release.project import COMPLETED, CONSUMER, ENTERED, TRACKER, add_consumer_tests, make_project

PROMOTED = ("promote", TRACKER, ENTERED, "--evidence", "../verification.json")


@dataclass(frozen=True)
class Act:
    """A command that is killed.

    Attributes:
        world: the folder that it begins in, a copy a kill.
        holds: is what it does there, whole?
        finished: exit codes of the next one, which finishes what was begun or finds that nothing is to be done.
    """

    words: tuple[str, ...]
    world: str
    holds: Callable[[Path, Done], bool]
    finished: tuple[int, ...] = (0,)


def killed(words: tuple[str, ...], folder: Path, after: float) -> Done:
    """Run a command, and end its whole process tree at once after some seconds."""
    process = subprocess.Popen(
        command(*words), cwd=folder, env=variables(), start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        try:
            out, err = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate(timeout=TIME_LIMIT)
    return Done(process.returncode, out, err)


def broker(folder: Path) -> BrokerClient:
    """Return the client of a project's own broker."""
    return client_for(BrokerAccess(URL), session_for(folder / ".contracts/broker.sqlite"))


def torn(folder: Path) -> list[str]:
    """Return the files of a project that are no longer whole."""
    found = []
    for file in folder.rglob("*.json"):
        try:
            json.loads(file.read_bytes())
        except ValueError:
            found.append(str(file))
    for file in folder.rglob("*.sqlite"):
        with sqlite3.connect(file) as db:
            found += [str(file)] if db.execute("PRAGMA integrity_check").fetchone() != ("ok",) else []
        db.close()
    return found


def tree(folder: Path) -> Mapping[str, bytes]:
    """Return the registry and the pacts."""
    files = (folder / "emitters.toml", *(folder / "pacts").rglob("*.json"))
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(files)}


def told(done: Done) -> Any:
    """Return all that an audit tells of the traffic."""
    return {key: value for key, value in json.loads(done.out).items() if key not in ("files", "partial", "waiting")}


def _published(folder: Path, _: Done) -> bool:
    client = broker(folder)
    url = client.link("pb:publish-pact", provider=TRACKER, consumer=CONSUMER, consumerApplicationVersion="c9")
    return client.find(url, doing="looking") is not None


def _posted(version: str, consumer_version: str) -> Callable[[Path, Done], bool]:
    def holds(folder: Path, _: Done) -> bool:
        rows = results_matrix(broker(folder), CONSUMER, TRACKER, version, consumer_version=consumer_version).rows
        return any(row.success is True and row.emitter_version == version for row in rows)

    return holds


def _deployed(folder: Path, _: Done) -> bool:
    client = broker(folder)
    return any(one.version == "p1" for one in placements(client, environment(client, "test"), TRACKER))


def acts(expected: Mapping[str, Any]) -> Mapping[str, Act]:
    """Return the commands that are killed.

    Args:
        expected: what the world comes to where nobody kills anything, by the act's name; filled as it is known.
    """
    verify = ("verify", TRACKER, "--captures", "../sent.ndjson", "--broker", "--publish", "--branch", "main")
    return {
        "deploying": Act(
            ("record-deployment", TRACKER, "--version", "p1", "--to-environment", "test"), "begun", _deployed,
        ),
        "auditing": Act(
            ("audit", "../log.ndjson", "--state", "state", "--workers", "2", "--output", "json"), "begun",
            lambda _, done: done.code != 0 or told(done) == expected["auditing"],
        ),
        "posting": Act((*verify, "--version", "p9"), "begun", _posted("p9", "c1")),
        "publishing": Act(("publish", "--version", "c9", "--branch", "main"), "begun", _published),
        "capturing": Act(("capture",), "stale", lambda folder, _: tree(folder) == expected["capturing"]),
        "promoting": Act(PROMOTED, "begun", lambda folder, _: tree(folder) == expected["promoting"], (0, 2)),
        "judging again": Act(("reverify", "--to-environment", "production"), "promoted", _posted("p1", "c2")),
    }  # fmt: skip


def worlds(folder: Path) -> None:
    """Make the folders that the acts begin in: a released contract, one with a promotion, and one to be captured."""
    emissions(folder / "sent.ndjson", [COMPLETED, ENTERED])
    (folder / "log.ndjson").write_bytes(lines(*map(event, range(6_000))))
    begun = make_project(folder / "begun")
    add_consumer_tests(begun)
    (begun / ".gitignore").write_text(".contracts/\n__pycache__/\n", encoding="utf-8")
    (begun / ".git").rmdir()
    checkout = Checkout(Project(begun))
    checkout.git("init", "--quiet", "--initial-branch=main", "--template=")
    _ok(begun, "capture")
    _release(checkout, "v1.0.0")
    _ok(begun, "create-environment", "production", "--production")
    _ok(begun, "create-environment", "test")
    _ok(begun, "publish", "--version", "c1", "--branch", "main")
    captures = ("--captures", "../sent.ndjson")
    _ok(begun, "verify", TRACKER, *captures, "--broker", "--publish", "--version", "p1", "--branch", "main")
    _ok(begun, "record-deployment", TRACKER, "--version", "p1", "--to-environment", "production")
    done = contracts("verify", TRACKER, *captures, "--output", "json", cwd=begun)
    (folder / "verification.json").write_bytes(done.out)
    promoted = Path(shutil.copytree(begun, folder / "promoted"))
    _ok(promoted, *PROMOTED)
    _release(Checkout(Project(promoted)), "v1.1.0")
    _ok(promoted, "publish", "--version", "c2", "--branch", "main")
    stale = Path(shutil.copytree(begun, folder / "stale"))
    shutil.copy(promoted / "emitters.toml", stale / "emitters.toml")


def _ok(folder: Path, *words: str) -> None:
    done = contracts(*words, cwd=folder)
    assert done.code == 0, (words, done.text, done.errors)


def _release(checkout: Checkout, tag: str) -> None:
    checkout.commit()
    checkout.git("tag", tag)


def seconds(act: Act, folder: Path) -> tuple[float, Done]:
    """Run an act undisturbed; return how long it takes, and what it comes to."""
    began = time.monotonic()
    done = contracts(*act.words, cwd=folder)
    return time.monotonic() - began, done
