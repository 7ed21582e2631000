"""A copy of the broker's file while it is in use, and less of it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.broker.embedded.upkeep import back_up, clean
from contracts.errors import MisuseError
from tests.broker.growing import grown
from tests.broker.running import ROOT, Broker, interaction, pact, running

ALL = timedelta(0)


def _contracts(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "contracts.cli", "broker", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    return done.returncode, done.stdout, done.stderr


def _check(database: Path) -> None:
    with sqlite3.connect(database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_copy_made_while_others_publish_is_whole(database: Path, tmp_path: Path) -> None:
    """Each copy opens, holds all that was published before it began, and nothing by half."""
    with running(database) as started:
        broker = Broker(started.url)
        stopped, done = threading.Event(), 0

        def publish() -> None:
            nonlocal done
            while not stopped.is_set():
                content = pact("service", "tracker", interaction("completed", example=f"c-{done}"))
                assert Broker(started.url).publish("service", str(done), content).ok
                done += 1

        broker.publish("service", "first", pact("service", "tracker"))
        thread = threading.Thread(target=publish)
        thread.start()
        try:
            for index in range(5):
                before = done
                copy = tmp_path / f"copy-{index}.sqlite"
                back_up(database, copy)
                _check(copy)
                with sqlite3.connect(copy) as db:
                    versions, pacts = (
                        db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - constants
                        for table in ("versions", "publications")
                    )
                assert versions == pacts >= before
        finally:
            stopped.set()
            thread.join()
    with running(tmp_path / "copy-4.sqlite") as started:
        assert Broker(started.url).get("/pacticipants/service/versions")["page"]["totalElements"] >= 1
    assert [file.name for file in tmp_path.glob("*.partial")] == []


def test_the_backup_command(broker: Broker, database: Path, tmp_path: Path) -> None:
    """It says what it wrote; it writes over nothing, and needs a file and a folder."""
    broker.publish("service", "1", pact("service", "tracker"))
    copy = tmp_path / "copy.sqlite"
    code, said, _ = _contracts("backup", str(copy), "--database", str(database), "--output", "json")
    assert (code, json.loads(said)["bytes"]) == (0, copy.stat().st_size)
    kept = copy.read_bytes()
    assert _contracts("backup", str(copy), "--database", str(database))[0] == 2
    assert copy.read_bytes() == kept
    assert _contracts("backup", str(tmp_path / "a" / "b"), "--database", str(database))[0] == 2
    code, _, said = _contracts("backup", str(tmp_path / "new"), "--database", str(tmp_path / "none"))
    assert (code, "no such file" in said) == (4, True)
    with pytest.raises(MisuseError):
        back_up(database, copy)


def _numbers(broker: Broker, name: str) -> set[str]:
    listed = broker.get(f"/pacticipants/{name}/versions?pageSize=1000")["_embedded"]["versions"]
    return {one["number"] for one in listed}


def test_what_is_asked_for_stays(database: Path) -> None:
    """What is deployed, released, a head of a branch or a tag, or the latest stays; the rest goes with all it has."""
    with running(database) as started:
        broker = Broker(started.url)
        place = broker.environment("production")
        for index in range(8):
            content = pact("service", "tracker", interaction("completed", example=f"c-{index}"))
            branch = "feat/x" if index == 3 else "main"
            broker.publish("service", str(index), content, branch=branch, tags=["blue"] if index < 3 else [])
            broker.put_on_branch("tracker", "main", f"p{index}")
            broker.post_result(broker.pact("service", "tracker", str(index)), f"p{index}", success=True)
        broker.deploy("service", "0", place)
        broker.deploy("tracker", "p0", place)
        path = f"/pacticipants/service/versions/1/released-versions/environment/{place}"
        broker.call("POST", path, {})
        before = broker.can_i_deploy("service", "0", "production")
        dry = clean(database, younger_than=ALL, dry_run=True)
        assert len(_numbers(broker, "service")) == 8
        report = clean(database, younger_than=ALL)
        assert report == dry
        # 0 is deployed, 1 released, 2 the head of a tag, 3 of a branch, 7 of main.
        assert _numbers(broker, "service") == {"0", "1", "2", "3", "7"}
        assert _numbers(broker, "tracker") == {"p0", "p7"}
        assert (report.versions, report.pacts, report.kept_versions) == (9, 3, 7)
        assert broker.can_i_deploy("service", "0", "production") == before
        assert broker.call("GET", "/pacticipants/service/versions/4").status_code == 404
        # The broker goes on with the same file.
        assert broker.publish("service", "4", pact("service", "tracker")).ok
        assert clean(database, younger_than=timedelta(days=1)).versions == 0
    _check(database)


def test_what_a_branch_has_verified_stays_known(tmp_path: Path) -> None:
    """No pact becomes pending again, although the version that verified it is gone."""
    history = grown(tmp_path / "broker.sqlite")
    broker = history.broker
    broker.publish("c", "1", pact("c", "p"))
    for number, success in (("p1", True), ("p2", False)):
        broker.put_on_branch("p", "main", number)
        broker.post_result(broker.pact("c", "p", "1"), number, success=success)

    def pending() -> Any:
        body = {"consumerVersionSelectors": [{"mainBranch": True}], "providerVersionBranch": "main"}
        (one,) = broker.for_verification("p", **body).json()["_embedded"]["pacts"]
        return one["verificationProperties"]["pending"]

    assert pending() is False
    assert clean(tmp_path / "broker.sqlite", younger_than=ALL).versions == 1
    assert pending() is False


def test_a_large_file_becomes_small(tmp_path: Path) -> None:
    """Of 2,000 versions 1,799 go; the file gives its space back."""
    database = tmp_path / "broker.sqlite"
    history = grown(database)
    history.grow(1000)
    history.store.close()
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.stat().st_size
    report = clean(database, younger_than=ALL)
    # Each tenth consumer version is the head of a branch of its own; main has one, and so has the provider.
    assert (report.versions, report.kept_versions) == (2000 - 102, 102)
    _check(database)
    assert database.stat().st_size < size / 4


def test_the_clean_command(broker: Broker, database: Path) -> None:
    """It counts without clearing, then clears; a time it can't read is refused."""
    for index in range(3):
        broker.publish("service", str(index), pact("service", "tracker"))
    arguments = ("clean", "--database", str(database))
    for text in ("", "90", "-1d", "d", "1y", "\u0661d", "9" * 9 + "d"):
        assert _contracts(*arguments, "--keep", text)[0] == 2
    assert _contracts(*arguments)[0] == 2
    code, said, _ = _contracts(*arguments, "--keep", "0h", "--dry-run", "--output", "json")
    assert (code, json.loads(said)["cleared"]["versions"], len(_numbers(broker, "service"))) == (0, 2, 3)
    code, said, _ = _contracts(*arguments, "--keep", "12h")
    assert (code, len(_numbers(broker, "service"))) == (0, 3)
    code, said, _ = _contracts(*arguments, "--keep", "0h")
    assert (code, _numbers(broker, "service")) == (0, {"2"})
    assert "2 versions" in said
