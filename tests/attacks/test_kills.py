"""`kill -9` at random moments: what was acknowledged is there, nothing is torn, and the next command finishes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.killed import acts, killed, seconds, told, torn, tree, worlds
from tests.attacks.size import dice, sized
from tests.cli.process import contracts

KILLS = sized(1, 29)
"""Kills of each of the seven acts."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worlds that commands begin in."""
    folder = tmp_path_factory.mktemp("killed")
    worlds(folder)
    return folder


@pytest.mark.parametrize("name", list(acts({})))
def test_a_kill_loses_and_tears_nothing(begun: Path, name: str) -> None:
    """Its whole process tree is ended, at moments that are spread over the time that it takes."""
    thrown, expected = dice(f"kills {name}"), dict[str, Any]()
    act = acts(expected)[name]
    whole = Path(shutil.copytree(begun / act.world, begun / f"{name} whole"))
    takes, done = seconds(act, whole)
    assert done.code == 0, (done.text, done.errors)
    expected[name] = told(done) if name == "auditing" else tree(whole)
    assert act.holds(whole, done)
    for number in range(KILLS):
        folder = Path(shutil.copytree(begun / act.world, begun / f"{name} {number}"))
        first = killed(act.words, folder, thrown.uniform(0.1, 1.05) * takes)
        assert torn(folder) == []
        assert b"Traceback" not in first.err
        if first.code == 0 or b"confirmed" in first.out:
            assert act.holds(folder, first), (first.text, first.errors)
        following = contracts(*act.words, cwd=folder)
        assert following.code in act.finished, (first, following.text, following.errors)
        assert following.code == 0 or "next: nothing is to be done" in following.errors, following.errors
        assert act.holds(folder, following), (first, following.text, following.errors)
        assert torn(folder) == []
        shutil.rmtree(folder)
