"""`--python`: what an emitter in this process sends, and what it may not do."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.emitters import open_driver
from contracts.emitters.parts.socket_guard import SocketGuard
from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Answered, Emission, Fault, Observation, Refused, Settled, Trigger
from tests.emitters import in_process

FIRST = Trigger(event="client_webinar_completed", fact={"client_id": "c1", "webinar_id": "w1"}, delivery="d1")
SECOND = Trigger(event="client_webinar_completed", fact={"client_id": "c2", "webinar_id": "w1"}, delivery="d2")


def observe(name: str, *steps: Step, **options: Any) -> list[Observation]:
    """Carry out steps, or one trigger, with an emitter of `in_process`."""
    driver = open_driver({"python": f"tests.emitters.in_process:{name}"} | options)
    return list(driver.observe(steps or (Step((FIRST,)),)))


def only_fault(name: str, *steps: Step, **options: Any) -> Fault:
    """Return the one fault of a run."""
    (fault,) = (item for item in observe(name, *steps, **options) if isinstance(item, Fault))
    assert fault.rule == "driver-error"
    assert fault.next_step
    return fault


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """After each test requests and sockets are as they were, and no thread of the driver is alive."""
    before = set(threading.enumerate())
    stdout, send = sys.stdout, requests.adapters.HTTPAdapter.send
    connect, look_up, start = socket.socket.connect, socket.getaddrinfo, threading.Thread.start
    yield
    assert sys.stdout is stdout
    assert requests.adapters.HTTPAdapter.send is send
    in_process.release()
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(5)
    assert not any(thread.is_alive() for thread in left)
    # A guard stays on threads that outlive their run; the next one finds that they have ended.
    guard = SocketGuard()
    guard.install()
    guard.uninstall()
    assert connect is socket.socket.connect
    assert (look_up, start) == (socket.getaddrinfo, threading.Thread.start)


def test_what_is_posted_is_an_emission() -> None:
    """A message through requests becomes an emission with its trigger, and then the trigger is answered."""
    emission, asked = observe("well_behaved")
    assert isinstance(emission, Emission)
    assert emission.body == b'{"client_id": "c1", "webinar_id": "w1"}'
    assert emission.method == "POST"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/events", emission.url)
    assert (emission.headers["content-type"], emission.headers["x-marker"]) == ("application/json", "m")
    assert (emission.trigger, emission.response) == (FIRST, Answered(status=202))
    assert asked == Settled(FIRST, refused=False)


def test_every_kind_of_body_is_read() -> None:
    """Text, bytes, a generator, a file, a form and nothing come as the bytes that would go over the wire."""
    bodies = [item.body for item in observe("every_body") if isinstance(item, Emission)]
    assert bodies == [
        "é".encode(),
        b"\x00\xff",
        b"\xc3\xa9\xff",
        Path(in_process.__file__).read_bytes(),
        b"a=%C3%BC",
        b"",
    ]


def test_it_can_do_everything() -> None:
    """The driver triggers, refuses, and triggers at the same time unless it is told not to."""
    options: dict[str, Any] = {"python": "tests.emitters.in_process:silent"}
    assert open_driver(options).capabilities == Capabilities(drives=True, refuses=True, simultaneous=True)
    assert not open_driver(options | {"one-at-a-time": True}).capabilities.simultaneous


def test_several_triggers_are_under_way_at_once() -> None:
    """Triggers of one step overlap; nobody says which of them caused which emission."""
    first, second, *asked = observe("two_at_once", Step((FIRST, SECOND)))
    assert isinstance(first, Emission)
    assert isinstance(second, Emission)
    assert first.trigger is None
    assert {first.body, second.body} == {
        b'{"client_id": "c1", "webinar_id": "w1"}',
        b'{"client_id": "c2", "webinar_id": "w1"}',
    }
    assert asked == [Settled(FIRST), Settled(SECOND)]


def test_a_step_that_it_is_not_capable_of_is_left_out() -> None:
    """With one trigger at a time, simultaneous ones aren't faked one after the other."""
    observations = observe("well_behaved", Step((FIRST, SECOND)), Step((SECOND,)), one_at_a_time=True)
    assert [item for item in observations if isinstance(item, Settled)] == [Settled(SECOND)]


def test_calls_come_in_one_thread() -> None:
    """An emitter that binds a connection to its thread is called in the same one each time."""
    in_process.threads_seen.clear()
    observe("noting_its_thread", Step((FIRST,)), Step((SECOND,)))
    assert len(in_process.threads_seen) == 2
    assert len(set(in_process.threads_seen)) == 1


@pytest.mark.parametrize(
    ("refuse_with", "response"), [("503", Answered(status=503)), ("refuse", Refused(error="refused"))]
)
def test_a_delivery_is_refused(refuse_with: str, response: Answered | Refused) -> None:
    """In a refusing step each delivery gets the refusal; that the emitter raises then is no error."""
    plan = (Step((FIRST,), refuse=True), Step((FIRST,)))
    refused, asked, taken, again = observe("raising_when_refused", *plan, refuse_with=refuse_with)
    assert isinstance(refused, Emission)
    assert isinstance(taken, Emission)
    assert (refused.response, taken.response) == (response, Answered(status=202))
    assert (asked, again) == (Settled(FIRST, refused=True), Settled(FIRST))


def test_without_a_delivery_nothing_was_refused() -> None:
    """An emitter that sends nothing in a refusing step owes no retry, and an exception there is an error."""
    assert observe("silent", Step((FIRST,), refuse=True)) == [Settled(FIRST, refused=False)]
    assert "JSONDecodeError" in only_fault("raising", Step((FIRST,), refuse=True)).message


def test_an_event_that_is_not_implemented_is_no_error() -> None:
    """NotImplementedError says that nothing is emitted."""
    assert observe("not_implemented") == [Settled(FIRST)]


def test_an_exception_is_named_with_the_emitters_line() -> None:
    """The place is the emitter's own line, not the library's below it, and the next trigger is still asked."""
    fault, asked = observe("raising", Step((FIRST,)), Step((SECOND,)))
    assert isinstance(fault, Fault)
    assert isinstance(asked, Fault)
    problem = "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
    assert fault.message == f"tests.emitters.in_process:raising raised {problem}"
    assert fault.trigger == FIRST
    assert fault.where
    assert fault.where.file == "tests/emitters/in_process.py"
    lines = Path(in_process.__file__).read_text().splitlines()
    assert 'json.loads("nonsense")' in lines[(fault.where.line or 0) - 1]


def test_an_emitter_can_not_end_the_run() -> None:
    """SystemExit is an error of the emitter like any other."""
    assert only_fault("exiting").message.endswith("raised SystemExit: enough")


CLIENTS = ["by_requests", "by_urllib", "by_urllib3", "by_http_client", "by_httpx", "by_httpx_async", "by_own_adapter"]
WAYS = ["by_a_loop_of_its_own", "by_a_task_left_behind", "by_late_thread", "by_a_program", "by_a_fork"]


@pytest.mark.parametrize("name", [*CLIENTS, *WAYS, "by_a_process_pool"])
def test_any_client_that_sends_to_the_destination_is_heard(name: str) -> None:
    """From a thread, a task, an event loop, a program and a forked process too, and also if nobody waits for it."""
    emission, settled = observe(name)
    assert isinstance(emission, Emission)
    assert json.loads(emission.body) == FIRST.model_dump()
    assert (emission.trigger, emission.response, settled) == (FIRST, Answered(status=202), Settled(FIRST))


@pytest.mark.parametrize("name", [*CLIENTS, "by_a_loop_of_its_own"])
def test_any_client_meets_a_refusal(name: str) -> None:
    """Its delivery is refused, and the next one is taken."""
    observations = observe(name, Step((FIRST,), refuse=True), Step((FIRST,)))
    emissions = [item for item in observations if isinstance(item, Emission)]
    assert [emission.delivered for emission in emissions] == [False, True]
    assert [item for item in observations if not isinstance(item, Emission)] == [
        Settled(FIRST, refused=True),
        Settled(FIRST),
    ]


def test_a_session_may_stay_bound_to_its_event_loop() -> None:
    """aiohttp's is kept from call to call, as in a service."""
    observations = observe("by_aiohttp", Step((FIRST,)), Step((SECOND,)))
    assert [item.trigger for item in observations if isinstance(item, Emission)] == [FIRST, SECOND]
    assert not [item for item in observations if isinstance(item, Fault)]


@pytest.mark.parametrize("name", ["away", "away_async"])
@pytest.mark.parametrize("place", ["receiver.invalid:80", "127.0.0.1:9", "192.0.2.1:80"])
def test_what_goes_elsewhere_is_an_error(name: str, place: str) -> None:
    """No other client reaches the network, and it is reported if the emitter swallows it."""
    step = Step((Trigger(event="e", fact={"url": f"http://{place}/hook"}),))
    assert f"the emitter connected to {place}" in only_fault(name, step).message


def test_a_proxy_is_not_asked_for_the_destination(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy settings don't come between, and are as they were afterwards."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "intranet.invalid")
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("by_requests", "by_urllib", "by_httpx"):
        emission, _ = observe(name)
        assert isinstance(emission, Emission)
    assert (os.environ["no_proxy"], "NO_PROXY" in os.environ) == ("intranet.invalid", False)


@pytest.mark.parametrize("name", ["to_local_port", "by_connect_ex", "by_datagram"])
def test_a_connection_to_this_machine_is_an_error(name: str) -> None:
    """A server on this machine isn't reached either, unless it is allowed."""
    kind = socket.SOCK_DGRAM if name == "by_datagram" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            server.listen()
        server.settimeout(0.05)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        step = Step((Trigger(event="e", fact={"address": address}),))
        assert f"the emitter connected to {address}," in only_fault(name, step).message
        with pytest.raises(TimeoutError):
            server.accept() if kind is socket.SOCK_STREAM else server.recvfrom(10)
        if name == "to_local_port":
            assert not [item for item in observe(name, step, allow=[address]) if isinstance(item, Fault)]
            server.accept()[0].close()


def test_sockets_that_lead_nowhere_are_left_alone() -> None:
    """A pair of sockets within the process is no connection."""
    assert observe("within_the_machine") == [Settled(FIRST)]


def test_another_destination_is_an_error() -> None:
    """A request through requests to another host is reported, and no emission."""
    fault, asked = observe("elsewhere")
    assert isinstance(fault, Fault)
    assert "the emitter connected to POST https://elsewhere.invalid/hook" in fault.message
    assert asked == Settled(FIRST)


def test_other_threads_keep_their_connections() -> None:
    """The guard is on the emitter's threads alone: while it is suspended, this thread connects and asks."""
    driver = open_driver({"python": "tests.emitters.in_process:well_behaved"})
    observations = driver.observe((Step((FIRST,)), Step((SECOND,))))
    next(observations)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]):
        server.accept()[0].close()
    assert len(list(observations)) == 3


@pytest.mark.parametrize("name", ["from_a_thread", "from_a_daemon", "from_a_pool"])
def test_threads_of_the_emitter_are_waited_for(name: str) -> None:
    """What a thread sends after the callable has returned belongs to the trigger."""
    emission, asked = observe(name, settle=1)
    assert isinstance(emission, Emission)
    assert (emission.trigger, asked) == (FIRST, Settled(FIRST))


def test_a_thread_that_stays_at_work_is_an_error() -> None:
    """A thread that outlives the bound is named."""
    assert "thread 'busy' was still at work 0.2 s" in only_fault("with_a_busy_thread", timeout=0.2).message


def test_a_callable_that_hangs_is_given_up() -> None:
    """After the bound nothing more is asked of the emitter."""
    (fault,) = observe("hanging", Step((FIRST,)), Step((SECOND,)), timeout="200ms")
    assert isinstance(fault, Fault)
    assert "didn't return within 0.2 s" in fault.message
    assert fault.trigger == FIRST


def test_prints_do_not_reach_standard_output() -> None:
    """Whatever the emitter prints goes to standard error: standard output carries the result."""
    program = (
        "from contracts.emitters import open_driver\n"
        "from contracts.model.driver import Step\n"
        "from contracts.model.emission import Trigger\n"
        "driver = open_driver({'python': 'tests.emitters.in_process:printing'})\n"
        "for item in driver.observe((Step((Trigger(event='e'),)),)): print(type(item).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "Emission\nSettled\n"
    assert set(done.stderr.splitlines()) == {"by print", "by descriptor", "by child"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nonsense", "'nonsense' isn't MODULE:NAME"),
        ("a b:emit", "'a b:emit' isn't MODULE:NAME"),
        ("no_such_module:emit", "no_such_module can't be imported: ModuleNotFoundError"),
        ("tests.emitters.in_process:well_behave", r"has no well_behave \(did you mean 'well_behaved'\?\)"),
        ("tests.emitters.in_process:NOT_CALLABLE", "can't be called"),
        ("tests.emitters.in_process:generator", "is a generator"),
        ("tests.emitters.in_process:of_one_argument", r"can't take \(trigger, destination\): too many positional"),
    ],
)
def test_a_callable_that_can_not_be_used_is_misuse(target: str, message: str) -> None:
    """What is named wrongly is refused with what is wrong and what to hand in."""
    with pytest.raises(MisuseError, match=message) as raised:
        list(open_driver({"python": target}).observe(()))
    assert raised.value.next_step
    assert raised.value.where is None


def test_a_module_that_fails_is_misuse_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception while the module is imported is shown with the module's own line."""
    (tmp_path / "half_an_emitter.py").write_text("import json\njson.loads('nonsense')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(MisuseError, match="half_an_emitter can't be imported: json") as raised:
        list(open_driver({"python": "half_an_emitter:emit"}).observe(()))
    assert raised.value.where == Where("half_an_emitter.py", 2)


@pytest.mark.parametrize("text", ["", "maybe", "202", "503,202", "600", "503@soon"])
def test_a_refusal_that_refuses_nothing_is_misuse(text: str) -> None:
    """`--refuse-with` takes one answer that isn't a success."""
    with pytest.raises(MisuseError, match="refuse-with"):
        open_driver({"python": "tests.emitters.in_process:silent", "refuse-with": text})


def test_closing_early_ends_everything() -> None:
    """A run that is given up in the middle leaves nothing patched; the fixture checks it."""
    driver = open_driver({"python": "tests.emitters.in_process:well_behaved"})
    observations = driver.observe((Step((FIRST,)), Step((SECOND,))))
    next(observations)
    observations.close()  # type: ignore[attr-defined] # every driver's iterator is a generator
