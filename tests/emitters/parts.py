"""Parts that the tests of several drivers share."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.model.driver import Step
from contracts.model.emission import Fault, Observation, Trigger

FIRST = Trigger(event="client_webinar_completed", fact={"client_id": "c1", "webinar_id": "w1"}, delivery="d1")
SECOND = Trigger(event="client_webinar_completed", fact={"client_id": "c2", "webinar_id": "w1"}, delivery="d2")
OTHER = Trigger(event="client_webinar_left", fact={"client_id": "c1", "webinar_id": "w1", "visit_id": "v1"})


def observe(options: dict[str, Any], *steps: Step) -> list[Observation]:
    """Carry out steps, or one trigger."""
    return list(open_driver(options).observe(steps or (Step((FIRST,)),)))


def only_fault(observations: list[Observation]) -> Fault:
    """Return the one fault of a run."""
    (fault,) = (item for item in observations if isinstance(item, Fault))
    assert fault.next_step
    return fault


def python_script(folder: Path, text: str) -> str:
    """Write a Python program and return the command that runs it."""
    file = folder / "emitter.py"
    file.write_text(text)
    return f"{sys.executable} {file}"


def has_ended(pid: int) -> bool:
    """Has the process ended, within a few seconds? One that nobody has asked after yet counts as ended."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def needs_proc() -> pytest.MarkDecorator:
    """Skip where processes can't be looked up under /proc."""
    return pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
