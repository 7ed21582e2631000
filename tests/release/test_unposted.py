"""`verify --broker --publish` that posts nothing: by right or not, with the line that says which, and what follows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from contracts.broker.versions import branches_of
from contracts.project.settings import Settings
from tests.release.commands import Cli, Done, emissions
from tests.release.project import (
    COMPLETED,
    CONSUMER,
    CRM,
    ENTERED,
    STATUSES,
    SUBMITTED,
    TRACKER,
    add_consumer_tests,
    registry_toml,
    write_pact,
)
from tests.release.test_every_consumer import SECOND, deploy, publish_pact

PRODUCTION = ("--to-environment", "production")


@pytest.fixture
def fresh(own_cli: Cli, settings: Settings, written_pacts: Path) -> Cli:
    """Return the commands in a project with captured pacts, on a broker that holds none and has one environment."""
    add_consumer_tests(settings.root)
    shutil.copytree(written_pacts, settings.root / "pacts")
    assert own_cli("create-environment", "production").code == 0
    return own_cli


def verify(cli: Cli, *options: str, emitter: str = TRACKER, version: str = "p1", events: tuple[str, ...] = ()) -> Done:
    """Verify an emitter that states events (the completed one where none is named), and publish the result."""
    captures = emissions(Path.cwd() / "sent.ndjson", events or (COMPLETED,), source=emitter)
    return cli(
        *("verify", emitter, "--captures", str(captures), "--broker", "--publish"),
        *("--version", version, "--branch", "main", *options),
    )


def ask(cli: Cli, emitter: str = TRACKER, version: str = "p1") -> Done:
    """Ask for the release of a version."""
    return cli("can-i-deploy", emitter, "--version", version, *PRODUCTION)


def test_a_broker_without_the_pact_that_the_contract_holds_is_exit_3(fresh: Cli) -> None:
    """The line says which pact is missing and what publishes it; done as printed, the next run posts and holds."""
    done = verify(fresh)
    assert done.code == 3
    assert "holds no pact of client-webinar-tracker-v2 that is to be verified" in done.out
    assert f"next: in {CONSUMER}'s checkout: contracts publish" in done.out
    assert branches_of(fresh.client, TRACKER, "p1") is None
    assert ask(fresh).code == 1
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    assert verify(fresh).code == 0
    assert ask(fresh).code == 0


def test_a_selector_that_matches_nothing_is_exit_3_although_another_one_matches(fresh: Cli) -> None:
    """A slip of the pen in one of two selectors: what the other one finds is judged, and the slip is said."""
    publish_pact(fresh.client, "c1")
    right, slip = ("--selector", '{"mainBranch": true}'), ("--selector", '{"branch": "mian"}')
    both = verify(fresh, *right, *slip)
    assert '{"branch": "mian"} matches no pact' in both.out
    assert "next: leave --selector out" in both.out
    assert both.code == 3
    alone = verify(fresh, *slip)
    assert alone.code == 3
    # One that names nobody's branch and finds nothing today is only then a reason if nothing is found at all.
    assert "matches no pact" not in verify(fresh, *right, "--selector", '{"deployed": true}').out
    assert verify(fresh, "--selector", '{"deployed": true}').code == 3


def test_an_emitter_of_planned_pairs_has_nothing_to_post_and_is_known_after_that(
    fresh: Cli, settings: Settings
) -> None:
    """Exit 0, the line says why, version and branch are recorded, and the answer is yes with that warning."""
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert ask(fresh, CRM).code == 1
    done = verify(fresh, emitter=CRM)
    assert done.code == 0, done
    assert "nothing posted: only planned pairs" in done.out
    assert branches_of(fresh.client, CRM, "p1") == ("main",)
    asked = ask(fresh, CRM)
    assert asked.code == 0
    assert "warning: no pair of crm-sync is implemented, and no consumer relies on it" in asked.out
    assert ask(fresh, CRM, "p2").code == 1


def test_a_run_that_doesnt_hold_makes_no_version_known(fresh: Cli, settings: Settings) -> None:
    """An emitter of planned pairs that states what it isn't given: exit 1, and the version stays unknown."""
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    done = verify(fresh, emitter=CRM, events=(COMPLETED, ENTERED))
    assert done.code == 1
    assert branches_of(fresh.client, CRM, "p1") is None
    assert "no: the broker has no version p1" in ask(fresh, CRM).out


def test_a_later_run_that_breaks_takes_the_yes_back_until_one_holds_again(fresh: Cli, settings: Settings) -> None:
    """No result can say so where nothing is posted by right: the version's tag does, of this version alone."""
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    for version in ("p1", "p2"):
        assert verify(fresh, emitter=CRM, version=version).code == 0
    broken = verify(fresh, emitter=CRM, events=(COMPLETED, ENTERED))
    assert broken.code == 1
    asked = ask(fresh, CRM)
    assert asked.code == 1
    assert "no: the last run of crm-sync p1 broke its contract" in asked.out
    assert "next: mend crm-sync, then " in asked.out
    assert fresh("can-i-deploy", CRM, "--version", "p1", "--allow-unverified", *PRODUCTION).code == 1
    assert ask(fresh, CRM, "p2").code == 0
    assert verify(fresh, emitter=CRM).code == 0
    assert ask(fresh, CRM).code == 0


def test_a_result_that_is_posted_later_is_no_longer_overruled(fresh: Cli, settings: Settings) -> None:
    """The pair was promoted since, and the version's next run holds and posts: the tag of the broken run is gone."""
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert verify(fresh, emitter=CRM).code == 0
    assert verify(fresh, emitter=CRM, events=(COMPLETED, ENTERED)).code == 1
    assert ask(fresh, CRM).code == 1
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "implemented"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert fresh("capture").code == 0
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    assert verify(fresh, emitter=CRM).code == 0
    asked = ask(fresh, CRM)
    assert asked.code == 0, asked


def test_an_implemented_pair_that_nobody_expects_has_nothing_to_post(fresh: Cli, settings: Settings) -> None:
    """Nobody relies on the emitter: exit 0, recorded, and yes with that warning; untested promises are said too."""
    emitters = {TRACKER: STATUSES, CRM: {"client_webinar_registered": "implemented"}}
    text = registry_toml(emitters).replace('repeats = "guarded"\n', 'repeats = "guarded"\ndecision = "D-1"\n')
    (settings.root / "emitters.toml").write_text(text, encoding="utf-8")
    done = verify(fresh, emitter=CRM, events=("client_webinar_registered",))
    assert done.code == 0, done
    assert "nothing posted: nobody relies on it" in done.out
    asked = ask(fresh, CRM)
    assert asked.code == 0
    assert "warning: nobody relies on crm-sync" in asked.out
    assert "untested: repeat-changes-id" in asked.out


def test_a_pact_whose_pairs_are_all_planned_is_never_published(fresh: Cli, settings: Settings) -> None:
    """A consumer that expects only planned pairs of an emitter with an implemented one waits for nobody's result."""
    tests = settings.root / "consumer_tests" / "test_expectations.py"
    tests.write_text(tests.read_text(encoding="utf-8").replace(f"{COMPLETED!r}, ", ""), encoding="utf-8")
    assert fresh("capture").code == 0
    assert [file.name for file in (settings.root / "pacts").glob("*.json")] == []
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    assert ask(fresh, CONSUMER, "c1").code == 0
    # Its next version asks for an implemented pair: not to publish that is a no.
    add_consumer_tests(settings.root)
    assert fresh("capture").code == 0
    assert ask(fresh, CONSUMER, "c1").code == 1


def test_a_pact_of_pending_interactions_on_the_broker_has_a_way_out(fresh: Cli) -> None:
    """Another hand may publish and deploy one: no result of it is posted, and the printed question leaves it out."""
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    publish_pact(fresh.client, "a1", SECOND, statuses={ENTERED: "planned", SUBMITTED: "planned"})
    assert verify(fresh).code == 0
    assert ask(fresh).code == 0
    deploy(fresh, SECOND, "a1")
    waiting = ask(fresh)
    assert waiting.code == 1
    assert f"every interaction between {SECOND} a1 and {TRACKER} is pending" in waiting.out
    step = f"contracts can-i-deploy {TRACKER} --version p1 --to-environment production --ignore {SECOND}"
    assert step in waiting.out
    assert fresh(*step.split()[1:]).code == 0


def test_work_in_progress_takes_a_branch(own_cli: Cli) -> None:
    """Without a known branch the broker would give none in silence: exit 2, and what to say."""
    captures = emissions(Path.cwd() / "sent.ndjson", (COMPLETED,))
    asked = ("verify", TRACKER, "--captures", str(captures), "--broker", "--wip-since", "2026-01-01")
    refused = own_cli(*asked)
    assert refused.code == 2
    assert "say --branch" in refused.err
    assert own_cli(*asked, "--branch", "main").code == 0


def test_a_failure_that_this_build_doesnt_share_says_by_whose_demand(fresh: Cli, settings: Settings) -> None:
    """A hotfix under an older registry stays green, and the line of the pact that it fails says why it is posted."""
    file = settings.root / "emitters.toml"
    older = file.read_text(encoding="utf-8")
    file.write_text(registry_toml({TRACKER: {**STATUSES, ENTERED: "implemented"}}), encoding="utf-8")
    assert fresh("capture").code == 0
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    file.write_text(older, encoding="utf-8")
    done = verify(fresh)
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if f"{CONSUMER} c1" in line]
    assert "failure posted" in line
    assert f"{CONSUMER} c1 demands {ENTERED}, which this version doesn't keep" in line
    assert "this build holds, since its registry has it as planned" in line
    assert "fails this build" not in done.out
    assert ask(fresh).code == 1


def test_a_named_consumer_version_is_verified_whatever_selects_it(fresh: Cli) -> None:
    """An older version that no selector finds is judged by name; one without a pact is exit 3."""
    assert fresh("publish", "--version", "c1", "--branch", "main").code == 0
    publish_pact(fresh.client, "c2")
    publish_pact(fresh.client, "c3")
    done = verify(fresh, "--consumer-version", f"{CONSUMER}=c2", "--output", "json")
    versions = {one["consumer_version"] for one in json.loads(done.out)["pacts"]}
    assert versions == {"c2", "c3"}
    missing = verify(fresh, "--consumer-version", f"{CONSUMER}=c9")
    assert f"holds no pact of {CONSUMER} c9" in missing.out
    assert verify(fresh, "--consumer-version", "c9").code == 2


def test_a_pact_file_that_isnt_there_yet_is_no_demand(fresh: Cli, settings: Settings) -> None:
    """A contract whose own pacts hold only pending interactions asks for nothing that is published."""
    shutil.rmtree(settings.root / "pacts")
    (settings.root / "emitters.toml").write_text(registry_toml({TRACKER: {ENTERED: "planned"}}), encoding="utf-8")
    document = {"consumer": {"name": CONSUMER}, "provider": {"name": TRACKER}, "interactions": [],
                "metadata": {"pactSpecification": {"version": "4.0"}}}  # fmt: skip
    write_pact(settings.root, document, planned=True)
    done = verify(fresh, events=(ENTERED,))
    assert done.code == 0
    assert "nothing posted: only planned pairs" in done.out
