"""What the tests of evidence share: a released contract, over a broker in process or over a socket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.pact_core.verifier import Replayed
from contracts.project.settings import Settings
from tests.release.commands import Cli
from tests.release.evidence.story import Story, begun, begun_quickly


@pytest.fixture
def story_anywhere(cli: Cli, settings: Settings, written_pacts: Path) -> Story:
    """Return a story over either way to a broker, with the consumer's tests and all that a command does."""
    return begun(cli, settings.root, written_pacts)


@pytest.fixture
def quick(own_cli: Cli, settings: Settings, written_pacts: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Return a story whose pacts were written before, and whose runs ask for no second opinion."""
    monkeypatch.setattr("contracts.pact_core.verifier.replay", _agreeing)
    return begun_quickly(own_cli, settings.root, written_pacts)


def _agreeing(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
    return tuple(case.accepted for case in cases)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each result arrive a second after the one before."""
    moments = (f"2026-03-01T00:{second // 60:02d}:{second % 60:02d}+00:00" for second in range(3600))
    monkeypatch.setattr("contracts.broker.embedded.records.results.now", lambda: next(moments))
