"""A file that can't be used: a clear error when the broker opens it, a clear answer within a request."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.context import STORE_KEY
from contracts.broker.embedded.failures import StorageError
from contracts.broker.embedded.inprocess import BASE_URL, WsgiAdapter
from contracts.broker.embedded.schema import SCHEMA_NUMBER
from contracts.broker.embedded.store import Store
from contracts.broker.embedded.upkeep import back_up
from contracts.errors import BrokerError, ExitCode
from tests.broker.running import Broker, interaction, pact, running

QUOTA = 600_000
NOBODY = "65534"


def _filled(database: Path) -> None:
    app = create_app(database)
    response = app.test_client().post("/environments", json={"name": "production", "production": True})
    assert response.status_code == 201
    app.config[STORE_KEY].close()


def _with_schema(number: int) -> Callable[[Path], None]:
    def change(database: Path) -> None:
        _filled(database)
        connection = sqlite3.connect(database)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.close()

    return change


def _foreign(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()


def _corrupt(database: Path) -> None:
    _filled(database)
    content = bytearray(database.read_bytes())
    content[100:200] = b"\xff" * 100
    database.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda database: database.write_bytes(b"not a database at all, " * 100), "no SQLite database"),
        (_corrupt, "corrupt"),
        (_with_schema(SCHEMA_NUMBER - 1), "an older release"),
        (_with_schema(SCHEMA_NUMBER + 1), "a newer release"),
        (_foreign, "doesn't belong"),
        (lambda database: database.mkdir(), "can't be opened"),
        (lambda database: database.parent.rmdir() or database.parent.write_text("a file"), "could not be used"),
    ],
    ids=["no database", "corrupt", "older", "newer", "foreign", "folder", "in a file"],
)
def test_a_file_that_is_no_broker_of_this_release(spoil: Callable[[Path], object], said: str, database: Path) -> None:
    """It is refused before anything is written, with the file's name and the next step."""
    database = database.parent / "folder" / database.name
    database.parent.mkdir()
    spoil(database)
    before = database.read_bytes() if database.is_file() else b""
    with pytest.raises(BrokerError, match=said) as caught:
        create_app(database)
    assert caught.value.exit_code is ExitCode.BROKER
    assert str(caught.value.where) == str(database)
    assert caught.value.next_step
    assert (database.read_bytes() if database.is_file() else b"") == before


def test_the_refusal_reaches_who_serves(database: Path) -> None:
    """A served broker doesn't start on such a file."""
    database.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(AssertionError, match="no SQLite database"), running(database):
        pass


def test_a_locked_file(database: Path) -> None:
    """While another process writes, reads are answered, writes are 503 after the patience, and work again."""
    with running(database, patience=0.05) as started:
        broker = Broker(started.url)
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert broker.call("GET", "/pacticipants").status_code == 200
        refused = broker.publish("service", "1", pact("service", "tracker"))
        assert (refused.status_code, "locked" in refused.json()["error"]) == (503, True)
        asked = broker.call(
            "POST", "/environments", {"name": "x", "production": True}, Accept="application/problem+json"
        )
        assert (asked.status_code, asked.json()["status"]) == (503, 503)
        other.execute("ROLLBACK")
        other.close()
        assert broker.publish("service", "1", pact("service", "tracker")).status_code == 200


def test_a_file_that_is_locked_when_it_is_created(database: Path) -> None:
    """Opening gives up after the patience with an error that says so."""
    database.touch()
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="locked"):
        create_app(database, patience=0.05)
    other.close()


def test_a_full_disk(database: Path) -> None:
    """A write that doesn't fit is 507 and leaves nothing behind; what fits is taken again."""
    app = create_app(database)
    client = app.test_client()
    with app.config[STORE_KEY].read() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
    broker = Broker(BASE_URL.rstrip("/"))
    broker.session.mount(BASE_URL, WsgiAdapter(app))
    refused = broker.publish("service", "1", pact("service", "tracker", interaction("x" * 50_000)))
    assert (refused.status_code, "space" in refused.json()["error"]) == (507, True)
    assert client.get("/pacticipants/service").status_code == 404
    assert broker.publish("service", "1", pact("service", "tracker")).status_code == 200


def test_a_disk_quota(database: Path) -> None:
    """The kernel refuses to let the file grow: 507, and what was acknowledged stays."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (QUOTA, QUOTA))

    with running(database, preexec_fn=limit) as started:
        broker = Broker(started.url)
        answers = [
            broker.publish("service", str(number), pact("service", "tracker", interaction(f"{number}-" * 20_000)))
            for number in range(20)
        ]
        assert {answer.status_code for answer in answers} == {200, 507}
        assert "disk" in next(answer for answer in answers if answer.status_code == 507).json()["error"]
        for number, answer in enumerate(answers):
            stored = broker.call("GET", f"/pacticipants/service/versions/{number}").status_code
            assert stored == (200 if answer.status_code == 200 else 404)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can enter, as the folders of pytest can't be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_read_only_file(open_folder: Path) -> None:
    """Reads are answered, writes are 500 and say why; a new file can't be made there."""
    database = open_folder / "broker.sqlite"
    with running(database) as started:
        Broker(started.url).publish("service", "1", pact("service", "tracker"))
        # The write-ahead log and its index stay while the file is open, so a reader needs to create nothing.
        for path in open_folder.iterdir():
            path.chmod(0o444)
        # Permissions don't bind the superuser, so the second broker runs as somebody else.
        user = NOBODY if os.geteuid() == 0 else ""
        with running(database, user=user) as second:
            broker = Broker(second.url)
            assert broker.pact("service", "tracker", "1")
            refused = broker.publish("service", "2", pact("service", "tracker"))
            assert (refused.status_code, "read-only" in refused.json()["error"]) == (500, True)
        open_folder.chmod(0o555)
        with (
            pytest.raises(AssertionError, match="can't be opened"),
            running(open_folder / "new.sqlite", user=user),
        ):
            pass
        open_folder.chmod(0o755)


def test_a_file_that_breaks_while_it_is_open(database: Path) -> None:
    """The answer is 500 with what happened, not a traceback."""
    with running(database) as started:
        broker = Broker(started.url)
        broker.publish("service", "1", pact("service", "tracker"))
        with sqlite3.connect(database) as other:
            other.execute("DROP TABLE tags")
        answered = broker.call("GET", "/pacticipants/service/versions/1")
        assert answered.status_code == 500
        assert "Traceback" not in answered.text
        assert "the broker's file could not be used" in answered.json()["error"]


def _gone(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()


def _with_its_folder(database: Path) -> None:
    shutil.rmtree(database.parent)


def _restored(database: Path) -> None:
    """A backup that was made before is put in the file's place."""
    _gone(database)
    (database.parent / "backup.sqlite").replace(database)


@pytest.mark.parametrize("change", [_gone, _with_its_folder, _restored])
def test_a_file_that_goes_while_it_is_served(change: Callable[[Path], None], tmp_path: Path) -> None:
    """Nothing is confirmed that would be gone after a restart; the broker says what happened and what to do."""
    database = tmp_path / "folder/broker.sqlite"
    with running(database) as started:
        broker = Broker(started.url)
        assert broker.publish("service", "1", pact("service", "tracker")).ok
        back_up(database, database.parent / "backup.sqlite")
        assert broker.publish("service", "2", pact("service", "tracker")).ok
        change(database)
        for answered in (
            broker.publish("service", "3", pact("service", "tracker")),
            broker.call("GET", "/pacticipants/service/versions"),
        ):
            assert answered.status_code == 500
            assert "was removed or replaced while the broker was using it" in answered.json()["error"]
            assert "start the broker again" in answered.json()["error"]
        assert database.exists() == (change is _restored)
    with running(database) as started:
        versions = Broker(started.url).call("GET", "/pacticipants/service/versions")
        assert versions.status_code == (200 if change is _restored else 404)
        if versions.ok:
            assert [one["number"] for one in versions.json()["_embedded"]["versions"]] == ["1"]


def test_a_file_that_goes_within_a_write(database: Path) -> None:
    """It is noticed before the write is confirmed, and the next one is refused too."""
    store = Store(database)
    writing = store.write()
    writing.__enter__().execute("UPDATE clock SET moment = moment + 1")
    _gone(database)
    with pytest.raises(StorageError, match="removed or replaced"):
        writing.__exit__(None, None, None)
    with pytest.raises(StorageError, match="nothing was stored"), store.read():
        pytest.fail("it was read")
    assert not database.exists()


def test_a_file_that_goes_at_the_moment_of_the_commit(database: Path) -> None:
    """Between the last look and the commit itself: it is written, and isn't confirmed."""
    store = Store(database)
    writing = store.write()
    connection = writing.__enter__()
    connection.execute("UPDATE clock SET moment = moment + 1")
    # SQLite tells of a statement just before it runs.
    connection.set_trace_callback(lambda statement: _gone(database) if statement == "COMMIT" else None)
    with pytest.raises(StorageError, match="nothing was stored"):
        writing.__exit__(None, None, None)
    assert not database.exists()
    store.close()


@pytest.mark.parametrize("is_killed", [False, True], ids=["closed", "killed"])
def test_a_read_only_checkout_is_read(open_folder: Path, is_killed: bool) -> None:
    """Whether the broker that wrote it has closed it or was killed: nothing is written beside it.

    Every question is answered, and a write says why it isn't taken.
    """
    database = open_folder / "broker.sqlite"
    with running(database) as started:
        assert Broker(started.url).publish("service", "1", pact("service", "tracker")).ok
    if not is_killed:
        Store(database).close()
    before = {path.name: path.read_bytes() for path in open_folder.iterdir()}
    assert ("broker.sqlite-wal" in before) is is_killed
    for path in open_folder.iterdir():
        path.chmod(0o444)
    open_folder.chmod(0o555)
    try:
        with running(database, user=NOBODY if os.geteuid() == 0 else "") as reading:
            broker = Broker(reading.url)
            for _ in range(3):
                assert broker.pact("service", "tracker", "1")
                assert broker.get("/pacticipants")["_embedded"]["pacticipants"]
                assert broker.call("GET", "/matrix?q[][pacticipant]=service&latestby=cvpv").status_code == 200
            refused = broker.publish("service", "2", pact("service", "tracker"))
            assert (refused.status_code, "read-only" in refused.json()["error"]) == (500, True)
            assert broker.pact("service", "tracker", "1")
    finally:
        open_folder.chmod(0o755)
    assert {path.name: path.read_bytes() for path in open_folder.iterdir()} == before


def test_a_file_that_is_touched_is_the_same_one(database: Path) -> None:
    """The near miss: times, rights and a copy of it change nothing."""
    with running(database) as started:
        broker = Broker(started.url)
        broker.publish("service", "1", pact("service", "tracker"))
        os.utime(database, (0, 0))
        database.chmod(0o600)
        shutil.copy(database, database.with_name("copy.sqlite"))
        assert broker.publish("service", "2", pact("service", "tracker")).ok
