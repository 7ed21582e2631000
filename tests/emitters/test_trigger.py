"""`--trigger`: an emitter with a server of its own, started by the driver, sends to the toolkit's sink."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.emitters import open_driver
from contracts.errors import MisuseError
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Answered, Emission, Fault, Observation, Refused, Settled
from tests.emitters.parts import FIRST, OTHER, SECOND, has_ended, needs_proc, observe, only_fault
from tests.emitters.provider import providing

EMITTER = """
import http.server, json, os, pathlib, subprocess, sys, threading, urllib.error, urllib.request

SINK = os.environ["CONTRACTS_SINK_URL"]
MEETING = threading.Barrier(2)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200)

    def do_POST(self):
        trigger = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if trigger["event"] != "client_webinar_completed":
            return self.answer(501)
        if self.path == "/together":
            MEETING.wait(10)
        if self.path == "/crash":
            sys.stderr.write("fatal: out of cheese"); sys.stderr.flush(); os._exit(7)
        try:
            request = urllib.request.Request(SINK + "/events", data=json.dumps(trigger["fact"]).encode())
            urllib.request.urlopen(request, timeout=10)
        except OSError:
            return self.answer(502)
        self.answer(200)

    def answer(self, status):
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[2]).write_text(f"{os.getpid()} {child.pid}")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def free_port() -> int:
    """Return a port that was free a moment ago.

    The ready URL is named before the emitter is started, so that it can't choose its port itself.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """Options that start the emitter; its process ids are in the file `pids`."""
    script = tmp_path / "emitter.py"
    script.write_text(EMITTER)
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rpartition(":")[2]
    return {
        "trigger": f"{url}/facts",
        "sink": "127.0.0.1:0",
        "start": f"{sys.executable} {script} {port} {tmp_path / 'pids'}",
        "ready": url,
        "settle": "0.1",
    }


@needs_proc()
def test_the_emitter_is_started_triggered_and_ended(options: dict[str, Any], tmp_path: Path) -> None:
    """What it sends to the sink is the trigger's emission, and its process and the process's child are gone then."""
    assert open_driver(options).capabilities == Capabilities(drives=True, refuses=True, simultaneous=True)
    emission, asked, nothing = observe(options, Step((FIRST,)), Step((OTHER,)))
    assert isinstance(emission, Emission)
    assert json.loads(emission.body) == FIRST.fact
    assert (emission.trigger, emission.response) == (FIRST, Answered(status=202))
    assert (asked, nothing) == (Settled(FIRST), Settled(OTHER))
    assert all(has_ended(int(pid)) for pid in (tmp_path / "pids").read_text().split())


@pytest.mark.parametrize(
    ("refuse_with", "response"), [("503", Answered(status=503)), ("refuse", Refused(error="refused"))]
)
def test_a_delivery_is_refused(options: dict[str, Any], refuse_with: str, response: Answered | Refused) -> None:
    """That the emitter answers 502 to a trigger whose delivery is refused is no error."""
    plan = Step((FIRST,), refuse=True), Step((FIRST,))
    refused, asked, taken, again = observe(options | {"refuse-with": refuse_with}, *plan)
    assert isinstance(refused, Emission)
    assert isinstance(taken, Emission)
    assert (refused.response, taken.response) == (response, Answered(status=202))
    assert (asked, again) == (Settled(FIRST, refused=True), Settled(FIRST))


def test_triggers_are_under_way_at_once(options: dict[str, Any]) -> None:
    """Two triggers that wait for each other both arrive; nobody says which caused which emission."""
    options["trigger"] = options["trigger"].replace("/facts", "/together")
    one, two, *asked = observe(options, Step((FIRST, SECOND)))
    assert isinstance(one, Emission)
    assert isinstance(two, Emission)
    assert {json.loads(item.body)["client_id"] for item in (one, two)} == {"c1", "c2"}
    assert (one.trigger, two.trigger) == (None, None)
    assert asked == [Settled(FIRST), Settled(SECOND)]
    assert observe(options | {"one-at-a-time": True}, Step((FIRST, SECOND))) == []


@needs_proc()
def test_closing_early_ends_the_process(options: dict[str, Any], tmp_path: Path) -> None:
    """A run that is given up in the middle leaves nothing behind."""
    observations = open_driver(options).observe((Step((FIRST,)), Step((SECOND,))))
    next(observations)
    observations.close()  # type: ignore[attr-defined] # every driver's iterator is a generator
    assert all(has_ended(int(pid)) for pid in (tmp_path / "pids").read_text().split())


def test_a_process_that_ends_meanwhile_shows_its_output(options: dict[str, Any]) -> None:
    """A crash is an error with the exit code and what the process wrote."""
    options["trigger"] = options["trigger"].replace("/facts", "/crash")
    fault = only_fault(observe(options))
    assert fault.message.startswith(f"{options['trigger']} can't be reached: ")
    assert fault.message.endswith("its process ended with exit code 7 and wrote:\nfatal: out of cheese")


def test_a_process_that_does_not_start_shows_its_output(options: dict[str, Any]) -> None:
    """A process that ends before it is ready is an error, and nothing is triggered."""
    options["start"] = f"{sys.executable} -c 'import sys; sys.exit(\"no database\")'"
    fault = only_fault(observe(options, Step((FIRST,)), Step((SECOND,))))
    assert fault.message == "the emitter wasn't ready; its process ended with exit code 1 and wrote:\nno database"


def test_a_process_that_never_gets_ready_is_given_up(options: dict[str, Any]) -> None:
    """After the timeout it is ended, and its output is shown."""
    options |= {"start": "sh -c 'echo still waiting; exec sleep 60'", "timeout": "1"}
    fault = only_fault(observe(options))
    assert fault.message == (
        f"the emitter wasn't ready: {options['ready']} didn't answer for 1 s; it wrote:\nstill waiting"
    )


def test_a_server_that_is_there_already_is_an_error(options: dict[str, Any]) -> None:
    """A stale server at the ready URL would be tested instead of the one that is started."""
    with providing(lambda *_: (200, {}, b"")) as stale:
        fault = only_fault(observe(options | {"ready": stale.url}))
    assert "answers already" in fault.message


def test_an_emitter_that_runs_already_is_triggered() -> None:
    """Without --start the emitter is somebody else's; it knows the sink's address."""
    sink = f"127.0.0.1:{free_port()}"

    def emit(path: str, document: Any) -> tuple[int, dict[str, str], bytes]:
        requests.post(f"http://{sink}/events", json=document, timeout=10)
        return 202, {}, b""

    with providing(emit) as emitter:
        options = {"trigger": emitter.url, "sink": sink, "settle": "0", "header": ["Authorization: Bearer k"]}
        emission, asked = observe(options)
    assert isinstance(emission, Emission)
    assert json.loads(emission.body) == FIRST.model_dump()
    assert emitter.asked[0][1]["authorization"] == "Bearer k"
    assert asked == Settled(FIRST)


def test_what_nobody_asked_for_has_no_trigger() -> None:
    """A message that comes before the first trigger, or after the last one was answered, is blamed on none."""
    sink = f"127.0.0.1:{free_port()}"
    with providing(lambda *_: (202, {}, b"")) as emitter:
        options = {"trigger": emitter.url, "sink": sink, "settle": "0"}
        with ThreadPoolExecutor(1) as pool:

            def plan() -> Iterator[Step]:
                pool.submit(requests.post, f"http://{sink}/early", data=b"early", timeout=10).result(10)
                yield Step((FIRST,))
                pool.submit(requests.post, f"http://{sink}/late", data=b"late", timeout=10).result(10)

            early, asked, late = open_driver(options).observe(plan())
    assert isinstance(early, Emission)
    assert isinstance(late, Emission)
    assert [(item.body, item.trigger) for item in (early, late)] == [(b"early", None), (b"late", None)]
    assert asked == Settled(FIRST)


def test_an_emitter_that_never_stops_sending_is_an_error() -> None:
    """Where it doesn't get quiet within the timeout that is said, and what came counts."""
    sink = f"127.0.0.1:{free_port()}"
    stop = threading.Event()

    def flood() -> None:
        while not stop.wait(0.02):
            requests.post(f"http://{sink}/", data=b"again", timeout=10)

    with providing(lambda *_: (202, {}, b"")) as emitter, ThreadPoolExecutor(1) as pool:
        options = {"trigger": emitter.url, "sink": sink, "settle": "0.9", "timeout": "1.5"}
        observations: list[Observation] = []
        for item in open_driver(options).observe(_flooded(pool, flood)):
            observations.append(item)
            if isinstance(item, Settled):
                stop.set()
    assert only_fault(observations).message == "the emitter was still sending after 1.5 s"
    assert len([item for item in observations if isinstance(item, Emission)]) > 1


def _flooded(pool: ThreadPoolExecutor, flood: Callable[[], None]) -> Iterator[Step]:
    pool.submit(flood)
    yield Step((FIRST,))


@pytest.mark.parametrize(("status", "message"), [(500, "answered 500: oops"), (401, "answered 401: oops")])
def test_an_error_status_is_an_error(status: int, message: str) -> None:
    """Without a refused delivery an emitter that fails is reported, with what it says."""
    with providing(lambda *_: (status, {}, b"oops")) as emitter:
        options = {"trigger": emitter.url, "sink": f"127.0.0.1:{free_port()}", "settle": "0"}
        assert only_fault(observe(options)).message == f"{emitter.url} {message}"
        refusing = observe(options, Step((FIRST,), refuse=True))
    assert [type(item) for item in refusing] == [Fault]


def test_a_url_that_is_never_found_is_reported() -> None:
    """404 to everything looks like a wrong URL, and is said to be one."""
    with providing(lambda *_: (404, {}, b"")) as emitter:
        options = {"trigger": emitter.url, "sink": f"127.0.0.1:{free_port()}", "settle": "0"}
        asked, fault = observe(options)
    assert asked == Settled(FIRST)
    assert isinstance(fault, Fault)
    assert "answered 404 to everything" in fault.message


def test_a_sink_that_can_not_listen_is_misuse() -> None:
    """An address where somebody listens is refused in words."""
    with providing(lambda *_: (200, {}, b"")) as other:
        options = {"trigger": other.url, "sink": other.url.removeprefix("http://")}
        with pytest.raises(MisuseError, match="nobody can listen at"):
            observe(options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "--trigger needs --sink HOST:PORT"),
        ({"sink": "here"}, "--sink: 'here' isn't HOST:PORT"),
        ({"sink": "127.0.0.1:0"}, "--sink with port 0 needs --start"),
        ({"sink": "127.0.0.1:80", "start": "no-such-program", "ready": "http://a"}, "--start: 'no-such-program' can't"),
        ({"sink": "127.0.0.1:80", "ready": "a"}, "--ready: 'a' is no http or https URL"),
        ({"sink": "127.0.0.1:80", "trigger": "a"}, "--trigger: 'a' is no http or https URL"),
    ],
)
def test_wrong_options_are_misuse(options: dict[str, Any], message: str) -> None:
    """What can't be used is refused before anything is started."""
    with pytest.raises(MisuseError, match=message):
        open_driver({"trigger": "http://127.0.0.1:1/"} | options)


@pytest.mark.skipif(shutil.which("php") is None, reason="needs php")
@needs_proc()
def test_a_php_server_with_several_workers_is_ended_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PHP's own server forks workers: all of them are gone afterwards."""
    monkeypatch.setenv("PHP_CLI_SERVER_WORKERS", "3")
    (tmp_path / "index.php").write_text(
        '<?php file_put_contents(__DIR__ . "/pids", getmypid() . " ", FILE_APPEND);'
        '$trigger = file_get_contents("php://input");'
        'if ($_SERVER["REQUEST_METHOD"] === "POST") file_get_contents(getenv("CONTRACTS_SINK_URL") . "/e", false,'
        ' stream_context_create(["http" => ["method" => "POST", "content" => $trigger]]));'
    )
    url = f"http://127.0.0.1:{free_port()}"
    options = {
        "trigger": f"{url}/index.php",
        "sink": "127.0.0.1:0",
        "start": f"php -S {url.removeprefix('http://')} -t {tmp_path}",
        "ready": url,
        "settle": "0.1",
    }
    one, two, *asked = observe(options, Step((FIRST, SECOND)))
    assert isinstance(one, Emission)
    assert isinstance(two, Emission)
    assert asked == [Settled(FIRST), Settled(SECOND)]
    assert all(has_ended(int(pid)) for pid in (tmp_path / "pids").read_text().split())
