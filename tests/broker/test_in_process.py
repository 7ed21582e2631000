"""The broker with no server running: the same application, reached through `requests`."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
import requests

from contracts.broker.embedded.failures import StorageError
from contracts.broker.embedded.inprocess import BASE_URL, session_for
from contracts.broker.embedded.store import Store
from tests.broker.running import ROOT, Broker, pact, running

URL = BASE_URL.rstrip("/")


def test_a_release_without_a_server(database: Path) -> None:
    """Publishing, verifying, deploying and asking work, and links lead back to the same process."""
    broker = Broker(URL, session=session_for(database))
    assert broker.publish("service", "1", pact("service", "tracker"), branch="feat/x").status_code == 200
    read = broker.pact("service", "tracker", "1")
    assert read["_links"]["self"]["href"].startswith(BASE_URL)
    posted = broker.post_result(read, "p/1", success=True, testResults=[{"interactionId": "x", "mine": 1}])
    assert broker.get(posted.headers["Location"])["testResults"] == [{"interactionId": "x", "mine": 1}]
    assert broker.deploy("tracker", "p/1", broker.environment("production")).status_code == 201
    assert broker.can_i_deploy("service", "1", "production")["deployable"] is True
    version = broker.get(broker.get(f"{URL}/pacticipants/service/latest-version")["_links"]["self"]["href"])
    assert version["_embedded"]["branchVersions"][0]["name"] == "feat/x"


def test_errors_are_answers(database: Path) -> None:
    """What a served broker answers is answered here: not found, invalid, not allowed."""
    broker = Broker(URL, session=session_for(database))
    assert broker.call("GET", "/pacticipants/nobody").json().keys() == {"error"}
    assert broker.call("POST", "/contracts/publish", b"{nope").status_code == 400
    assert broker.call("DELETE", "/pacts/latest").status_code == 405


def test_it_shares_the_file_with_a_server(database: Path) -> None:
    """What one of them stores the other one sees at once."""
    with running(database) as started:
        served, here = Broker(started.url), Broker(URL, session=session_for(database))
        served.publish("service", "1", pact("service", "tracker"))
        here.publish("service", "2", pact("service", "tracker"))
        assert here.pact("service", "tracker", "1")["interactions"]
        assert served.pact("service", "tracker", "2")["interactions"]


def test_the_session_reaches_nothing_else(database: Path) -> None:
    """An address beside the broker's own is refused before anything is looked up."""
    session = session_for(database)
    for address in ("http://127.0.0.1:1/", "https://embedded.invalid/", "http://embedded.invalid.example/"):
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get(address, timeout=5)


def test_a_file_that_can_not_be_used_is_an_error(database: Path) -> None:
    """It is said when the session is made."""
    database.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(StorageError):
        session_for(database)


_CREATE = """
import sys
from pathlib import Path
from contracts.broker.embedded.app import create_app
app = create_app(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
response = app.test_client().put(f"/pacticipants/service/versions/{sys.argv[2]}", json={})
print(response.status_code, flush=True)
"""


def test_processes_that_start_at_once_share_a_new_file(database: Path) -> None:
    """Each of four creates the file or finds it created, and writes."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _CREATE, str(database), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(4)
    ]
    answers = [process.communicate("go\n", timeout=60)[0].split() for process in processes]
    assert answers == [["ready", "201"]] * 4
    listed = Broker(URL, session=session_for(database)).get("/pacticipants/service/versions")
    assert listed["page"]["totalElements"] == 4


@pytest.mark.parametrize(("patience", "held"), [(30.0, 0.3), (0.1, 30.0)])
def test_a_new_file_that_another_writes_is_waited_for(database: Path, patience: float, held: float) -> None:
    """As long as it is said, also where SQLite itself doesn't wait: at the change of the journal's mode."""
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = Timer(held, other.execute, ["ROLLBACK"])
        timer.start()
        try:
            if held < patience:
                Store(database, patience=patience).close()
            else:
                with pytest.raises(StorageError, match="locked by another process"):
                    Store(database, patience=patience)
        finally:
            timer.cancel()
            timer.join()
