"""What was answered 2xx is there afterwards, however the broker ends."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import threading
from pathlib import Path

import requests

from contracts.broker.embedded.store import Store
from tests.broker.running import Broker, interaction, pact, running

PUBLISHERS = 4
# The value of `PRAGMA synchronous` (https://www.sqlite.org/pragma.html#pragma_synchronous).
FULL = 2
TO_ACKNOWLEDGE = 1000


def test_publications_survive_a_killed_broker(database: Path) -> None:
    """`kill -9` while four publish: every acknowledged pact is there, and the file is sound."""
    numbers = itertools.count()
    acknowledged: list[int] = []
    enough = threading.Event()

    def publish(url: str) -> None:
        broker = Broker(url)
        while True:
            number = next(numbers)
            content = pact("service", "tracker", interaction("completed", example=f"c-{number}"))
            try:
                response = broker.publish("service", str(number), content)
            except requests.RequestException:
                return
            assert response.status_code == 200, response.text
            acknowledged.append(number)
            if len(acknowledged) >= TO_ACKNOWLEDGE:
                enough.set()

    with running(database) as started:
        threads = [threading.Thread(target=publish, args=(started.url,)) for _ in range(PUBLISHERS)]
        for thread in threads:
            thread.start()
        assert enough.wait(120)
        started.process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join(60)
    with running(database) as started:
        broker = Broker(started.url)
        for number in acknowledged:
            read = broker.pact("service", "tracker", str(number))
            assert read["interactions"][0]["contents"]["content"] == {"client_id": f"c-{number}"}
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_everything_written_survives_a_killed_broker(database: Path) -> None:
    """Results, branches, tags, environments, deployments and releases are there after `kill -9`."""
    with running(database) as started:
        broker = Broker(started.url)
        broker.publish("service", "1", pact("service", "tracker"), tags=["blue"])
        uuid = broker.environment("production")
        broker.put_on_branch("tracker", "main", "p1")
        assert broker.post_result(broker.pact("service", "tracker", "1"), "p1", success=True).status_code == 201
        broker.deploy("service", "1", uuid)
        path = f"/pacticipants/tracker/versions/p1/released-versions/environment/{uuid}"
        assert broker.call("POST", path, {}).status_code == 201
        started.process.kill()
        started.process.wait(30)
    with running(database) as started:
        broker = Broker(started.url)
        assert broker.can_i_deploy("service", "1", "production")["deployable"] is True
        assert broker.can_i_deploy("tracker", "p1", "production")["deployable"] is True
        version = broker.get("/pacticipants/service/versions/1")
        assert [tag["name"] for tag in version["_embedded"]["tags"]] == ["blue"]


def test_the_broker_ends_when_it_is_asked_to(database: Path) -> None:
    """SIGTERM and SIGINT end it with exit code 0, and say nothing on stderr."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(database) as started:
            assert Broker(started.url).call("GET", "/").status_code == 200
            started.process.send_signal(number)
            _, said = started.process.communicate(timeout=30)
            assert (started.process.returncode, said) == (0, "")


def test_every_commit_waits_for_the_disk(database: Path) -> None:
    """What `kill -9` can't show: the settings that a power cut is survived by, on each new connection."""
    store = Store(database)
    with store.write() as first, store.read() as second:
        for connection in (first, second):
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == FULL
            assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
            assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    store.close()
