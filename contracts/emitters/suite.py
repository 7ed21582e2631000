"""Running any test suite while a sink and the recorders write down what is sent: what `contracts record` does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.emitters.parts.processes import environment
from contracts.emitters.sink import KEEP_VARIABLE, SinkOrder, recording_sink
from contracts.errors import MisuseError
from contracts.files import unwritten
from contracts.model import strict_json
from contracts.model.emission import Commit

_FORWARDED = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What a recorded run of a suite came to.

    Attributes:
        code: the command's exit code; 128 and the number of the signal that ended it.
        messages: how many were recorded.
        faults: how many lines say that something couldn't be recorded.
    """

    code: int
    messages: int
    faults: int


def record_suite(
    words: Sequence[str], recording: SinkOrder, *, commit: Commit | None, settle: float, note: Callable[[str], None]
) -> SuiteRun:
    """Run a command with a sink at hand, and write what was recorded to `recording.out` when it has ended.

    The command finds the sink in `CONTRACTS_SINK_URL`. A recorder inside of it, such as WordPress's, finds its file in
    `CONTRACTS_CAPTURES`, the headers to keep in `CONTRACTS_KEEP_HEADERS` and, unless one is set, its destination in
    `CONTRACTS_DESTINATION`. The file that was there is replaced once, at the end: it holds this run or an earlier one,
    never a part of one.

    Args:
        words: the program and its arguments.
        recording: where to listen, what to answer, and the file.
        commit: the checkout that the suite runs in, which each line is to name.
        settle: seconds without a message after which the last one has come.
        note: told of what couldn't be taken.

    Raises:
        MisuseError: the program can't be run, the file can't be written, or `recording.out` is standard output.
        HarnessError: a message couldn't be written.
    """
    out = Path(recording.out)
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with recording_sink(replace(recording, out=str(part)), note=note, stop=threading.Event()) as (sink, tally):
            told = _for_recorders(os.environ, recording, part, sink.url)
            code = _run(words, {**environment(sink.url), **told, **_named(commit)})
            _wait_until_quiet(lambda: tally.count, lambda: sink.is_busy, settle)
        messages, faults = _publish(part, out, commit)
    finally:
        part.unlink(missing_ok=True)
    return SuiteRun(code, messages, faults)


def _for_recorders(environ: Mapping[str, str], recording: SinkOrder, part: Path, sink_url: str) -> dict[str, str]:
    found = {"CONTRACTS_CAPTURES": str(part.absolute()), KEEP_VARIABLE: ",".join(sorted(recording.keep))}
    # What a recorder passes on to the sink would be recorded twice.
    if not environ.get("CONTRACTS_DESTINATION") and "pass" not in environ.get("CONTRACTS_RECORDER_RESPONSE", ""):
        found["CONTRACTS_DESTINATION"] = sink_url
    return found


def _named(commit: Commit | None) -> dict[str, str]:
    return {"CONTRACTS_COMMIT": commit.model_dump_json()} if commit is not None else {}


def _run(words: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command to its end, with this process's own input and outputs."""
    try:
        child = subprocess.Popen(words, env=dict(env))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MisuseError(
            f"{words[0]} can't be run: {reason}",
            next_step="name a program of the PATH or an executable file; for a shell's syntax say sh -c '…'",
        ) from None
    with _signals_for(child):
        code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_for(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let the command answer signals: Ctrl-C reaches it by the terminal, the others are handed on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *_FORWARDED)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _FORWARDED:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, lambda received, _: child.send_signal(received))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_until_quiet(count: Callable[[], int], busy: Callable[[], bool], settle: float) -> None:
    """Wait for what is still on its way: as long as something comes, and for a bounded time where it stalls."""
    seen, since = count(), time.monotonic()
    deadline = since + 30
    while (now := time.monotonic()) < deadline and (busy() or now - since < settle):
        time.sleep(0.02)
        if count() != seen:
            seen, since = count(), time.monotonic()


def _publish(part: Path, out: Path, commit: Commit | None) -> tuple[int, int]:
    """Put the whole recording where it belongs, each line with its commit; return its messages and faults."""
    messages = faults = 0
    whole = part.with_name(f"{part.name}.whole")
    try:
        with part.open("rb") as recorded, whole.open("wb") as written:
            for line in recorded:
                if line.isspace():
                    continue
                document = _object(line)
                # What is no capture stays as it is: whoever verifies the file is told.
                faults += document is None or "fault" in document
                messages += document is not None and "fault" not in document
                written.write(_stamped(line, document, commit))
        whole.replace(out)
    except OSError as error:
        raise unwritten(
            error, out, what="the captures", next_step="name a file in a folder that can be written with --out"
        ) from None
    finally:
        whole.unlink(missing_ok=True)
    return messages, faults


def _object(line: bytes) -> Mapping[str, object] | None:
    try:
        document = strict_json.read(line)
    except strict_json.JsonRefusedError:
        return None
    return document if isinstance(document, dict) else None


def _stamped(line: bytes, document: Mapping[str, object] | None, commit: Commit | None) -> bytes:
    """Add the commit to a line that names none; every other byte stays."""
    if commit is None or not document or "commit" in document:
        return line if line.endswith(b"\n") else line + b"\n"
    named = json.dumps(commit.model_dump(), separators=(",", ":")).encode()
    return line.rstrip().removesuffix(b"}") + b',"commit":' + named + b"}\n"
