"""The WordPress recorder: what a plugin hands to the HTTP API becomes capture lines."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters.captures import read_captures
from contracts.model.emission import Emission
from tests.wordpress.programs import finished

pytestmark = pytest.mark.usefixtures("php")

DESTINATION = "https://receiver.example/hook"
CALLS = Path(__file__).parent / "calls.php"


def start(captures: Path | None, calls: list[dict[str, Any]], **env: str) -> subprocess.Popen[bytes]:
    """Start a PHP process with the recorder, in the captures' folder, and hand it its calls."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CONTRACTS_")}
    if captures:
        clean |= {"CONTRACTS_CAPTURES": str(captures), "CONTRACTS_DESTINATION": DESTINATION}
    process = subprocess.Popen(
        ["php", str(CALLS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=captures.parent if captures and captures.parent.is_dir() else None,
        env=clean | env,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(calls).encode())
    process.stdin.close()
    process.stdin = None
    return process


def record(captures: Path, *calls: dict[str, Any], **env: str) -> tuple[list[Any], list[dict[str, Any]]]:
    """Make calls in one process: what they were answered, and the captures."""
    done = finished(start(captures, list(calls), **env))
    assert (done.returncode, done.stderr) == (0, b"")
    lines = captures.read_bytes().splitlines() if captures.exists() else []
    return json.loads(done.stdout), [json.loads(line) for line in lines if line]


def call(url: str = DESTINATION, body: Any = "{}", **more: Any) -> dict[str, Any]:
    """A call of wp_remote_post()."""
    return {"url": url, "args": {"headers": {"Content-Type": "application/json"}, "body": body}} | more


def test_writes_a_capture_and_answers_202(tmp_path: Path) -> None:
    """Every key of the capture format, and a response that looks accepted."""
    answers, (capture,) = record(tmp_path / "captures", call(body='{"a": "\u00fc/\\n"}'))
    assert answers[0]["response"]["code"] == 202
    assert capture.pop("at").endswith("Z")
    assert capture == {
        "method": "POST",
        "url": DESTINATION,
        "headers": {"content-type": "application/json"},
        "body": '{"a": "\u00fc/\\n"}',
        "body_encoding": "utf-8",
        "response": {"status": 202},
        "trigger": None,
        "context": None,
    }


@pytest.mark.parametrize(
    ("url", "recorded"),
    [
        (f"{DESTINATION}/events?x=1", True),
        (f"{DESTINATION}?x=1", True),
        ("HTTPS://Receiver.Example/hook", True),
        (f"{DESTINATION}s", False),
        ("https://receiver.example/Hook", False),
        ("https://receiver.example.org/hook", False),
        ("http://receiver.example/hook", False),
        ("https://api.example/hook", False),
    ],
)
def test_records_the_destination_and_lets_all_else_pass(tmp_path: Path, url: str, recorded: bool) -> None:
    """A call to anywhere else is answered what it would have been without the recorder."""
    answers, captures = record(tmp_path / "captures", call(url))
    assert len(captures) == recorded
    assert (answers[0] is False) != recorded


def test_hands_on_what_somebody_else_answered(tmp_path: Path) -> None:
    """A response mocked by the plugin's own test stays, and the call is recorded with it."""
    mocked = {"response": {"code": 503}, "body": "mocked"}
    answers, captures = record(
        tmp_path / "captures", call(preempt=mocked), call("https://elsewhere.example/", preempt=mocked)
    )
    assert answers == [mocked, mocked]
    assert [capture["response"] for capture in captures] == [{"status": 503}]


@pytest.mark.parametrize("env", [{}, {"CONTRACTS_DESTINATION": DESTINATION}, {"CONTRACTS_RECORDER_RESPONSE": "503"}])
def test_does_nothing_without_its_variable(env: dict[str, str]) -> None:
    """Left behind on a site, it changes nothing."""
    done = finished(start(None, [call()], **env))
    assert (json.loads(done.stdout), done.stderr) == ([False], b"")


def test_says_when_the_destination_is_missing(tmp_path: Path) -> None:
    """Half of the variables would otherwise look like a plugin that sends nothing."""
    done = finished(start(tmp_path / "captures", [call()], CONTRACTS_DESTINATION=""))
    assert json.loads(done.stdout) == [False]
    assert b"CONTRACTS_DESTINATION is not" in done.stderr


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a\xed\xa0\x80b", b"\x1f\x8b\x08\x00"])
def test_a_body_that_is_not_utf_8_is_kept_in_base64(tmp_path: Path, body: bytes) -> None:
    """Also a lone surrogate, which JSON could not carry."""
    _, (capture,) = record(tmp_path / "captures", call(body=base64.b64encode(body).decode(), base64=True))
    assert capture["body_encoding"] == "base64"
    assert base64.b64decode(capture["body"]) == body


def test_an_array_is_recorded_as_the_form_that_goes_over_the_wire(tmp_path: Path) -> None:
    """WordPress form-encodes arrays; a GET's go to the query."""
    fields = {"id": "1 2", "data": {"client_id": "c&1"}}
    _, (post, get) = record(
        tmp_path / "captures",
        {"url": DESTINATION, "args": {"body": fields}},
        {"url": DESTINATION, "args": {"body": fields, "method": "GET"}},
    )
    assert post["body"] == "id=1+2&data%5Bclient_id%5D=c%261"
    assert post["headers"]["content-type"].startswith("application/x-www-form-urlencoded")
    assert (get["url"], get["body"]) == (f"{DESTINATION}?(not recorded)", "")


def test_headers_come_as_text_too(tmp_path: Path) -> None:
    """WordPress takes headers as one string."""
    args = {"headers": "Content-Type: application/cloudevents+json\r\nce-id: b: c\r\n", "body": "{}"}
    _, (capture,) = record(tmp_path / "captures", {"url": DESTINATION, "args": args})
    assert capture["headers"] == {"content-type": "application/cloudevents+json", "ce-id": "b: c"}


@pytest.mark.parametrize("name", ["authorization", "x-api-key", "x-webinar-tracker-key", "private-token", "trace"])
def test_what_only_a_key_could_be_stays_out_of_the_captures(tmp_path: Path, name: str) -> None:
    """Captures are uploaded and shared: the header is seen, and what it holds isn't, whatever it is called."""
    as_list = {"headers": {name.title(): "Bearer k-1"}, "body": "{}"}
    as_text = {"headers": f"{name}: Bearer k-1\r\n", "body": "{}"}
    _, captures = record(tmp_path / "captures", *({"url": DESTINATION, "args": args} for args in (as_list, as_text)))
    assert [capture["headers"][name] for capture in captures] == ["(not recorded)"] * 2
    assert "k-1" not in (tmp_path / "captures").read_text()


def test_a_header_that_is_named_is_recorded(tmp_path: Path) -> None:
    """A pact may ask for one."""
    args = {"headers": {"Tenant": "t-1", "X-Key": "k-1", "X-Region": "eu"}, "body": "{}"}
    _, (capture,) = record(
        tmp_path / "captures", {"url": DESTINATION, "args": args}, CONTRACTS_KEEP_HEADERS="X-Region, tenant"
    )
    assert capture["headers"] | {"content-type": ""} == {
        "tenant": "t-1",
        "x-key": "(not recorded)",
        "x-region": "eu",
        "content-type": "",
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{DESTINATION}?token=k-1", f"{DESTINATION}?(not recorded)"),
        (f"{DESTINATION}#k-1", f"{DESTINATION}?(not recorded)"),
        (f"{DESTINATION}/a@b", f"{DESTINATION}/a@b"),
        (f"{DESTINATION}?", f"{DESTINATION}?"),
    ],
)
def test_a_token_in_the_address_stays_out_too(tmp_path: Path, url: str, shown: str) -> None:
    """Of the address, the place is recorded."""
    _, (capture,) = record(tmp_path / "captures", call(url))
    assert capture["url"] == shown


def test_a_password_in_the_address_stays_out_too(tmp_path: Path) -> None:
    """The plugin is configured with it, and so is the recorder."""
    secret = DESTINATION.replace("//", "//user:k-1@")
    _, (capture,) = record(tmp_path / "captures", call(secret), CONTRACTS_DESTINATION=secret)
    assert capture["url"] == DESTINATION


def test_answers_what_it_is_told(tmp_path: Path) -> None:
    """One answer after the other, also across processes, and the last one ever after."""
    told = {"CONTRACTS_RECORDER_RESPONSE": "503, refuse, pass, 200"}
    first, _ = record(tmp_path / "captures", call(), call(), **told)
    second, captures = record(tmp_path / "captures", call(), call(), call(), **told)
    assert [first[0]["response"]["code"], first[1], second[0]] == [503, "http_request_failed", False]
    assert [one["response"]["code"] for one in second[1:]] == [200, 200]
    outcomes = [capture["response"] for capture in captures]
    assert outcomes == [{"status": 503}, {"error": "refused"}, None, {"status": 200}, {"status": 200}]


def test_each_answer_is_given_once_however_many_call(tmp_path: Path) -> None:
    """Six processes at the same time: no answer is given twice, none is left out."""
    captures = tmp_path / "captures"
    answers = list(range(200, 560))
    told = {"CONTRACTS_RECORDER_RESPONSE": ",".join(map(str, answers))}
    processes = [start(captures, [call(times=60)], **told) for _ in range(6)]
    assert [finished(process).returncode for process in processes] == [0] * 6
    assert [json.loads(line)["response"]["status"] for line in captures.read_text().splitlines()] == answers


@pytest.mark.parametrize("told", ["maybe", "99", "600", "202,later"])
def test_an_answer_that_it_does_not_know_is_an_error(tmp_path: Path, told: str) -> None:
    """A mistyped answer must not look like a delivery."""
    done = finished(start(tmp_path / "captures", [call(), call()], CONTRACTS_RECORDER_RESPONSE=told))
    assert done.returncode == 255
    assert b'say a status such as 202, "refuse" or "pass"' in done.stderr + done.stdout


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A capture is never lost in silence."""
    done = finished(start(tmp_path / "no" / "captures", [call()]))
    assert done.returncode == 255
    assert b"cannot write" in done.stderr + done.stdout


def test_names_the_test_that_runs(tmp_path: Path) -> None:
    """The context tells one test's facts from another's."""
    _, (capture,) = record(tmp_path / "captures", call(test=True))
    assert capture["context"] == 'PHPUnit\\Framework\\TestCase::test_completes with data set "first"'


def test_lines_of_many_processes_do_not_mix(tmp_path: Path) -> None:
    """Eight processes with small and with large bodies: every line is whole."""
    captures = tmp_path / "captures"
    sizes = [10, 100_000, 10, 100_000, 9000, 10, 100_000, 9000]
    processes = [start(captures, [call(body=str(n) * size, times=25)]) for n, size in enumerate(sizes)]
    assert [finished(process).returncode for process in processes] == [0] * 8
    bodies = [json.loads(line)["body"] for line in captures.read_text().splitlines()]
    assert sorted(bodies) == sorted(str(n) * size for n, size in enumerate(sizes) for _ in range(25))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a": "\\ud800 \\u0000"}',
        b"a\0b",
        b"\xff",
        "\u2028 \u00fc \U0001f600".encode(),
        b"\xef\xbb\xbf{}",
        b"\r\n",
    ],
)
def test_the_toolkit_reads_what_it_wrote(tmp_path: Path, body: bytes) -> None:
    """Whatever the plugin sends comes out of the capture file byte by byte."""
    captures = tmp_path / "captures"
    record(captures, call(body=base64.b64encode(body).decode(), base64=True))
    with captures.open("rb") as stream:
        (emission,) = read_captures(stream, "captures")
    assert isinstance(emission, Emission), emission
    assert emission.body == body
    assert emission.response is not None
    assert emission.response.accepted


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A plugin's checkout with one commit."""
    folder = tmp_path / "plugin"
    folder.mkdir()
    (folder / "emit.php").write_text("<?php\n")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        git(folder, *words)
    return folder


def git(folder: Path, *words: str) -> str:
    """Run git in a folder."""
    name = ["-c", "user.name=A", "-c", "user.email=a@example.invalid"]
    done = subprocess.run(["git", *name, *words], cwd=folder, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_each_capture_names_the_commit_of_the_checkout(checkout: Path) -> None:
    """Of the folder that the tests run in, whose captures don't make it differ from its commit."""
    head = git(checkout, "rev-parse", "HEAD")
    for _ in range(2):
        _, lines = record(checkout / "captures.ndjson", call(), call())
        assert [line["commit"] for line in lines[-2:]] == [{"id": head, "clean": True}] * 2


CHANGES = {
    "a file that is changed": ("emit.php", "<?php // other\n", False),
    "a new program": ("other.php", "<?php\n", False),
    "a new text": ("notes.txt", "x", True),
    "the captures, which git knows": ("captures.ndjson", "\n", True),
}


@pytest.mark.parametrize(("name", "text", "clean"), CHANGES.values(), ids=CHANGES)
def test_a_checkout_that_differs_is_not_clean(checkout: Path, name: str, text: str, clean: bool) -> None:
    """By what can change what the plugin sends."""
    (checkout / "captures.ndjson").write_text("")
    if name == "captures.ndjson":
        git(checkout, "add", ".")
        git(checkout, "commit", "--quiet", "--message", "Captures")
    (checkout / name).write_text(text)
    _, lines = record(checkout / "captures.ndjson", call())
    assert lines[0]["commit"]["clean"] is clean


def test_a_file_that_is_gone_is_a_difference(checkout: Path) -> None:
    """Captures that aren't there yet are not taken for it."""
    (checkout / "emit.php").unlink()
    _, (line,) = record(checkout / "captures.ndjson", call())
    assert line["commit"]["clean"] is False


def test_who_knows_the_commit_says_it(checkout: Path) -> None:
    """CONTRACTS_COMMIT goes before git; what is no commit ends the run."""
    known = {"id": "4f2a9c1", "clean": False}
    _, (line,) = record(checkout / "captures.ndjson", call(), CONTRACTS_COMMIT=json.dumps(known))
    assert line["commit"] == known
    for wrong in ("4f2a9c1", '{"id": "4f2a9c1"}', '{"id": 4, "clean": true}', "null"):
        done = finished(start(checkout / "captures.ndjson", [call()], CONTRACTS_COMMIT=wrong))
        assert done.returncode != 0
        assert b"CONTRACTS_COMMIT holds" in done.stdout + done.stderr


def test_without_a_commit_none_is_named(tmp_path: Path) -> None:
    """Where nothing was committed yet, and where there is no git."""
    git(tmp_path, "init", "--quiet")
    _, (line,) = record(tmp_path / "captures.ndjson", call())
    assert "commit" not in line
    php = shutil.which("php")
    assert php is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "php").symlink_to(php)
    _, lines = record(tmp_path / "captures.ndjson", call(), PATH=str(tmp_path / "bin"))
    assert "commit" not in lines[-1]
