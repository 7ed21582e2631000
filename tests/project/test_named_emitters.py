"""Emitters that the settings name: each is the registry's, each is asked, and a slip of the pen is no yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.testing.project import Project
from tests.release.commands import Cli, emissions
from tests.release.project import COMPLETED, CRM, ENTERED, TRACKER, add_consumer_tests, make_project

EMITTERS = {TRACKER: {COMPLETED: "implemented", ENTERED: "planned"}, CRM: {ENTERED: "implemented"}}
SLIP = "client-webinar-trackr-v2"
COMMANDS = (
    ("check",),
    ("verify", CRM),
    ("verify", CRM, "--captures", "crm.ndjson"),
    ("report", "--html", "r.html"),
    ("lint",),
)


@pytest.fixture
def two_emitters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of two emitters, each with an implemented pair and captures that keep it."""
    root = make_project(tmp_path / "two", EMITTERS)
    monkeypatch.chdir(root)
    emissions(root / "tracker.ndjson", [COMPLETED])
    emissions(root / "crm.ndjson", [ENTERED], source=CRM)
    add_consumer_tests(root)
    return Project(root)


def name(project: Project, tracker: str, *, crm: bool = True, tracker_way: str = 'captures = "tracker.ndjson"') -> None:
    """Have the settings name the emitters."""
    lines = ['registry = "emitters.toml"', f"[emitters.{tracker}]", tracker_way]
    lines += [f"[emitters.{CRM}]", 'captures = "crm.ndjson"'] if crm else []
    project.put("contracts.toml", "\n".join([*lines, ""]))


@pytest.mark.parametrize("crm", [True, False])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_the_registry_doesnt_hold_is_refused(
    own_cli: Cli, two_emitters: Project, command: tuple[str, ...], crm: bool
) -> None:
    """Exit 2 with the line and the nearest right name, whatever else is named and would be reached."""
    name(two_emitters, SLIP, crm=crm)
    done = own_cli(*command)
    assert done.code == 2
    assert f"contracts.toml:2: the registry has no emitter '{SLIP}' (did you mean '{TRACKER}'?)" in done.err


def test_right_names_are_no_obstacle(own_cli: Cli, two_emitters: Project) -> None:
    """The near miss: each command goes on to its own answer."""
    name(two_emitters, TRACKER)
    for emitter in EMITTERS:
        done = own_cli("verify", emitter, "--output", "json")
        assert done.code == 0, done.err
        assert done.document["emitter"] == emitter


def test_doctor_says_which_emitters_are_named_and_how_they_are_reached(own_cli: Cli, two_emitters: Project) -> None:
    """A slip of the pen and an emitter without a way are NOT in order; the other lines are looked at all the same."""
    name(two_emitters, TRACKER, tracker_way='captures = "tracker.ndjson"\nstand-in = true')
    assert f"{TRACKER} (captures, a stand-in), {CRM} (captures)" in own_cli("doctor").out
    name(two_emitters, SLIP)
    done = own_cli("doctor", "--output", "json")
    checks = {check["name"]: check for check in done.document["checks"]}
    assert done.code == 2
    assert (checks["registry"]["ok"], checks["emitters"]["ok"]) == (True, False)
    assert f"contracts.toml:2: the registry has no emitter '{SLIP}'" in checks["emitters"]["finding"]
    name(two_emitters, TRACKER, tracker_way="settle = 1")
    done = own_cli("doctor")
    assert done.code == 2
    assert f"contracts.toml:2: nothing says how to reach {TRACKER}" in done.out


@pytest.mark.parametrize("way", ["", "stand-in = true", "settle = 1"])
def test_an_emitter_that_is_named_without_a_way_is_an_error_of_the_check(
    own_cli: Cli, two_emitters: Project, way: str
) -> None:
    """Its implemented pair was asked for and nothing reached it: the other emitter's verdict is no yes for it."""
    assert own_cli("capture").code == 0
    name(two_emitters, TRACKER, tracker_way=way)
    done = own_cli("check")
    assert done.code == 2
    assert "contracts.toml:2: " in done.err
    assert "way to the emitter" in done.err or f"how to reach {TRACKER}" in done.err


def test_the_check_asks_each_emitter_that_is_named(own_cli: Cli, two_emitters: Project) -> None:
    """Both verdicts are there; one that doesn't hold is not made good by the other, whichever it is."""
    assert own_cli("capture").code == 0
    name(two_emitters, TRACKER)
    done = own_cli("check", "--output", "json")
    assert [(run["emitter"], run["success"]) for run in done.document["verifications"]] == [
        (TRACKER, True),
        (CRM, True),
    ]
    assert done.document["unreached"] == []
    for emitter, file in ((TRACKER, "tracker.ndjson"), (CRM, "crm.ndjson")):
        kept = (two_emitters.folder / file).read_text(encoding="utf-8")
        emissions(two_emitters.folder / file, ["client_webinar_left"], source=emitter)
        done = own_cli("check", "--output", "json")
        assert done.code == 1
        assert {run["emitter"]: run["success"] for run in done.document["verifications"]} == {
            each: each != emitter for each in EMITTERS
        }
        two_emitters.put(file, kept)


def test_an_emitter_that_nobody_names_here_is_said_and_is_no_fault(own_cli: Cli, two_emitters: Project) -> None:
    """It has a repository of its own; without any emitter named, that nothing was verified is said."""
    assert own_cli("capture").code == 0
    name(two_emitters, TRACKER, crm=False)
    done = own_cli("check", "--output", "json")
    assert (done.code, done.document["unreached"]) == (0, [CRM])
    two_emitters.put("contracts.toml", 'registry = "emitters.toml"\n')
    done = own_cli("check")
    assert (done.code, "no emitter is verified here" in done.out) == (0, True)
    done = own_cli("check", "--output", "json")
    assert (done.document["emitters_verified"], done.document["unreached"]) == ([], [TRACKER, CRM])


@pytest.mark.parametrize("said", ['"true"', "1", '"yes"', '["true"]'])
def test_a_stand_in_that_is_said_unclearly_is_refused(own_cli: Cli, two_emitters: Project, said: str) -> None:
    """Taken for the emitter itself, its result would be posted as the emitter's."""
    name(two_emitters, TRACKER, tracker_way=f'captures = "tracker.ndjson"\nstand-in = {said}')
    done = own_cli("verify", TRACKER)
    assert done.code == 2
    assert f"contracts.toml:4: emitters.{TRACKER}.stand-in is neither true nor false" in done.err


def test_pytest_refuses_a_name_that_the_registry_doesnt_hold(two_emitters: Project) -> None:
    """In the settings and in a test module, although another emitter is named rightly and would pass."""
    two_emitters.put("pytest.ini", "[pytest]\n")
    two_emitters.put(
        "test_emitters.py",
        f"from contracts.testing import verify_emitter\ntest_crm = verify_emitter('{CRM}', captures='crm.ndjson')\n",
    )
    name(two_emitters, SLIP)
    run = two_emitters.pytest("test_emitters.py")
    assert run.status == 2
    assert f"did you mean '{TRACKER}'?" in run.stdout
    name(two_emitters, TRACKER)
    assert two_emitters.pytest("test_emitters.py").status == 0
    two_emitters.put("test_slip.py", f"from contracts.testing import verify_emitter\ntest = verify_emitter('{SLIP}')\n")
    run = two_emitters.pytest("test_emitters.py", "test_slip.py")
    assert run.status == 2
    assert f"did you mean '{TRACKER}'?" in run.stdout
