"""An audit on Spark tells what an audit on one machine tells, byte for byte, and ends as that does.

What needs Spark runs where `CONTRACTS_TEST_SPARK` is set: PySpark has 500 MB and Java beside it. What is done to spans
and buckets is tested without it, in `tests/audit/test_spans.py`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from contracts.audit import spans, spark
from contracts.audit.run import Verdicts, Way, audit
from contracts.cli.app import run
from contracts.emitters.parts.capture_line import MAX_LINE, write_capture
from contracts.errors import HarnessError, MisuseError
from contracts.model.emission import Answered
from contracts.model.registry import EmitterEntry, PairEntry, Status
from contracts.report.audit import render_audit
from contracts.report.audit_page import render_audit_html
from tests.audit.support import event, job, lines
from tests.audit.test_audit import MOBILE, several
from tests.audit.test_summary import LINES
from tests.cli.process import ROOT, command, environment
from tests.verification.support import COMPLETED, emission

SPARK = "CONTRACTS_TEST_SPARK"
needs_spark = pytest.mark.skipif(SPARK not in os.environ, reason=f"{SPARK} isn't set")


def test_what_spark_cannot_do_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason, before anything is started: a state, standard input, processes of this machine."""
    log = tmp_path / "log"
    log.write_bytes(lines(event(1)))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for arguments, said in (
        ([str(log), "--state", str(tmp_path / "state")], "--state keeps on this machine"),
        (["-"], "standard input is read once"),
        ([str(log), str(pipe)], "pipe is read once"),
        ([str(log), "--workers", "2"], "--workers counts processes of this machine"),
        ([str(tmp_path / "nowhere")], "this can't be read"),
    ):
        assert run(["audit", *arguments, "--spark", "local[2]"]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err
        assert "next: " in printed.err
    assert not (tmp_path / "state").exists()


def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without PySpark the extra is said."""
    log = tmp_path / "log"
    log.write_bytes(lines(event(1)))
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert run(["audit", str(log), "--spark", "local[2]"]) == 2
    printed = capsys.readouterr().err
    assert "needs PySpark" in printed
    assert "pip install 'webinar-contracts[spark]'" in printed
    assert len(printed.splitlines()) <= 3


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """One session of two workers for all tests."""
    from contracts.audit.spark_session import spark_session

    with spark_session("local[2]") as started:
        yield started


@dataclass(frozen=True)
class Compared:
    """Audits files both ways, and holds that all that is printed is the same."""

    session: Any
    folder: Path

    def of(self, *logs: bytes, verdicts: Verdicts | None = None, **changes: Any) -> Any:
        """Return what both have found."""
        files = [self.folder / f"{number}.log" for number in range(len(logs))]
        for file, log in zip(files, logs, strict=True):
            file.write_bytes(log)
        names, verdicts = [str(file) for file in files], verdicts or Verdicts()
        found = spark.audit_by(self.session, job(**changes), names, verdicts, Way())
        alone = audit(job(**changes), names, verdicts, Way(1))
        assert json.dumps(found.to_json(), indent=2) == json.dumps(alone.to_json(), indent=2)
        assert render_audit(found) == render_audit(alone)
        assert render_audit_html(found, "now") == render_audit_html(alone, "now")
        assert found.exit_code == alone.exit_code
        return found


@pytest.fixture
def compared(session: Any, tmp_path: Path) -> Compared:
    """Audits both ways."""
    return Compared(session, tmp_path)


EVENTS = [event(number) for number in range(30)]
FORMS = {
    "lines": lines(*EVENTS),
    "windows": lines(*EVENTS).replace(b"\n", b"\r\n"),
    "byte-order-mark": b"\xef\xbb\xbf" + lines(*EVENTS),
    "no-last-line-end": lines(*EVENTS).rstrip(),
    "torn-line": lines(*EVENTS)[:-20],
    "returns-within": lines(*EVENTS[:9], b'{"a":\r1}', b"a\rb", *EVENTS[9:]),
    "invalid-utf-8": lines(*EVENTS[:9], b'{"x": "\xff"}', b"\xff\xfe", *EVENTS[9:]),
    "utf-16": lines(*EVENTS).decode().encode("utf-16"),
    "too-long": lines(*EVENTS[:9], b"x" * (MAX_LINE + 1), b"y" * 2000, *EVENTS[9:]),
    "empty": b"",
    "spaces": b"\n \n\r\n",
    "array": json.dumps(EVENTS).encode(),
    "pretty-array": json.dumps(EVENTS, indent=2).encode(),
    "torn-array": json.dumps(EVENTS, indent=2).encode()[:-30],
    "batches-and-events": lines(*EVENTS[:9], EVENTS[9:20], *EVENTS[20:]),
    "captures": b"".join(write_capture(emission(one)) for one in EVENTS),
    "refused-deliveries": b"".join(write_capture(emission(one, response=Answered(status=503))) for one in EVENTS),
    "gzip": gzip.compress(lines(*EVENTS)),
    "torn-gzip": gzip.compress(lines(*EVENTS))[:-9],
    "two-zstds": zstandard.compress(lines(*EVENTS[:9])) + zstandard.compress(lines(*EVENTS[9:])),
    "gzipped-array": gzip.compress(json.dumps(EVENTS).encode()),
}


@needs_spark
def test_each_form_is_read_as_on_one_machine(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them in one audit, as files that repeat each other, cut into spans of a few lines."""
    monkeypatch.setattr(spans, "SPAN", 3000)
    found = compared.of(*(log for log in FORMS.values() if len(log) < MAX_LINE))
    assert found.exit_code == 2
    assert found.events > 400
    assert {one.rule for one in found.broken} >= {"unreadable-capture", "repeated-emission", "unknown-event"}


@needs_spark
def test_a_line_over_the_limit_is_told_once(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though no line begins in the spans that it fills."""
    monkeypatch.setattr(spans, "SPAN", 150_000)
    found = compared.of(FORMS["lines"], FORMS["too-long"])
    assert [one.count for one in found.broken if one.rule == "unreadable-capture"] == [2]


@needs_spark
@pytest.mark.parametrize(("form", "code"), [("lines", 0), ("empty", 3), ("spaces", 3), ("utf-16", 2), ("torn-gzip", 2)])
def test_the_exit_is_that_of_one_machine(form: str, code: int, compared: Compared) -> None:
    """Nothing judged is 3, unreadable in part is 2."""
    assert compared.of(FORMS[form]).exit_code == code


@needs_spark
def test_several_emitters_with_faults_and_repeats_everywhere(
    compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is planted is told under its rule with its first places, wherever spans, files and workers part it."""
    monkeypatch.setattr(spans, "SPAN", 4000)
    chance = random.Random(3)  # noqa: S311 - no secret is made
    planted = [*LINES, event(1, source=MOBILE), event(2, source=MOBILE, id="m-1"), event(1, source=MOBILE, id="again")]
    logs = [
        lines(*chance.choices(planted, k=20), *(event(number) for number in range(40)), *chance.choices(planted, k=9))
        for _ in range(4)
    ]
    found = compared.of(*logs, domain=several())
    rules = {(one.emitter, one.rule) for one in found.broken}
    assert {(MOBILE, "repeat-changes-id"), ("", "wrong-source")} <= rules
    assert {"id-reused", "repeat-changes-content", "event-schema"} <= {rule for _, rule in rules}
    assert compared.of(*logs, domain=several(), emitter=MOBILE, keep=2).others > 100


@needs_spark
def test_lost_deliveries_are_lost_on_spark_too(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is made good in another file is not."""
    monkeypatch.setattr(spans, "SPAN", 500)
    domain = several()
    promised = PairEntry(status=Status.IMPLEMENTED, delivery="at-least-once", repeats="guarded")
    entry = EmitterEntry(description="An app.", events={COMPLETED: promised})
    registry = domain.registry.model_copy(update={"emitters": {**domain.registry.emitters, MOBILE: entry}})
    refused = [write_capture(emission(event(n, source=MOBILE), response=Answered(status=503))) for n in range(6)]
    good = [write_capture(emission(event(n, source=MOBILE), response=Answered(status=204))) for n in range(0, 6, 2)]
    found = compared.of(b"".join(refused), b"".join(good), domain=replace(domain, registry=registry))
    assert {one.rule: one.count for one in found.broken if one.emitter == MOBILE} == {"lost-fact": 3}


@needs_spark
def test_the_command_prints_the_same_bytes(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table, JSON and page, by globs, as they are typed."""
    monkeypatch.setattr(spans, "SPAN", 1000)

    @contextmanager
    def again(master: str) -> Iterator[Any]:
        assert master == "local[2]"
        yield session

    monkeypatch.setattr(spark, "spark_session", again)
    (tmp_path / "a.ndjson").write_bytes(lines(*LINES, *EVENTS))
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(lines(*EVENTS, *LINES)))
    for options in (
        ["--output", "json"],
        ["--max-findings", "1"],
        ["--fail-on", "id-reused"],
        ["--since", "2026-03-02"],
    ):
        printed = [_printed(tmp_path, options, extra) for extra in ([], ["--spark", "local[2]"])]
        assert printed[0] == printed[1]


def _printed(folder: Path, options: list[str], extra: list[str]) -> tuple[int, str, str]:
    page = folder / "page.html"
    with redirect_stdout(io.StringIO()) as out:
        code = run(["audit", str(folder / "*.ndjson*"), "--html", str(page), *options, *extra])
    return code, out.getvalue(), page.read_text(encoding="utf-8").partition("UTC")[2]


@needs_spark
def test_a_worker_that_is_killed_loses_nothing(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its span is judged by another one, and counted once; after three of them Spark gives up and the span is named."""
    log = tmp_path / "log"
    log.write_bytes(lines(*EVENTS))
    monkeypatch.setattr(spans, "SPAN", 1500)
    alone = audit(job(), [str(log)], Verdicts(), Way(1))
    for often in (1, 2, 9):
        killed = tmp_path / f"killed-{often}"
        killed.mkdir()
        monkeypatch.setattr(spark, "judge_numbered", Killed(killed, often))
        if often < 3:
            assert spark.audit_by(session, job(), [str(log)], Verdicts(), Way()) == alone
            assert len(list(killed.iterdir())) == often
        else:
            with pytest.raises(HarnessError, match=r"log \(bytes 3000 to 4500\): Spark gave up"):
                spark.audit_by(session, job(), [str(log)], Verdicts(), Way())


@dataclass(frozen=True)
class Killed:
    """Judges a span; the worker that is given the third one is killed before, as often as that."""

    folder: Path
    often: int

    def __call__(self, assignment: Any, number: int) -> Iterator[Any]:
        """Judge it, or be killed."""
        from contracts.audit.spark_tasks import judge_numbered

        if number == 2 and len(list(self.folder.iterdir())) < self.often:
            (self.folder / str(time.monotonic_ns())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield from judge_numbered(assignment, number)


@needs_spark
def test_an_error_of_a_worker_is_an_error_of_the_audit(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that only this process sees: what is wrong, where, and what to do."""
    log = tmp_path / "log"
    log.write_bytes(lines(*EVENTS))
    plan = spans.spans_of

    def gone(files: Any) -> Any:
        planned = plan(files)
        log.unlink()
        return planned

    monkeypatch.setattr(spark, "spans_of", gone)
    with pytest.raises(MisuseError, match="on a worker of Spark this can't be read"):
        spark.audit_by(session, job(), [str(log)], Verdicts(), Way())


@needs_spark
def test_an_interrupted_audit_tells_what_was_judged(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the waves before it came to is told, marked as a part, and the exit is 130."""
    log = tmp_path / "log"
    log.write_bytes(lines(*EVENTS))
    monkeypatch.setattr(spans, "SPAN", 300)
    monkeypatch.setattr(spark, "_SPANS", 2)
    told: list[int] = []
    way = Way(is_interrupted=lambda: bool(told), watch=lambda progress: told.append(progress.events))
    found = spark.audit_by(session, job(), [str(log)], Verdicts(), way)
    assert (found.partial, found.exit_code) == (True, 130)
    assert 0 < found.events == told[0] < 30
    untouched = Way(is_interrupted=lambda: True)
    assert spark.audit_by(session, job(), [str(log)], Verdicts(), untouched).events == 0


@needs_spark
@pytest.mark.parametrize(
    ("master", "changes", "said"),
    [
        ("nonsense", {}, "Spark knows no such master"),
        ("local[2]", {"JAVA_HOME": "/nowhere"}, "there is none in JAVA_HOME (/nowhere)"),
        ("local[2]", {"PYSPARK_PYTHON": "/nowhere/python"}, "Spark gave up: Cannot run program"),
        ("spark://127.0.0.1:9", {}, "All masters are unresponsive"),
    ],
)
def test_what_cannot_be_started_is_three_lines(master: str, changes: dict[str, str], said: str, tmp_path: Path) -> None:
    """A wrong master, no Java, no Python for workers: exit 2, and none of what Java prints."""
    log = tmp_path / "log"
    log.write_bytes(lines(event(1)))
    done = subprocess.run(
        command("audit", str(log), "--spark", master),
        cwd=ROOT,
        env=environment(TMPDIR=str(tmp_path), **changes),
        capture_output=True,
        timeout=200,
        check=False,
    )
    errors = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in errors
    assert "next: " in errors
    assert len(errors.splitlines()) <= 3, errors


@needs_spark
def test_ctrl_c_ends_spark_too(tmp_path: Path) -> None:
    """The first one tells what is known, with 130; nothing that was started outlives the command."""
    log = tmp_path / "log"
    log.write_bytes(lines(*(event(number) for number in range(400_000))))
    process = subprocess.Popen(
        command("audit", str(log), "--spark", "local[2]"),
        cwd=ROOT,
        env=environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    started = time.monotonic()
    while not list(tmp_path.glob("contracts-spark-*")) and time.monotonic() - started < 60:
        time.sleep(0.1)
    time.sleep(3)
    # As a terminal does it, all processes of the group are told.
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors.decode()
    assert b"interrupted: what is known so far follows" in errors
    assert b"interrupted: this is a part of the input" in out
    while _is_there(process.pid) and time.monotonic() - started < 200:
        time.sleep(0.1)
    assert not _is_there(process.pid)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
