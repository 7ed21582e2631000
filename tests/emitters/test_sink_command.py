"""`contracts sink`: the command as users run it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.emitters import open_driver
from contracts.emitters.parts.answers import SinkAnswer
from contracts.emitters.sink import AnswerSequence, CaptureFile
from contracts.model.emission import Commit, Emission, Fault
from tests.project.checkouts import make_checkout

SINK = [sys.executable, "-m", "contracts.cli", "sink"]


@contextmanager
def sink(folder: Path, *options: str, cwd: Path | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the command and wait for its URL in the ready file."""
    ready = folder / "ready"
    words = [*SINK, "--ready-file", str(ready), *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)
    try:
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield ready.read_text().strip(), process
    finally:
        process.kill()
        process.communicate()


def captures(file: Path) -> list[Emission]:
    """Read captures back, without a fault among them."""
    items = list(open_driver({"captures": str(file)}).observe(()))
    assert all(isinstance(item, Emission) for item in items)
    return [item for item in items if isinstance(item, Emission)]


def test_it_records_answers_in_order_and_ends_by_count(tmp_path: Path) -> None:
    """503 once and then 202; after the third message the command ends with 0 and says how many there were."""
    out = tmp_path / "captures.ndjson"
    with sink(tmp_path, "--out", str(out), "--respond", "503,202", "--max", "3", "--for", "60s") as (url, process):
        statuses = [requests.post(url, data=body, timeout=10).status_code for body in (b"1", b"2", b"\xff")]
        stdout, stderr = process.communicate(timeout=30)
    assert statuses == [503, 202, 202]
    assert (process.returncode, stdout) == (0, "")
    assert stderr.splitlines() == [url, "recorded 3 messages"]
    assert [(item.body, item.delivered) for item in captures(out)] == [(b"1", False), (b"2", True), (b"\xff", True)]
    assert not (tmp_path / "ready").exists()


def test_captures_go_to_standard_output(tmp_path: Path) -> None:
    """Without --out the captures are the command's result."""
    with sink(tmp_path, "--max", "1") as (url, process):
        requests.post(url, json={"a": "ü"}, headers={"Authorization": "Bearer secret"}, timeout=10)
        stdout, _ = process.communicate(timeout=30)
    document: dict[str, Any] = json.loads(stdout)
    assert document["body"] == '{"a": "\\u00fc"}'
    assert document["headers"]["authorization"] == "(not recorded)"


def test_what_could_not_be_taken_is_a_line_of_the_captures(tmp_path: Path) -> None:
    """A warning is read by nobody in CI: whoever verifies the captures learns that a message may be missing."""
    out = tmp_path / "captures.ndjson"
    with sink(tmp_path, "--out", str(out), "--max", "1") as (url, process):
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: s\r\nX-Broken : 1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        requests.post(url, data=b"x", timeout=10)
        _, stderr = process.communicate(timeout=30)
    assert "warning: a request couldn't be taken: line 3 of its header, 'X-Broken'" in stderr
    fault, emission = open_driver({"captures": str(out)}).observe(())
    assert isinstance(fault, Fault)
    assert "'X-Broken'" in fault.message
    assert isinstance(emission, Emission)


def test_no_key_and_no_token_is_recorded_unless_its_header_is_named(tmp_path: Path) -> None:
    """Whatever a header is called, its value stays out; so does an address's query."""
    out = tmp_path / "captures.ndjson"
    keys = {
        "X-Auth-Token": "s-1",
        "Private-Token": "s-2",
        "X-Region": "eu",
        "Ce-Id": "m-1",
        "Content-Type": "text/plain",
    }
    with sink(tmp_path, "--out", str(out), "--max", "1", "--keep-header", "X-Region") as (url, process):
        requests.post(f"{url}/hook?token=s-3", data=b"x", headers=keys, timeout=10)
        process.communicate(timeout=30)
    (emission,) = captures(out)
    assert "s-" not in out.read_text()
    kept = {"x-region": "eu", "ce-id": "m-1", "content-type": "text/plain", "x-auth-token": "(not recorded)"}
    assert {name: emission.headers[name] for name in kept} == kept
    assert emission.url == f"{url}/hook?(not recorded)"


def test_it_ends_after_a_time(tmp_path: Path) -> None:
    """With nothing to record it ends by itself."""
    done = subprocess.run([*SINK, "--for", "100ms"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[1:] == ["recorded 0 messages"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_well_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and a polite end are no errors, and what came is recorded."""
    out = tmp_path / "captures.ndjson"
    with sink(tmp_path, "--out", str(out)) as (url, process):
        requests.post(url, data=b"x", timeout=10)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr.splitlines()[1:]) == (0, ["recorded 1 message"])
    assert len(captures(out)) == 1


def test_every_first_delivery_can_be_refused(tmp_path: Path) -> None:
    """Counted for each message, each distinct body is refused once."""
    with sink(tmp_path, "--respond", "503,202", "--per-message", "--max", "4") as (url, process):
        statuses = [requests.post(url, data=body, timeout=10).status_code for body in (b"a", b"b", b"a", b"b")]
        process.communicate(timeout=30)
    assert statuses == [503, 503, 202, 202]


def test_many_senders_and_two_sinks_share_a_file(tmp_path: Path) -> None:
    """Appends are atomic: no line is torn or lost, also with two processes and bodies of 100 kB."""
    out = tmp_path / "captures.ndjson"
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    pool = ThreadPoolExecutor(16)
    with pool, sink(one, "--out", str(out)) as (first, _), sink(two, "--out", str(out)) as (second, _):
        posts = [(url, f"{n:04}" * 25_000) for n in range(30) for url in (first, second)]
        statuses = list(pool.map(lambda it: requests.post(it[0], data=it[1], timeout=30).status_code, posts))
    assert set(statuses) == {202}
    assert sorted(item.body for item in captures(out)) == sorted(body.encode() for _, body in posts)


def test_a_torn_line_of_an_earlier_run_swallows_nothing(tmp_path: Path) -> None:
    """What an earlier run left unfinished ends before the first new line."""
    out = tmp_path / "captures.ndjson"
    out.write_bytes(b'{"torn')
    with CaptureFile(str(out)) as file:
        file.append(b"new\n")
    assert out.read_bytes() == b'{"torn\nnew\n'
    with CaptureFile(str(out)) as file:
        file.append(b"next\n")
    assert out.read_bytes() == b'{"torn\nnew\nnext\n'


def test_a_message_that_can_not_be_read_back_is_announced(tmp_path: Path) -> None:
    """A body over one mebibyte is recorded, and its sender's developer is warned."""
    with sink(tmp_path, "--out", str(tmp_path / "out"), "--max", "1") as (url, process):
        requests.post(url, data=b"x" * 1_100_000, timeout=10)
        _, stderr = process.communicate(timeout=30)
    assert "warning: a message of 1100000 bytes makes a line over 1048576 bytes" in stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_and_the_sender_gets_no_answer(tmp_path: Path) -> None:
    """What couldn't be recorded isn't confirmed: the sender still owes it."""
    with sink(tmp_path, "--out", "/dev/full") as (url, process):
        with pytest.raises(requests.ConnectionError):
            requests.post(url, data=b"x", timeout=10)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "error: /dev/full: a message couldn't be recorded: No space left on device" in stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--listen", "nowhere"], "--listen: 'nowhere' isn't HOST:PORT"),
        (["--respond", "ok"], "--respond: 'ok' is no answer"),
        (["--for", "soon"], "--for: 'soon' is no duration"),
        (["--out", "/no/such/folder/file"], "the captures can't be written: No such file or directory"),
        (["--out", "/"], "the captures can't be written: Is a directory"),
        (["--ready-file", "/no/such/folder/file"], "the ready file can't be written: No such file or directory"),
        (["--listen", "192.0.2.1:0"], "nobody can listen at 192.0.2.1:0"),
    ],
)
def test_wrong_use_is_said(options: list[str], message: str) -> None:
    """What can't be used ends with 2 and a sentence."""
    done = subprocess.run([*SINK, "--for", "5s", *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_another_address_is_said_aloud() -> None:
    """Whoever listens beyond this machine is told so."""
    words = [*SINK, "--listen", "0.0.0.0:0", "--for", "0"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert "warning: 0.0.0.0 can be reached from other machines" in done.stderr


def test_a_sequence_stays_at_its_last_answer() -> None:
    """After the sequence the last answer is given for good."""
    sequence = AnswerSequence((SinkAnswer(503), SinkAnswer(202)), per_message=False)
    assert [sequence.next(b"").status for _ in range(4)] == [503, 202, 202, 202]


@pytest.mark.parametrize("clean", [True, False])
def test_each_capture_names_the_commit_of_the_checkout(tmp_path: Path, clean: bool) -> None:
    """And whether the checkout differed from it; the captures themselves don't count."""
    checkout = make_checkout(tmp_path / "repository")
    if not clean:
        (checkout.root / "plugin" / "emit.php").write_text("<?php // other\n")
    with sink(tmp_path, "--out", "captures.ndjson", "--max", "2", cwd=checkout.root) as (url, process):
        for body in (b"1", b"2"):
            requests.post(url, data=body, timeout=10)
        process.communicate(timeout=30)
    commits = [item.commit for item in captures(checkout.root / "captures.ndjson")]
    assert commits == [Commit(id=checkout.git("rev-parse", "HEAD"), clean=clean)] * 2


def test_a_page_of_another_host_states_no_fact(tmp_path: Path) -> None:
    """Under a name that isn't the sink's, or from another origin, nothing is taken, and it is said and recorded."""
    out = tmp_path / "captures.ndjson"
    strangers = [
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ]
    known = [
        {},
        {"Host": "localhost"},
        {"Host": "Sink:8099"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "https://sink"},
    ]
    options = ("--out", str(out), "--allow-host", "sink", "--max", str(len(known)))
    with sink(tmp_path, *options) as (url, process):
        for headers, status in strangers:
            assert requests.post(url, data=b"forged", headers=headers, timeout=10).status_code == status
            assert requests.options(url, headers=headers, timeout=10).status_code == status
        for headers in known:
            assert requests.post(url, data=b"x", headers=headers, timeout=10).status_code == 202
        _, stderr = process.communicate(timeout=30)
    found = list(open_driver({"captures": str(out)}).observe(()))
    faults = [item.message for item in found if isinstance(item, Fault)]
    assert len(faults) == stderr.count("warning: a message wasn't taken") == len(strangers)
    assert all("--allow-host names it" in fault for fault in faults)
    assert "'evil.example', which this sink isn't known by" in faults[0]
    assert "a page of 'https://evil.example'" in faults[2]
    assert [item.body for item in found if isinstance(item, Emission)] == [b"x"] * len(known)
