"""`contracts verify … --captures FILE --output json` for files that something broke: an outcome, never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import TRACKER, Done, capture_line, contracts
from tests.verification.support import COMPLETED, ENTERED, message

GOOD = capture_line(message())


def verify(file: Path | str, *options: str, **rest: Any) -> Done:
    """Verify the tracker by a file of captures."""
    return contracts("verify", TRACKER, "--captures", str(file), "--output", "json", *options, **rest)


def body(event: str = COMPLETED, **changes: Any) -> str:
    """Return the text of a right body."""
    return json.dumps(message(event, **changes))


def judged(done: Done) -> tuple[int, str, list[str], list[tuple[str, int]]]:
    """Return exit code, the implemented pair's verdict, its findings' rules, and each error's rule and line."""
    document = done.document
    (pair,) = (each for each in document["pairs"] if each["event"] == COMPLETED)
    errors = [(error["rule"], error["where"]["line"]) for error in document["errors"]]
    assert document["success"] is (done.code == 0)
    return done.code, pair["verdict"], [finding["rule"] for finding in pair["findings"]], errors


@pytest.mark.parametrize(
    "line",
    [
        b'{"headers": {"content-type": "appl',
        b"no json at all",
        b"[1, 2]",
        b"null",
        b"{}",
        b"\x00\x01\x02\xff\xfe\x80binary",
        b'{"headers": {}, "body": "\xff"}',
        capture_line("x" * 2 * 1024 * 1024).rstrip(),
        "\ufeff".encode() + GOOD.rstrip(),
        b'{"headers": {}, "body": "a", "body": "b"}',
        b'{"headers": {}, "body": "a", "trigger": {"event": "e", "event": "f"}}',
        b'{"headers": {}, "body": "a", "response": {"status": NaN}}',
        b'{"headers": {}, "body": "a", "response": {"status": 1e999}}',
        b'{"headers": {}, "body": "a", "response": {"status": ' + b"9" * 5000 + b"}}",
        b'{"headers": {}, "body": "a", "trigger": ' + b'{"fact":' * 3000 + b"1" + b"}" * 3001,
        b"[" * 500_000,
        b'{"headers": {}, "body": "a\x00b"}',
        b'{"headers": {}, "body": "\\ud800"}',
        b'{"headers": {}, "body": 5}',
        b'{"headers": [], "body": ""}',
        b'{"headers": {}, "body": "?", "body_encoding": "base64"}',
        b'{"headers": {}, "body": "", "bodyencoding": "base64"}',
    ],
    ids=lambda line: f"{line[:48]!r}",
)
def test_a_broken_line_is_named_and_no_other_is_lost(line: bytes, tmp_path: Path) -> None:
    """`unreadable-capture` with its number, exit 2; the lines around it are read and judged."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(GOOD + line + b"\n" + capture_line(message(ENTERED)))
    done = verify(file)
    assert judged(done) == (2, "passed", [], [("unreadable-capture", 2)])
    assert {pair["event"]: pair["emissions"] for pair in done.document["pairs"]}[ENTERED] == 1


def test_an_escaped_nul_in_a_body_is_the_emitters(tmp_path: Path) -> None:
    """The line can be read, and what went over the wire is judged: no event can be read from it, exit 1."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(GOOD + b'{"headers": {}, "body": "\\u0000"}\n' + capture_line(message(ENTERED)))
    done = verify(file)
    assert judged(done) == (1, "passed", [], [])
    assert [finding["rule"] for finding in done.document["violations"]] == ["unknown-event"]
    assert {pair["event"]: pair["emissions"] for pair in done.document["pairs"]}[ENTERED] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '"text"',
        "[" * 10_000 + "]" * 10_000,
        body()[:-1] + ', "id": "other"}',
        body().replace('"1.0"', "NaN"),
        body().replace('"1.0"', "1e999"),
        body().replace('"1.0"', "9" * 5000),
        body().replace("client-1", "\\u0000"),
        body().replace("client-1", "\\ud800"),
        body() + body(),
        "\ufeff" + body(),
    ],
    ids=lambda text: repr(text[:40]),
)
def test_a_broken_body_is_the_emitters_finding(text: str, tmp_path: Path) -> None:
    """The line can be read, what was sent can't: `event-schema` where the trigger says which event, exit 1."""
    file = tmp_path / "captures.ndjson"
    trigger = {"event": COMPLETED, "fact": {}}
    file.write_bytes(capture_line(message(ENTERED)) + capture_line(text, trigger=trigger))
    code, verdict, rules, errors = judged(verify(file))
    assert (code, verdict, errors) == (1, "failed", [])
    assert set(rules) == {"event-schema"}
    file.write_bytes(GOOD + capture_line(text))
    done = verify(file)
    kinds = {finding["rule"] for finding in done.document["violations"]}
    assert done.code == 1
    assert kinds == {"unknown-event"}
    assert judged(done)[1] == "passed"


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n\t\n\n"])
def test_a_file_without_emissions_is_nothing_to_verify(content: bytes, tmp_path: Path) -> None:
    """Exit 3, with the whole document."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(content)
    done = verify(file)
    assert done.code == 3
    assert done.document["success"] is False
    assert [pair["emissions"] for pair in done.document["pairs"]] == [0, 0, 0]


def test_a_torn_last_line_that_is_whole_json_is_read(tmp_path: Path) -> None:
    """Only its line end is missing: nothing of the emission is."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(GOOD.rstrip())
    assert judged(verify(file)) == (0, "passed", [], [])


def test_a_torn_last_line(tmp_path: Path) -> None:
    """The recorder was stopped while it wrote."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(GOOD + GOOD[:-20])
    done = verify(file)
    assert judged(done) == (2, "passed", [], [("unreadable-capture", 2)])
    assert "torn" in done.document["errors"][0]["message"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding(encoding: str, tmp_path: Path) -> None:
    """Every line is unreadable; what was emitted, nobody knows."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes((GOOD * 2).decode().encode(encoding))
    code, verdict, rules, errors = judged(verify(file))
    assert (code, verdict) == (2, "error")
    assert {rule for rule, _ in errors} == {"unreadable-capture"}
    assert set(rules) <= {"not-emitted"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.ndjson", "No such file"), (".", "Is a directory"), ("x/y.ndjson", "No such file"), ("\udcff", "")],
)
def test_a_file_that_cant_be_opened(name: str, reason: str, tmp_path: Path) -> None:
    """Exit 2, and the error is the one document on stdout: what, where, what next."""
    done = verify(str(tmp_path / name))
    assert done.code == 2
    assert list(done.document) == ["error"]
    assert list(done.document["error"]) == ["what", "where", "next", "steps"]
    assert reason in done.document["error"]["what"]
    assert str(tmp_path) in done.document["error"]["where"]
    assert done.err == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Exit 2 with the reason."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(GOOD)
    file.chmod(0)
    done = verify(file)
    assert done.code == 2
    assert "Permission denied" in done.document["error"]["what"]


def test_standard_input_and_several_files(tmp_path: Path) -> None:
    """They are one run; a line is named with its file."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(b"torn\n")
    done = verify("-", "--captures", str(file), stdin=GOOD)
    assert judged(done) == (2, "passed", [], [("unreadable-capture", 1)])
    assert done.document["errors"][0]["where"]["file"] == str(file)
