"""The model itself: its quick ways do what the slow ones do, and its table speaks the toolkit's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.release.world.contract import COMPLETED, EMITTERS, ENTERED, LEFT, SCENARIOS, TRACKER, Edition, first_contract
from tests.release.world.next_lines import acts_of, next_of
from tests.release.world.table import Flaw, Hidden, Statement, Version, faults, mended
from tests.release.world.terminal import quickly
from tests.release.world.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A history that has just begun; the folder that a test runs in stays its own."""
    monkeypatch.chdir(Path.cwd())
    with quickly():
        begun = World(Counter())
        yield begun
        begun.close()


def test_the_quick_capture_writes_what_the_consumer_tests_expect(world: World) -> None:
    """Without pytest the same bytes are written as with it."""
    folder = world.folders[SCENARIOS]
    quick = (folder.root / "pacts" / f"{SCENARIOS}-{TRACKER}.json").read_bytes()
    with quickly(real_capture=True):
        checked = world.type(SCENARIOS, ("capture", "--check"))
        assert checked.code == 0, checked
        (folder.root / "pacts" / f"{SCENARIOS}-{TRACKER}.json").unlink()
        assert world.type(SCENARIOS, ("capture",)).code == 0
    assert (folder.root / "pacts" / f"{SCENARIOS}-{TRACKER}.json").read_bytes() == quick


SHOWN = {
    "lacks a key": {COMPLETED: Statement(lacks="webinar_id")},
    "doesn't state it": {ENTERED: Statement()},
    "states what it isn't given": {COMPLETED: Statement(), LEFT: Statement()},
    **{flaw.name: {COMPLETED: Statement(flaw=flaw)} for flaw in Flaw},
}


@pytest.mark.parametrize("states", SHOWN.values(), ids=SHOWN)
def test_a_fault_of_the_table_is_what_a_verification_names(world: World, states: dict[str, Statement]) -> None:
    """Event, rule and path of the table stand in the output; mended, the version is verified without a finding."""
    version = world.made(TRACKER, "main", world.contract, None, states=states)
    world.record(version)
    failed = world.type(TRACKER, ("verify", TRACKER), at=version)
    wrong = [fault for fault in faults(version) if fault.event in (COMPLETED, LEFT)]
    assert failed.code == 1, failed
    assert [fault.is_named_in(failed.text) for fault in wrong] == [True]
    right = mended(version, wrong[0], world.contract)
    version = world.made(TRACKER, "main", right.contract, version, states=right.states)
    world.record(version)
    assert world.type(TRACKER, ("verify", TRACKER), at=version).code == 0


@pytest.mark.parametrize(
    ("flaw", "hidden", "rule"),
    [
        (Flaw.LOSES, Hidden.REFUSALS, "lost-fact"),
        (Flaw.LOSES, Hidden.REPEATS, "lost-fact"),
        (Flaw.MARKER, Hidden.REPEATS, "repeat-changes-id"),
    ],
)
def test_what_captures_do_not_show_is_untested(world: World, flaw: Flaw, hidden: Hidden, rule: str) -> None:
    """A promise that the tests don't exercise fails nothing, and is never called held, though another event's is."""
    states = {COMPLETED: Statement(flaw=flaw, hidden=hidden), ENTERED: Statement()}
    version = world.made(TRACKER, "main", world.contract, None, states=states)
    world.record(version)
    verified = world.type(TRACKER, ("verify", TRACKER, "--output", "json"), at=version)
    assert verified.code == 0, verified
    assert f'"{rule}"' in verified.text


def test_the_second_edition_is_a_fault_of_the_first() -> None:
    """An emitter of the first edition lacks what a consumer of the second may read; it is mended by moving on."""
    first = first_contract()
    version = Version("crm", "c", "crm-1", "main", first, {ENTERED: Statement()})
    (lacks,) = (fault for fault in faults(version) if fault.event == ENTERED)
    assert (lacks.rules, lacks.path) == (("pact-mismatch", "event-schema"), "$.data.room_id")
    newest = type(first)(first.registry, Edition.SECOND)
    assert mended(version, lacks, newest).keys(ENTERED) > version.keys(ENTERED)


@pytest.mark.parametrize(
    ("line", "acts"),
    [
        (
            "deploy it, then: contracts record-deployment crm --version 1 --to-environment staging (prose; more)",
            ["deploy it", "contracts record-deployment crm --version 1 --to-environment staging"],
        ),
        (
            "mend crm, then in crm's checkout: contracts verify crm --broker --publish; or take the pair back: x",
            ["mend crm", "contracts verify crm --broker --publish"],
        ),
        (
            "contracts verify crm --version <its version>, deploy it, then contracts record-deployment crm",
            ["contracts verify crm --version <its version>", "deploy it", "contracts record-deployment crm"],
        ),
        ("release crm first: contracts can-i-deploy crm --version 1", ["contracts can-i-deploy crm --version 1"]),
    ],
)
def test_next_lines_are_read_as_a_person_does(line: str, acts: list[str]) -> None:
    """What is in parentheses is prose, and the first of two ways is taken."""
    assert next_of(f"no: x\n  next: {line}\n") == line
    assert [str(act) for act in acts_of(line)] == acts


def test_every_participant_has_a_working_copy(world: World) -> None:
    """Each is a git repository of its own whose head is the participant's version."""
    for name in (*EMITTERS, SCENARIOS):
        assert world.folders[name].at == world.table.head(name).commit
