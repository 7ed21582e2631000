"""A process with its own process group: started, waited for within a bound, and ended with all its children."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import BinaryIO

from contracts.errors import MisuseError

SINK_VARIABLE = "CONTRACTS_SINK_URL"
_TAIL = 2000
_GRACE = 3.0
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def split_command(text: str, *, option: str) -> tuple[str, ...]:
    """Split a command into its words, as a shell would; no shell runs it.

    Raises:
        MisuseError: it is empty, its quotes are open, or no such program can be run.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise MisuseError(f"--{option}: {text!r} can't be split into words: {error}") from None
    if not words or shutil.which(words[0]) is None:
        named = words[0] if words else text
        raise MisuseError(
            f"--{option}: {named!r} can't be run",
            next_step="name a program of the PATH or an executable file; for a shell's syntax say sh -c '…'",
        )
    return tuple(words)


def environment(sink_url: str | None) -> dict[str, str]:
    """Return this process's environment with the sink's URL, which no proxy is asked for."""
    env = dict(os.environ)
    if sink_url is not None:
        env |= {SINK_VARIABLE: sink_url, **reached_directly(env)}
    return env


def reached_directly(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which no proxy is asked for an address of this machine."""
    return {
        name: ",".join(part for part in (env.get(name), "127.0.0.1,localhost,::1") if part)
        for name in ("no_proxy", "NO_PROXY")
    }


@contextmanager
def signals_later() -> Iterator[None]:
    """Let interrupts and ends wait while a process is started: one that came in between would leave it unknown.

    What waited is raised where the block is left.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    held = [number for number, handler in before.items() if callable(handler)]
    came: list[int] = []
    for number in held:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, before[number])
        for first in came[:1]:
            signal.raise_signal(first)


class Process:
    """A running process; leaving the context ends it and every process of its group.

    Args:
        words: the program and its arguments.
        stdin: what it reads on standard input.
        env: its environment.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, words: Sequence[str], *, stdin: bytes, env: Mapping[str, str]) -> None:
        with ExitStack() as files:
            self._files = files
            self._ended = False
            # Files and not pipes: nothing blocks, whoever reads or writes too little or too much.
            source = files.enter_context(tempfile.TemporaryFile())
            source.write(stdin)
            source.seek(0)
            self.stdout: BinaryIO = files.enter_context(tempfile.TemporaryFile())
            self._stderr = files.enter_context(tempfile.TemporaryFile())
            with signals_later():
                self._child = subprocess.Popen(
                    words, stdin=source, stdout=self.stdout, stderr=self._stderr, env=env, start_new_session=True
                )
                files.callback(self.end)
            self._files = files.pop_all()

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def wait(self, seconds: float) -> int | None:
        """Return the exit code, negative for a signal, or None where it still runs after `seconds`."""
        try:
            return self._child.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """End the process and its group: politely while it runs, then for good."""
        if self._ended:
            return
        self._ended = True
        if self._child.poll() is None:
            self._signal(signal.SIGTERM)
            self.wait(_GRACE)
        self._signal(signal.SIGKILL)
        self._child.wait()

    def output(self) -> str:
        """Return the end of what it wrote to standard error, or else to standard output."""
        return _tail(self._stderr) or _tail(self.stdout)

    @property
    def has_written(self) -> bool:
        """Is anything on standard output?"""
        return os.fstat(self.stdout.fileno()).st_size > 0

    def written(self) -> BinaryIO:
        """Return standard output from its beginning, once the process has ended."""
        self.stdout.seek(0)
        return self.stdout

    def _signal(self, number: signal.Signals) -> None:
        try:
            # The group keeps its number as long as one of its processes lives.
            os.killpg(self._child.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def _tail(file: BinaryIO | tempfile._TemporaryFileWrapper[bytes]) -> str:
    size = os.fstat(file.fileno()).st_size
    # Read at a place of its own: the process shares the file's position.
    text = os.pread(file.fileno(), _TAIL, max(0, size - _TAIL)).decode("utf-8", "replace").strip()
    return f"…{text}" if size > _TAIL else text


def describe_exit(code: int) -> str:
    """Say how a process ended."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
