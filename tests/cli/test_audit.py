"""`contracts audit` as it is typed: what it prints, its exit codes, and what it refuses."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.cli.app import run
from tests.audit.support import event, lines

Json = dict[str, Any]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two logs, one of them compressed and broken in one place."""
    (tmp_path / "monday.ndjson").write_bytes(lines(event(1), event(2)))
    (tmp_path / "tuesday.ndjson.gz").write_bytes(gzip.compress(lines(event(3, extra=1), event(1))))
    return tmp_path


def test_files_and_globs_are_read_once_each(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is one document, and what two names match is read once."""
    code = run(["audit", str(logs / "*"), str(logs / "monday.ndjson"), "--output", "json"])
    printed: Json = json.loads(capsys.readouterr().out)
    assert (code, printed["success"], printed["events"]) == (1, False, 4)
    assert [Path(file).name for file in printed["files"]] == ["monday.ndjson", "tuesday.ndjson.gz"]
    (broken,) = [one for one in printed["broken"] if one["fails"]]
    assert (broken["rule"], broken["count"]) == ("event-schema", 1)
    assert broken["first"][0]["where"] == {"file": str(logs / "tuesday.ndjson.gz"), "line": 1, "offset": 0}


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`-` stands for it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(lines(event(1))))))
    assert run(["audit", "-"]) == 0
    assert capsys.readouterr().out.startswith("1 event in 1 file\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--report-only"], 0),
        (["--fail-on", "id-reused"], 0),
        (["--fail-on", "id-reused", "--fail-on", "event-schema"], 1),
        (["--emitter", "client-webinar-tracker-v2"], 1),
        (["--since", "2026-03-02"], 3),
        (["--until", "2026-03-01T18:00:00+03:00"], 3),
        (["--since", "2026-03-01", "--until", "2026-03-02"], 1),
        (["--max-findings", "0"], 1),
    ],
)
def test_options_say_what_is_judged_and_what_fails(logs: Path, options: list[str], code: int) -> None:
    """Each has its exit code."""
    assert run(["audit", str(logs / "*"), *options]) == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument"),
        (["nowhere.ndjson"], "nowhere.ndjson: this can't be read"),
        (["nowhere/*.ndjson"], "no file matches"),
        (["."], "name its files: './*'"),
        (["nostore://bucket/log"], "install what its kind of address needs"),
        (["memory://nowhere/*.ndjson"], "no file matches"),
        (["-", "-"], "standard input can be read once"),
        (["-", "--fail-on", "event-shema"], "did you mean 'event-schema'?"),
        (["-", "--emitter", "nobody"], "has no emitter 'nobody'"),
        (["-", "--since", "yesterday"], "--since 'yesterday' is no time"),
    ],
)
def test_what_is_no_use_is_refused(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, what is wrong and what to do, before anything is read."""
    assert run(["audit", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert "next: " in printed.err


def test_a_missing_extra_is_named(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without DuckDB, and without zstandard where something is packed by it, the extra to install is said."""
    packed = logs / "wednesday.zst"
    packed.write_bytes(b"\x28\xb5\x2f\xfd")
    for missing in ("zstandard", "duckdb"):
        monkeypatch.setitem(sys.modules, missing, None)
        assert run(["audit", str(packed)]) == 2
        printed = capsys.readouterr().err
        assert "isn't installed" in printed
        assert "pip install 'webinar-contracts[audit]'" in printed


def test_a_disk_that_takes_no_more_is_said(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No verdict is given where repeats couldn't be looked for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        assert run(["audit", str(logs / "*")]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "repeats can't be looked for" in printed.err


class _Interrupted(io.BytesIO):
    """A log whose reading is interrupted once its first piece was read."""

    def read(self, size: int | None = -1) -> bytes:
        """Return the first piece, and interrupt before the second."""
        del size
        piece = super().read(self.first)
        if self.tell() > self.first:
            os.kill(os.getpid(), signal.SIGINT)
        return piece

    first = len(lines(event(1), event(2, extra=1)))


def test_an_interrupted_audit_tells_what_it_knows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits 130, is marked as a part, and nothing that was read before is lost."""
    log = lines(event(1), event(2, extra=1), event(3), event(4))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(_Interrupted(log)))
    assert run(["audit", "-", "--output", "json"]) == 130
    printed = capsys.readouterr()
    found: Json = json.loads(printed.out)
    assert (found["partial"], found["success"], found["events"]) == (True, False, 2)
    assert [one["rule"] for one in found["broken"]] == ["event-schema"]
    assert "interrupt again to end at once" in printed.err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(_Interrupted(log)))
    assert run(["audit", "-", "--report-only"]) == 130
    assert "interrupted: this is a part of the input, and no verdict" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
