"""`--command`: one process a trigger, in any language."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Answered, Emission, Fault, Settled
from contracts.webinar.events import ClientWebinarCompleted
from tests.emitters.parts import FIRST, OTHER, SECOND, has_ended, needs_proc, observe, only_fault, python_script
from tests.wordpress.verdicts import rules, verify

TO_STDOUT = """
import json, sys
trigger = json.load(sys.stdin)
print(json.dumps({"headers": {"Content-Type": "text/plain"}, "body": json.dumps(trigger)}))
"""

TO_SINK = """
import json, os, sys, urllib.error, urllib.request
trigger = json.load(sys.stdin)
request = urllib.request.Request(os.environ["CONTRACTS_SINK_URL"] + "/events", data=json.dumps(trigger).encode())
urllib.request.urlopen(request, timeout=10)
"""


def command(folder: Path, text: str, **options: Any) -> dict[str, Any]:
    """Return the options that run a Python program for each trigger."""
    return {"command": python_script(folder, text), "settle": "0.1"} | options


def test_captures_come_on_standard_output(tmp_path: Path) -> None:
    """The trigger is on standard input, and what is written is the emission of that trigger."""
    emission, asked = observe(command(tmp_path, TO_STDOUT))
    assert isinstance(emission, Emission)
    assert json.loads(emission.body) == FIRST.model_dump()
    assert (emission.headers, emission.trigger) == ({"content-type": "text/plain"}, FIRST)
    assert emission.where == Where(f"standard output of {Path(sys.executable).name}", 1)
    assert asked == Settled(FIRST, refused=False)


def test_messages_come_over_http(tmp_path: Path) -> None:
    """What is posted to the sink is the emission of the trigger, with the answer that it got."""
    emission, asked = observe(command(tmp_path, TO_SINK))
    assert isinstance(emission, Emission)
    assert json.loads(emission.body) == FIRST.model_dump()
    assert emission.url.endswith("/events")
    assert (emission.trigger, emission.response) == (FIRST, Answered(status=202))
    assert asked == Settled(FIRST)


ASKS_FIRST = """
import http.client, json, os, sys, urllib.parse
trigger, host = sys.stdin.read(), urllib.parse.urlsplit(os.environ["CONTRACTS_SINK_URL"]).netloc
connection = http.client.HTTPConnection(host, timeout=5)
connection.request("OPTIONS", "/", headers=QUESTION)
answer = connection.getresponse()
answer.read()
assert answer.status < 300 and answer.headers[EXPECTED], answer.headers
connection.request("POST", "/", trigger, {"Content-Type": "application/cloudevents+json"})
sys.exit(0 if connection.getresponse().status < 300 else 1)
"""
BROWSER = {"Origin": "https://site.example", "Access-Control-Request-Method": "POST"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"WebHook-Request-Origin": "emitter.example"}, "WebHook-Allowed-Origin"),
        (BROWSER, "Access-Control-Allow-Origin"),
    ],
)
def test_an_emitter_may_ask_before_it_sends(tmp_path: Path, question: dict[str, str], expected: str) -> None:
    """CloudEvents' handshake and a browser's preflight are answered, and the message is the only emission."""
    text = f"QUESTION, EXPECTED = {question!r}, {expected!r}\n{ASKS_FIRST}"
    emission, asked = observe(command(tmp_path, text))
    assert isinstance(emission, Emission)
    assert (emission.method, json.loads(emission.body), asked) == ("POST", FIRST.model_dump(), Settled(FIRST))


@pytest.mark.parametrize("refuse_with", ["503", "refuse"])
def test_a_delivery_is_refused(tmp_path: Path, refuse_with: str) -> None:
    """In a refusing step the process gets the refusal; that it fails then is no error."""
    options = command(tmp_path, TO_SINK, refuse_with=refuse_with)
    refused, asked, taken, again = observe(options, Step((FIRST,), refuse=True), Step((FIRST,)))
    assert isinstance(refused, Emission)
    assert isinstance(taken, Emission)
    assert (refused.delivered, taken.delivered) == (False, True)
    assert (asked, again) == (Settled(FIRST, refused=True), Settled(FIRST))


def test_without_a_delivery_nothing_was_refused(tmp_path: Path) -> None:
    """Captures on standard output are no deliveries: the step says that nothing was refused."""
    emission, asked = observe(command(tmp_path, TO_STDOUT), Step((FIRST,), refuse=True))
    assert isinstance(emission, Emission)
    assert asked == Settled(FIRST, refused=False)


def test_processes_run_at_the_same_time(tmp_path: Path) -> None:
    """Two processes that wait for each other both end, and nobody says which sent what."""
    meeting = f"""
import json, pathlib, sys, time
trigger = json.load(sys.stdin)
folder = pathlib.Path({str(tmp_path)!r})
(folder / trigger["fact"]["client_id"]).touch()
while not ((folder / "c1").exists() and (folder / "c2").exists()): time.sleep(0.01)
""" + TO_SINK.replace("trigger = json.load(sys.stdin)", "")
    options = command(tmp_path, meeting, timeout="20s")
    assert open_driver(options).capabilities == Capabilities(drives=True, refuses=True, simultaneous=True)
    one, two, *asked = observe(options, Step((FIRST, SECOND)))
    assert isinstance(one, Emission)
    assert isinstance(two, Emission)
    assert {json.loads(item.body)["delivery"] for item in (one, two)} == {"d1", "d2"}
    assert one.trigger is None
    assert asked == [Settled(FIRST), Settled(SECOND)]


def test_simultaneous_triggers_are_left_out_where_they_can_not_be(tmp_path: Path) -> None:
    """With one process at a time the step isn't faked."""
    options = command(tmp_path, TO_STDOUT, one_at_a_time=True)
    assert not open_driver(options).capabilities.simultaneous
    assert observe(options, Step((FIRST, SECOND))) == []


def test_emitting_nothing_is_an_answer(tmp_path: Path) -> None:
    """A process that ends with 0 and is silent doesn't implement the event."""
    assert observe(command(tmp_path, ""), Step((OTHER,))) == [Settled(OTHER)]


def test_a_failure_shows_what_the_process_wrote(tmp_path: Path) -> None:
    """An exit code other than 0 is an error with standard error, and the next trigger is still asked."""
    options = command(tmp_path, "import sys; sys.exit('no such table: outbox')")
    first, second = observe(options, Step((FIRST,)), Step((SECOND,)))
    assert isinstance(first, Fault)
    assert isinstance(second, Fault)
    assert first.message.endswith("ended with exit code 1; it wrote:\nno such table: outbox")
    assert (first.rule, first.trigger, second.trigger) == ("driver-error", FIRST, SECOND)


def test_a_failure_shows_the_end_of_much_output(tmp_path: Path) -> None:
    """Of a megabyte on standard error the last lines are shown."""
    fault = only_fault(observe(command(tmp_path, "import sys; sys.stderr.write('x' * 10**6 + 'the end'); sys.exit(3)")))
    assert fault.message.endswith("xthe end")
    assert len(fault.message) < 3000


def test_a_crash_names_its_signal(tmp_path: Path) -> None:
    """A process that is killed says by what."""
    fault = only_fault(observe(command(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")))
    assert "was ended by SIGKILL, and wrote nothing" in fault.message


def test_what_is_no_capture_is_reported(tmp_path: Path) -> None:
    """A line on standard output that is none is a fault of its own; the rest is read."""
    fault, emission, asked = observe(command(tmp_path, "print('sending…')\n" + TO_STDOUT))
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.trigger) == ("unreadable-capture", FIRST)
    assert "standard error" in (fault.next_step or "")
    assert isinstance(emission, Emission)
    assert asked == Settled(FIRST)


def test_much_standard_output_does_not_block(tmp_path: Path) -> None:
    """A process that writes megabytes, and one that never reads its input, both end."""
    text = "import json\nfor n in range(2000): print(json.dumps({'headers': {}, 'body': 'x' * 2000}))"
    observations = observe(command(tmp_path, text))
    assert len([item for item in observations if isinstance(item, Emission)]) == 2000


def test_a_flood_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A thousand lines that are no captures are enough: that the rest isn't read is said, and is no yes."""
    *faults, last, asked = observe(command(tmp_path, "print('y\\n' * 999)\n" + TO_STDOUT + "\nprint('y\\n' * 300_000)"))
    assert len([item for item in faults if isinstance(item, Fault)]) == 1000
    assert len([item for item in faults if isinstance(item, Emission)]) <= 1
    assert isinstance(last, Fault)
    assert "1000 lines are no captures; what follows them isn't read" in last.message
    assert asked == Settled(FIRST)


@needs_proc()
def test_a_process_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """After the timeout the whole group is gone, also a child that ignores the polite signal."""
    text = f"""
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", stubborn])
pathlib.Path({str(tmp_path)!r}, "pids").write_text(f"{{os.getpid()}} {{child.pid}}")
sys.stderr.write("waiting for a lock"); sys.stderr.flush()
time.sleep(60)
"""
    fault = only_fault(observe(command(tmp_path, text, timeout="1s")))
    assert "didn't end within 1 s; it wrote:\nwaiting for a lock" in fault.message
    assert all(has_ended(int(pid)) for pid in (tmp_path / "pids").read_text().split())


@needs_proc()
def test_a_child_that_is_left_behind_may_send_and_is_ended(tmp_path: Path) -> None:
    """What a background child sends within the settle time counts; then it is ended."""
    text = f"""
import os, pathlib, subprocess, sys, time
folder = pathlib.Path({str(tmp_path)!r})
child = "import os, pathlib, time, urllib.request; "
child += "pathlib.Path('" + str(folder) + "', 'ready').touch(); time.sleep(0.1); "
child += "urllib.request.urlopen(os.environ['CONTRACTS_SINK_URL'], data=b'late'); time.sleep(60)"
process = subprocess.Popen([sys.executable, "-c", child])
(folder / "pid").write_text(str(process.pid))
while not (folder / "ready").exists(): time.sleep(0.01)
"""
    emission, asked = observe(command(tmp_path, text, settle="2s"))
    assert isinstance(emission, Emission)
    assert emission.body == b"late"
    assert asked == Settled(FIRST)
    assert has_ended(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("no-such-program --x", "--command: 'no-such-program' can't be run"),
        ("'open quote", "can't be split into words: No closing quotation"),
        ("  ", "can't be run"),
    ],
)
def test_a_command_that_can_not_be_run_is_misuse(words: str, message: str) -> None:
    """It is refused before anything is triggered."""
    with pytest.raises(MisuseError, match=message):
        open_driver({"command": words})


SHELL = Path(__file__).parents[2] / "docs" / "examples" / "emitter.sh"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_shell_script_with_curl_is_an_emitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the docs states a completed webinar, once, and implements nothing else."""
    monkeypatch.setenv("OUTBOX", str(tmp_path))
    steps = Step((FIRST,)), Step((FIRST,)), Step((OTHER,))
    emission, *asked = observe({"command": f"sh {SHELL}", "settle": "0.1"}, *steps)
    assert isinstance(emission, Emission)
    event = ClientWebinarCompleted.model_validate_json(emission.body)
    assert event.data.model_dump() == FIRST.fact
    assert emission.headers["content-type"] == "application/cloudevents+json"
    assert asked == [Settled(FIRST), Settled(FIRST), Settled(OTHER)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_shell_script_keeps_its_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused deliveries are made good with the same content, also after four repeats at the same time."""
    monkeypatch.setenv("OUTBOX", str(tmp_path))
    steps = Step((FIRST,) * 4, refuse=True), Step((SECOND,))
    observations = observe({"command": f"sh {SHELL}", "settle": "0.1", "refuse-with": "refuse"}, *steps)
    emissions = [item for item in observations if isinstance(item, Emission)]
    refused = {item.body for item in emissions if not item.delivered}
    taken = [item.body for item in emissions if item.delivered]
    assert len(refused) == 1
    assert refused < set(taken)
    assert len(taken) == len(set(taken)) == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_an_outbox_that_remembers_the_last_run_passes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts are new in every run; with one seed for both the second run finds the emitter silent."""
    monkeypatch.setenv("OUTBOX", str(tmp_path / "outbox"))
    script = Path(__file__).parents[2] / "docs" / "examples" / "emitter.sh"
    options: dict[str, Any] = {"command": f"sh {script}", "settle": "0.05"}
    assert [verify(options).success for _ in range(2)] == [True, True]
    monkeypatch.setenv("OUTBOX", str(tmp_path / "another"))
    first, second = (verify(options | {"seed": "run-7"}) for _ in range(2))
    assert (first.success, first.seed) == (True, "run-7")
    assert "not-emitted" in rules(second)
