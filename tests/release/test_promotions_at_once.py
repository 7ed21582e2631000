"""A promotion that is killed is finished by the next, and several at once lose none."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.registry import Status
from contracts.model.status_change import StatusChange
from contracts.project.domain import load_domain
from contracts.project.settings import Settings, load_settings
from contracts.release import alone
from contracts.release.promotion import demote
from tests.release.project import COMPLETED, CRM, ENTERED, SUBMITTED, TRACKER, make_project

EMITTERS = {
    TRACKER: {COMPLETED: "implemented", ENTERED: "implemented", SUBMITTED: "planned"},
    CRM: {COMPLETED: "implemented", ENTERED: "planned", SUBMITTED: "implemented"},
}
IMPLEMENTED = [
    (emitter, event) for emitter, events in EMITTERS.items() for event in events if events[event] != "planned"
]
KILLED = """
import os, signal, sys
from pathlib import Path
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.release.promotion import demote

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

settings = load_settings(Path(sys.argv[1]))
demote(settings, load_domain(settings), (sys.argv[2], sys.argv[3]), "why", rewrite_pacts=killed)
"""


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A project of two emitters with three events each."""
    root = make_project(tmp_path / "several", EMITTERS)
    monkeypatch.chdir(root)
    return load_settings(root)


def pacts(settings: Settings, domain: Domain) -> tuple[str, ...]:
    """Write what stands for the pacts: a file an emitter, of what its pairs are; return those that changed."""
    written = []
    for emitter, entry in domain.registry.emitters.items():
        file = settings.root / f"{emitter}.json"
        text = json.dumps({event: pair.status.value for event, pair in entry.events.items()})
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            written.append(file.name)
    return tuple(written)


def in_pacts(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """Return what the pacts say of each pair."""
    return {emitter: json.loads((settings.root / f"{emitter}.json").read_text()) for emitter in EMITTERS}


def in_registry(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """Return what the registry says of each pair."""
    emitters = load_domain(settings).registry.emitters
    return {name: {event: pair.status.value for event, pair in one.events.items()} for name, one in emitters.items()}


def taken_back(settings: Settings, emitter: str, event: str) -> StatusChange:
    """Demote a pair."""
    return demote(settings, load_domain(settings), (emitter, event), "why", rewrite_pacts=pacts)


def test_what_was_killed_between_registry_and_pacts_is_finished_by_the_next(several: Settings) -> None:
    """The registry is whole, the next one writes the pacts and says so, and then nothing is to be done."""
    pacts(several, load_domain(several))
    words = [sys.executable, "-c", KILLED, str(several.root), TRACKER, COMPLETED]
    assert subprocess.run(words, check=False, cwd=several.root).returncode == -9
    assert in_registry(several)[TRACKER][COMPLETED] == "planned"
    assert in_pacts(several)[TRACKER][COMPLETED] == "implemented"
    done = taken_back(several, TRACKER, COMPLETED)
    assert (done.files, done.status) == ((f"{TRACKER}.json",), Status.PLANNED)
    assert done.notes == ("the registry said planned already, and the pacts didn't: they are written now",)
    assert any("deploy" in step for step in done.next_steps)
    assert in_pacts(several) == in_registry(several) == EMITTERS | {TRACKER: EMITTERS[TRACKER] | {COMPLETED: "planned"}}
    with pytest.raises(MisuseError, match="planned already") as caught:
        taken_back(several, TRACKER, COMPLETED)
    assert caught.value.next_step == "nothing is to be done"


def test_another_pairs_change_finishes_it_too(several: Settings) -> None:
    """The pacts are captured whole, so that whoever comes next brings them up to all that the registry says."""
    pacts(several, load_domain(several))
    words = [sys.executable, "-c", KILLED, str(several.root), TRACKER, COMPLETED]
    subprocess.run(words, check=False, cwd=several.root)
    taken_back(several, CRM, SUBMITTED)
    assert in_pacts(several) == in_registry(several)
    assert in_registry(several)[TRACKER][COMPLETED] == in_registry(several)[CRM][SUBMITTED] == "planned"


def test_several_at_once_lose_none(several: Settings) -> None:
    """Each has read the registry before the first one writes it; all of them are in registry and pacts."""
    domain = load_domain(several)
    begin = threading.Barrier(len(IMPLEMENTED))

    def change(pair: tuple[str, str]) -> StatusChange:
        begin.wait()
        return demote(several, domain, pair, "why", rewrite_pacts=pacts)

    with ThreadPoolExecutor(len(IMPLEMENTED)) as pool:
        done = list(pool.map(change, IMPLEMENTED))
    assert [(one.pair.emitter, one.pair.event) for one in done] == IMPLEMENTED
    assert in_pacts(several) == in_registry(several)
    assert {status for pairs in in_registry(several).values() for status in pairs.values()} == {"planned"}


def test_who_has_to_wait_is_told_and_not_for_ever(several: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however long it takes; after a bounded time it is an error that says what to do."""
    monkeypatch.setattr(alone, "_LONGEST", 0.2)
    told: list[str] = []
    with alone.alone(several, told.append):
        with pytest.raises(MisuseError, match="for half an hour\n  next: see what it waits for"):
            demote(several, load_domain(several), IMPLEMENTED[0], "why", rewrite_pacts=pacts, echo=told.append)
        assert told == ["another process is changing the registry here: waiting for it"]
    taken_back(several, *IMPLEMENTED[0])
