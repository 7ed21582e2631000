"""A thousand ways in which an emitter is malicious: an exit code that is promised, soon, and never a yes."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from contracts.cli.app import run
from contracts.model.strict_json import decode
from contracts.webinar.events import CATALOGUE
from tests.attacks.harmless import harms
from tests.attacks.size import dice, sized
from tests.attacks.unruly import EVENT_TYPE, a_command, a_line, an_answer, an_emitter, answering, right, sends_to
from tests.cli.process import capture_line
from tests.release.project import CI_VARIABLES, COMPLETED, TRACKER

TRIES = {
    "captures": sized(100, 560), "endpoint": sized(10, 150), "trigger": sized(6, 120), "command": sized(4, 50),
    "python": sized(8, 120),
}  # fmt: skip
"""How often each way to an emitter is tried."""
TIMEOUT = 0.3
SOON = ("--settle", "0.01", "--timeout", str(TIMEOUT))
LONGEST = 40.0
"""Seconds for a run of some twenty triggers of which each takes its whole time, and is ended."""


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's folder, in no CI, and no second opinion on what is asked a thousand times."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "contracts.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("contracts.pact_core.verifier.replay", lambda _, cases: tuple(case.accepted for case in cases))


def faults(code: int, said: str, seconds: float) -> Iterator[str]:
    """Yield what is wrong with how a verification has ended."""
    yield from harms(code, said)
    if seconds > LONGEST:
        yield f"it takes {seconds:.1f} s"
    if max(map(len, said.splitlines()), default=0) > 3000:
        yield "it says it at great length"


def is_right(line: bytes) -> bool:
    """Does a line of captures hold a right message of the implemented pair?"""
    try:
        document = decode(line.decode())
        kind = {name.lower(): value for name, value in document["headers"].items()}["content-type"]
        CATALOGUE[COMPLETED].model_validate_json(document["body"])
        return bool(kind.startswith(EVENT_TYPE)) and f'"{TRACKER}"' in document["body"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


Prepared = Callable[[Random], tuple[Sequence[str], bool]]
"""Makes an emitter; returns the options that reach it, and whether a yes may be right."""


@contextmanager
def captures(folder: Path) -> Iterator[Prepared]:
    """Write recordings of a few lines."""

    def prepared(thrown: Random) -> tuple[Sequence[str], bool]:
        lines = [a_line(thrown) for _ in range(thrown.choice((1, 1, 2, 3)))]
        torn = b"\n".join(lines)[: None if thrown.random() < 0.9 else -20]
        (folder / "captures.ndjson").write_bytes(torn + b"\n" * (thrown.random() < 0.8))
        return ("--captures", "captures.ndjson"), any(map(is_right, torn.split(b"\n")))

    yield prepared


@contextmanager
def endpoint(_: Path) -> Iterator[Prepared]:
    """Serve an endpoint that answers anything."""
    with answering() as server:

        def prepared(thrown: Random) -> tuple[Sequence[str], bool]:
            server.answer = an_answer(thrown)
            line = {
                "headers": {"content-type": EVENT_TYPE},
                "body": server.answer.partition(b"\r\n\r\n")[2].decode("latin-1"),
            }
            return ("--endpoint", server.url, *SOON[2:]), is_right(json.dumps(line).encode())

        yield prepared


@contextmanager
def trigger(_: Path) -> Iterator[Prepared]:
    """Serve an emitter that sends anything before it answers anything; a message that is right is another fact's."""
    with answering() as server:

        def prepared(thrown: Random) -> tuple[Sequence[str], bool]:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            server.answer = b"HTTP/1.1 204 X\r\n\r\n" if thrown.random() < 0.5 else an_answer(thrown)
            server.before = sends_to(port, thrown)
            return ("--trigger", server.url, "--sink", f"127.0.0.1:{port}", *SOON), False

        yield prepared


@contextmanager
def command(_: Path) -> Iterator[Prepared]:
    """Run programs that print, flood, hang, fork and exit as they like."""
    yield lambda thrown: (("--command", a_command(thrown), *SOON), False)


@contextmanager
def python(_: Path) -> Iterator[Prepared]:
    """Call what raises, returns, sends and never ends."""
    module: Any = ModuleType("unruly_emitter")
    sys.modules["unruly_emitter"] = module

    def prepared(thrown: Random) -> tuple[Sequence[str], bool]:
        module.emit = an_emitter(thrown)
        return ("--python", "unruly_emitter:emit", *SOON), False

    yield prepared
    del sys.modules["unruly_emitter"]


WAYS: Mapping[str, Callable[[Path], AbstractContextManager[Prepared]]] = {
    "captures": captures, "endpoint": endpoint, "trigger": trigger, "command": command, "python": python,
}  # fmt: skip


def test_the_emitter_as_it_should_be(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One whole line is a yes, so that what is wrong in the others is what they are refused for."""
    line = capture_line(right())
    assert is_right(line)
    (tmp_path / "right.ndjson").write_bytes(line)
    assert run(["verify", TRACKER, "--captures", "right.ndjson"]) == 0


@pytest.mark.parametrize("way", sorted(TRIES))
def test_no_emitter_breaks_a_verification_or_makes_a_yes(
    way: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever it does: 0 to 4, nothing that acts, and 0 only for what is right."""
    thrown, codes, wrong = dice(f"emitter {way}"), Counter[int](), []
    with WAYS[way](tmp_path) as prepared:
        for number in range(TRIES[way]):
            words, may_hold = prepared(thrown)
            capfd.readouterr()
            began = time.monotonic()
            code = run(["verify", TRACKER, *words])
            seconds = time.monotonic() - began
            said = "".join(capfd.readouterr())
            codes[code] += 1
            found = list(faults(code, said, seconds))
            found += ["it is a yes"] if code == 0 and not may_hold else []
            wrong += [f"{number}: {fault}: {words}\n{said[-2500:]}" for fault in found]
    assert wrong == [], "\n".join([f"{len(wrong)} are wrong", *wrong[:8]])
    # Some are judged, others can't be: not all of it is refused at the door.
    assert len(codes) > 1 or way in ("command", "trigger"), codes
