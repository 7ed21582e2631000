"""`contracts record -- COMMAND`: any suite, any language, and what it sends is in the captures."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.model.emission import Emission, Fault, Observation

RECORD = [sys.executable, "-m", "contracts.cli", "record"]
SEND = "import os, sys, urllib.request as r; r.urlopen(os.environ['CONTRACTS_SINK_URL'], {body!r}.encode(), 10)"


def run(folder: Path, *words: str, options: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
    """Record a command in a folder."""
    return subprocess.run(
        [*RECORD, *options, "--", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | env,
        check=False,
    )


def python(*lines: str) -> tuple[str, ...]:
    """A command that runs Python."""
    return sys.executable, "-c", "\n".join(lines)


def send(body: str) -> str:
    """A line of Python that sends a message."""
    return SEND.format(body=body)


def observed(file: Path) -> list[Observation]:
    """Read captures as `contracts verify` does."""
    return list(open_driver({"captures": str(file)}).observe(()))


def documents(file: Path) -> list[dict[str, Any]]:
    """The lines as they stand there."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    name = ["-c", "user.name=A", "-c", "user.email=a@example.invalid"]
    done = subprocess.run(
        ["git", *name, *arguments], cwd=folder, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A working copy with one commit."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "emitter.py").write_text("print('hello')\n")
    (folder / "service").mkdir()
    (folder / "service" / "part.py").write_text("\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def test_what_a_suite_sends_is_recorded_and_its_exit_code_stays(tmp_path: Path) -> None:
    """Two messages, the suite's own output, and its own failure."""
    done = run(tmp_path, *python(send("a"), send("b"), "print('two tests'); sys.exit(3)"))
    assert (done.returncode, done.stdout) == (3, "two tests\n")
    assert done.stderr.splitlines()[-1] == "recorded 2 messages in captures.ndjson"
    assert [item.body for item in observed(tmp_path / "captures.ndjson") if isinstance(item, Emission)] == [b"a", b"b"]


CLIENTS = {
    "sh": ["sh", "-c", 'curl --silent --data a "$CONTRACTS_SINK_URL"'],
    "node": ["node", "-e", "fetch(process.env.CONTRACTS_SINK_URL, {method: 'POST', body: 'a'})"],
    "php": [
        "php",
        "-r",
        "$http = ['method' => 'POST', 'content' => 'a', 'header' => 'Content-Type: text/plain'];"  # noqa: ISC004 - one program
        "file_get_contents(getenv('CONTRACTS_SINK_URL'), false, stream_context_create(['http' => $http]));",
    ],
}


@pytest.mark.parametrize("name", CLIENTS)
def test_any_language_is_heard(tmp_path: Path, name: str) -> None:
    """What a shell, JavaScript or PHP sends."""
    if shutil.which(CLIENTS[name][0]) is None or (name == "sh" and shutil.which("curl") is None):
        pytest.skip(f"{name} isn't installed")
    assert run(tmp_path, *CLIENTS[name]).returncode == 0
    (emission,) = observed(tmp_path / "captures.ndjson")
    assert isinstance(emission, Emission)
    assert emission.body == b"a"


def test_every_line_names_the_commit_and_that_it_was_clean(checkout: Path) -> None:
    """The captures of the last run, which lie there and which git doesn't know, don't make the checkout dirty."""
    commit = {"id": git(checkout, "rev-parse", "HEAD"), "clean": True}
    for _ in range(2):
        assert run(checkout, *python(send("a"), send("b"))).returncode == 0
        assert [line["commit"] for line in documents(checkout / "captures.ndjson")] == [commit, commit]


@pytest.mark.parametrize("change", ["changed", "unknown to git"])
def test_a_checkout_that_differs_is_not_clean(checkout: Path, change: str) -> None:
    """A changed file, and one that git doesn't know; an ignored one is neither."""
    (checkout / ".gitignore").write_text("*.log\n")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "Ignore")
    (checkout / "tests.log").write_text("x")
    run(checkout, *python(send("a")))
    assert documents(checkout / "captures.ndjson")[0]["commit"]["clean"] is True
    (checkout / ("emitter.py" if change == "changed" else "other.py")).write_text("print('bye')\n")
    run(checkout, *python(send("a")))
    assert documents(checkout / "captures.ndjson")[0]["commit"]["clean"] is False


def test_a_project_in_a_folder_of_its_own_is_clean_by_itself(checkout: Path) -> None:
    """What lies beside the project's folder isn't the project's; that a suite changes a file comes too late."""
    (checkout / "emitter.py").write_text("print('bye')\n")
    service = checkout / "service"
    run(service, *python(send("a"), "open('part.py', 'w').write('x')"))
    assert documents(service / "captures.ndjson")[0]["commit"]["clean"] is True
    run(service, *python(send("a")))
    assert documents(service / "captures.ndjson")[0]["commit"]["clean"] is False


def test_without_a_checkout_no_commit_is_named(tmp_path: Path) -> None:
    """There is nothing to name."""
    run(tmp_path, *python(send("a")), GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert "commit" not in documents(tmp_path / "captures.ndjson")[0]


def test_a_recorder_inside_the_suite_writes_to_the_same_captures(checkout: Path) -> None:
    """Its lines are stamped too, its faults stay faults, and what it tore stays torn."""
    line = json.dumps({"headers": {}, "body": "}", "context": "ATest::test_it"})
    out = run(
        checkout,
        *python(
            "import os; f = open(os.environ['CONTRACTS_CAPTURES'], 'a')",
            f"f.write({line!r} + '\\n\\n'); f.write(' ' + '{{\"fault\": \"lost\"}}\\n'); f.write('nonsense\\n')",
            "f.flush(); assert os.environ['CONTRACTS_DESTINATION'] == os.environ['CONTRACTS_SINK_URL']",
            send("a"),
        ),
    )
    assert out.returncode == 0, out.stderr
    assert out.stderr.splitlines()[-1] == "recorded 2 messages, and 2 faults in captures.ndjson"
    emission, fault, nonsense, sent = observed(checkout / "captures.ndjson")
    assert isinstance(emission, Emission)
    assert isinstance(sent, Emission)
    assert (emission.body, emission.context) == (b"}", "ATest::test_it")
    assert emission.commit == sent.commit
    assert emission.commit is not None
    assert isinstance(fault, Fault)
    assert isinstance(nonsense, Fault)
    assert (fault.message, nonsense.message.startswith("the line is no JSON")) == ("lost", True)


def test_a_destination_of_the_suite_s_own_stays(tmp_path: Path) -> None:
    """And what a recorder passes on to the sink isn't recorded twice."""
    show = python("import os; print(os.environ.get('CONTRACTS_DESTINATION'))")
    assert run(tmp_path, *show, CONTRACTS_DESTINATION="https://receiver.example/hook").stdout.startswith("https://rec")
    assert run(tmp_path, *show, CONTRACTS_DESTINATION="", CONTRACTS_RECORDER_RESPONSE="503,pass").stdout.strip() == ""


def test_the_captures_are_replaced_once_at_the_end(tmp_path: Path) -> None:
    """While the suite runs the last recording is there, and nothing is left beside it."""
    (tmp_path / "captures.ndjson").write_text("the last run\n")
    done = run(tmp_path, *python("print(open('captures.ndjson').read())", send("a")))
    assert done.stdout.startswith("the last run")
    assert [item.name for item in tmp_path.iterdir()] == ["captures.ndjson"]
    assert len(documents(tmp_path / "captures.ndjson")) == 1


def test_a_suite_that_sends_nothing_says_so(tmp_path: Path) -> None:
    """The file is there and empty: the verification ends with 3, and not with the last run's verdict."""
    (tmp_path / "captures.ndjson").write_text("the last run\n")
    done = run(tmp_path, *python("print('no test')"))
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "recorded 0 messages in captures.ndjson")
    assert (tmp_path / "captures.ndjson").read_bytes() == b""


def test_the_suite_is_answered_as_told(tmp_path: Path) -> None:
    """The first delivery is refused; the answers are recorded."""
    twice = (
        "for _ in range(2):\n    try: r.urlopen(os.environ['CONTRACTS_SINK_URL'], b'a', 10)\n    except OSError: pass"
    )
    run(tmp_path, *python("import os, urllib.request as r", twice), options=("--respond", "503,202"))
    assert [line["response"] for line in documents(tmp_path / "captures.ndjson")] == [{"status": 503}, {"status": 202}]


def test_what_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    """A process that the suite leaves behind sends a moment later."""
    late = "import time; time.sleep(0.4); " + send("late")
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {late!r}])"
    run(tmp_path, *python(leave), options=("--settle", "2"))
    assert [line["body"] for line in documents(tmp_path / "captures.ndjson")] == ["late"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_suite_and_what_came_is_kept(tmp_path: Path, number: signal.Signals) -> None:
    """The command ends as the suite does: 128 and the signal's number."""
    wait = python(send("a"), "open('ready', 'w').close(); import time; time.sleep(60)")
    process = subprocess.Popen([*RECORD, "--", *wait], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "ready").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 128 + number
    assert stderr.splitlines()[-1] == "recorded 1 message in captures.ndjson"


def test_a_suite_that_dies_ends_as_a_shell_says_it(tmp_path: Path) -> None:
    """128 and the number of the signal."""
    assert run(tmp_path, *python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")).returncode == 137


@pytest.mark.parametrize(
    ("options", "words", "message"),
    [
        ((), ("no-such-program",), "no-such-program can't be run: No such file or directory"),
        (("--out", "no/such/folder/file"), ("true",), "the captures can't be written: No such file or directory"),
        (("--respond", "ok"), ("true",), "--respond: 'ok' is no answer"),
        (("--settle", "soon"), ("true",), "--settle: 'soon' is no duration"),
        ((), (), "Missing argument"),
    ],
)
def test_wrong_use_is_said(tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...], message: str) -> None:
    """Exit 2, a sentence, and nothing left behind."""
    done = run(tmp_path, *words, options=options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_commit_is_read_with_the_capture(checkout: Path) -> None:
    """What is written is what `contracts verify` reads."""
    run(checkout, *python(textwrap.dedent(send("a"))))
    (emission,) = observed(checkout / "captures.ndjson")
    assert isinstance(emission, Emission)
    assert emission.commit is not None
    assert (emission.commit.id, emission.commit.clean) == (git(checkout, "rev-parse", "HEAD"), True)
