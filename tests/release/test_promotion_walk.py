"""Promotion and demotion through the commands, with a hotfix of either side at each step: who may be released."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.project.settings import Settings
from tests.release.commands import Cli, emissions
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
)

YES, NO = 0, 1
PRODUCTION = ("--to-environment", "production")


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps of a walk, each through a command."""

    cli: Cli
    root: Path

    def publish(self, version: str, branch: str = "main") -> None:
        """Publish the project's pacts as a version of the scenario service."""
        done = self.cli("publish", "--version", version, "--branch", branch)
        assert done.code == 0, done.err

    def deploy(self, name: str, version: str) -> None:
        """Record a version as deployed to production."""
        done = self.cli("record-deployment", name, "--version", version, *PRODUCTION)
        assert done.code == 0, done.err

    def result(
        self, version: str, events: tuple[str, ...], *, registry: str | None = None, branch: str = "main", code: int = 0
    ) -> dict[str | None, bool | None]:
        """Verify a version of the tracker that emits `events`, and post the results.

        Args:
            registry: the one that the version was built with; the project's where it is None.
            code: the exit code of the emitter's own build.
        """
        captures = emissions(self.root.parent / f"{version}.ndjson", events)
        file = self.root / "emitters.toml"
        current = file.read_text(encoding="utf-8")
        file.write_text(registry or current, encoding="utf-8")
        done = self.cli(
            *("verify", TRACKER, "--captures", str(captures), "--broker", "--publish"),
            *("--version", version, "--branch", branch, "--output", "json"),
        )
        file.write_text(current, encoding="utf-8")
        assert done.code == code, done
        assert all(pact["published"] is (pact["result"] is not None) for pact in done.document["pacts"])
        return {pact["consumer_version"]: pact["result"] for pact in done.document["pacts"]}

    def expect(self, name: str, answers: dict[str, str]) -> None:
        """Ask `can-i-deploy` for versions, and compare answer and exit code."""
        got = {}
        for version in answers:
            done = self.cli("can-i-deploy", name, "--version", version, *PRODUCTION, "--output", "json")
            assert "answer" in done.document, done
            got[version] = done.document["answer"]
            assert done.code == (YES if done.document["deployable"] else NO)
            assert done.document["deployable"] is (got[version] == "yes")
        assert got == answers

    def promote(self) -> None:
        """Promote the entered event."""
        done = self.cli("promote", TRACKER, ENTERED)
        assert done.code == 0, done.err
        assert "next, in this order" in done.out

    def demote(self) -> None:
        """Take the entered event back."""
        done = self.cli("demote", TRACKER, ENTERED, "--reason", "clients were counted twice")
        assert done.code == 0, done.err


def _begun(cli: Cli, settings: Settings) -> Walk:
    add_consumer_tests(settings.root)
    assert cli("capture").code == 0
    assert cli("create-environment", "production", "--production").code == 0
    return Walk(cli, settings.root)


@pytest.fixture
def walk_anywhere(cli: Cli, settings: Settings) -> Walk:
    """Return a walk from a captured project and an environment called production, over either way to a broker."""
    return _begun(cli, settings)


@pytest.fixture
def walk(own_cli: Cli, settings: Settings) -> Walk:
    """Return a walk with the project's own broker."""
    return _begun(own_cli, settings)


OLD = registry_toml()
"""The registry before the promotion: what a hotfix of the emitter is built with."""


def test_promotion_and_demotion_with_hotfixes(walk_anywhere: Walk) -> None:  # noqa: PLR0915 - one story in its order
    """Each step's answers are those of a real broker, and stricter only where its yes is no evidence."""
    walk = walk_anywhere
    # The service is published and deployed first: nothing of the tracker is known.
    walk.publish("c1")
    walk.expect(CONSUMER, {"c1": "unknown", "c0": "no"})
    walk.expect(TRACKER, {"p1": "no"})
    walk.deploy(CONSUMER, "c1")

    # p1 emits what is implemented: planned pairs that fail don't make its result false.
    assert walk.result("p1", (COMPLETED,)) == {"c1": True}
    walk.expect(TRACKER, {"p1": "yes"})
    walk.expect(CONSUMER, {"c1": "unknown"})
    walk.deploy(TRACKER, "p1")
    walk.expect(CONSUMER, {"c1": "yes"})

    # Not ready yet: what is in production doesn't emit it.
    refused = walk.cli("promote", TRACKER, ENTERED)
    assert refused.code == 1
    assert "p1" in refused.err
    assert "freezes" in refused.err
    assert (walk.root / "emitters.toml").read_text(encoding="utf-8") == OLD

    # p2 emits it too. Until it is deployed, production isn't ready.
    assert walk.result("p2", (COMPLETED, ENTERED)) == {"c1": True}
    assert walk.cli("promote", TRACKER, ENTERED).code == 1
    walk.deploy(TRACKER, "p2")
    walk.expect(CONSUMER, {"c1": "yes"})
    walk.expect(TRACKER, {"p1": "yes", "p2": "yes"})

    # Promotion is new content: the service's new version waits for a result, nobody else is held up.
    walk.promote()
    walk.publish("c2")
    walk.publish("c2.1")
    walk.expect(CONSUMER, {"c2": "unknown", "c2.1": "unknown", "c1": "yes"})
    walk.expect(TRACKER, {"p1": "yes", "p2": "yes"})

    # A hotfix of the service from before the promotion has old content: deployable at once.
    promoted = shutil.copytree(walk.root / "pacts", walk.root.parent / "promoted-pacts")
    promoted_registry = (walk.root / "emitters.toml").read_text(encoding="utf-8")
    (walk.root / "emitters.toml").write_text(OLD, encoding="utf-8")
    assert walk.cli("capture").code == 0
    walk.publish("c1.1", "hotfix-c")
    walk.expect(CONSUMER, {"c1.1": "yes"})
    (walk.root / "emitters.toml").write_text(promoted_registry, encoding="utf-8")
    assert walk.cli("capture").code == 0
    for file in promoted.iterdir():
        assert (walk.root / "pacts" / file.name).read_bytes() == file.read_bytes()

    # A hotfix of the tracker under the older registry: green for c1, the truth for c2, and still deployable.
    assert walk.result("p1h", (COMPLETED,), registry=OLD, branch="hotfix") == {"c1": True, "c2.1": False}
    walk.expect(TRACKER, {"p1h": "yes"})
    walk.expect(CONSUMER, {"c2": "unknown"})

    # The deployed p2 verifies the new content: one result frees every version with it.
    assert walk.result("p2", (COMPLETED, ENTERED)) == {"c1": True, "c2.1": True}
    walk.expect(CONSUMER, {"c2": "yes", "c2.1": "yes"})
    walk.expect(TRACKER, {"p1": "yes", "p2": "yes", "p1h": "yes"})

    # Once c2 is deployed, versions that don't emit it are no rollback targets.
    walk.deploy(CONSUMER, "c2")
    walk.expect(TRACKER, {"p1": "unknown", "p2": "yes", "p1h": "no"})
    # Its registry had the pair as planned, where silence is no finding: the reason is given all the same.
    assert f"{ENTERED} (not-emitted)" in walk.cli("can-i-deploy", TRACKER, "--version", "p1h", *PRODUCTION).out
    assert walk.result("p1h", (COMPLETED, ENTERED), registry=OLD, branch="hotfix")["c2.1"] is True
    walk.expect(TRACKER, {"p1h": "yes"})
    walk.expect(CONSUMER, {"c1": "yes", "c2": "yes"})

    # The wrong order of a demotion: the tracker stops first.
    assert walk.result("p3", (COMPLETED,), code=1)["c2.1"] is False
    walk.expect(TRACKER, {"p3": "no"})

    # The right order: the service first. Its content is that of c1, so that old results count again.
    walk.demote()
    walk.publish("c3")
    walk.expect(CONSUMER, {"c3": "yes"})
    walk.expect(TRACKER, {"p3": "no"})
    walk.deploy(CONSUMER, "c3")
    walk.expect(TRACKER, {"p1": "yes", "p2": "yes", "p1h": "yes", "p3": "unknown"})
    assert walk.result("p3", (COMPLETED,))["c3"] is True
    walk.expect(TRACKER, {"p3": "yes"})
    walk.deploy(TRACKER, "p3")
    walk.expect(CONSUMER, {"c3": "yes", "c2": "no"})

    # The registry is as before the walk, but for the reason.
    text = (walk.root / "emitters.toml").read_text(encoding="utf-8")
    assert 'reason = "clients were counted twice"' in text
    assert text.replace('reason = "clients were counted twice"\n', "") == OLD


def test_a_planned_emitter_blocks_nobody(walk: Walk) -> None:
    """An emitter without an implemented pair is never published: the service and it are deployable all along."""
    walk.publish("c1")
    walk.result("p1", (COMPLETED,))
    walk.deploy(TRACKER, "p1")
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (walk.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert walk.cli("capture").code == 0
    walk.publish("c4")
    walk.expect(CONSUMER, {"c4": "yes"})
    # Nothing is known of a version that was never verified; with nothing to post, a verification makes it known.
    walk.expect(CRM, {"n1": "no"})
    captures = emissions(walk.root.parent / "crm.ndjson", (COMPLETED,), source=CRM)
    verify = ("verify", CRM, "--captures", str(captures), "--broker", "--publish", "--branch", "main")
    verified = walk.cli(*verify, "--version", "n1")
    assert verified.code == 0, verified.err
    assert "nothing posted: only planned pairs" in verified.out
    walk.expect(CRM, {"n1": "yes", "n2": "no"})
    walk.deploy(CRM, "n1")
    # A deployment is a fact: with its branch it can be recorded of a version that was never verified.
    recorded = walk.cli("record-deployment", CRM, "--version", "n3", *PRODUCTION, "--branch", "main")
    assert recorded.code == 0, recorded.err
    walk.expect(CONSUMER, {"c4": "yes"})
    said = walk.cli("can-i-deploy", CONSUMER, "--version", "c4", *PRODUCTION)
    assert f"{COMPLETED} of {CRM}" in said.out
    assert f"{ENTERED} of {TRACKER}, {SUBMITTED} of {TRACKER}" in said.out


def test_a_project_of_planned_pairs_alone_blocks_nobody(walk: Walk) -> None:
    """With nothing implemented there is nothing to publish: both sides are released, and recorded, all the same."""
    (walk.root / "emitters.toml").write_text(registry_toml({TRACKER: {COMPLETED: "planned"}}), encoding="utf-8")
    assert walk.cli("capture").code == 0
    walk.publish("c1")
    walk.expect(CONSUMER, {"c1": "yes"})
    assert walk.result("p1", (COMPLETED,)) == {}
    walk.expect(TRACKER, {"p1": "yes"})
    walk.deploy(CONSUMER, "c1")
    assert walk.cli("record-release", TRACKER, "--version", "p1", *PRODUCTION).code == 0
    walk.expect(TRACKER, {"p1": "yes", "p2": "no"})


def test_the_first_pair_of_an_emitter_is_promoted_on_a_file(walk: Walk) -> None:
    """No broker can know anything of it: the verification's JSON is the evidence, and what freezes is said."""
    emitters = {TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}
    (walk.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert walk.cli("capture").code == 0
    without = walk.cli("promote", CRM, COMPLETED)
    assert without.code == 1
    assert "--evidence" in without.err
    captures = emissions(walk.root / "crm.ndjson", (COMPLETED,), source=CRM)
    verified = walk.cli("verify", CRM, "--captures", str(captures), "--output", "json")
    assert verified.code == 0, verified.err
    evidence = walk.root / "verification.json"
    evidence.write_text(verified.out, encoding="utf-8")
    done = walk.cli("promote", CRM, COMPLETED, "--evidence", str(evidence), "--output", "json")
    assert done.code == 0, done.err
    assert done.document["freezes"]
    assert (walk.root / "pacts" / f"{CONSUMER}-{CRM}.json").is_file()
    assert not (walk.root / "pacts" / "planned" / f"{CONSUMER}-{CRM}.json").exists()
    # The registry is another one now: the file is no evidence for a second promotion.
    again = walk.cli("promote", TRACKER, ENTERED, "--evidence", str(evidence))
    assert again.code == 1
    assert CRM in again.err


def test_a_forced_promotion_says_what_freezes(walk: Walk) -> None:
    """--force promotes without readiness, and names the versions that are held up."""
    walk.publish("c1")
    walk.result("p1", (COMPLETED,))
    walk.deploy(TRACKER, "p1")
    done = walk.cli("promote", TRACKER, ENTERED, "--force")
    assert done.code == 0
    assert f"freezes: no version of {CONSUMER}" in done.out
    assert "p1 can't be released again" in done.out
    walk.publish("c2")
    walk.expect(CONSUMER, {"c2": "unknown", "c1": "yes"})


def test_a_result_under_another_registry_is_no_evidence(walk: Walk) -> None:
    """The latest result of what is in production has to be judged by the registry that is about to change."""
    walk.publish("c1")
    other = registry_toml({TRACKER: {**STATUSES, SUBMITTED: "implemented"}})
    walk.result("p2", (COMPLETED, ENTERED, SUBMITTED), registry=other)
    walk.deploy(TRACKER, "p2")
    refused = walk.cli("promote", TRACKER, ENTERED)
    assert refused.code == 1
    assert "another contract" in refused.err
    walk.result("p2", (COMPLETED, ENTERED))
    assert walk.cli("promote", TRACKER, ENTERED).code == 0


def test_registry_and_pacts_change_together(walk: Walk) -> None:
    """If the pacts can't be captured, the registry is as it was."""
    walk.publish("c1")
    walk.result("p2", (COMPLETED, ENTERED))
    walk.deploy(TRACKER, "p2")
    test = walk.root / "consumer_tests" / "test_expectations.py"
    test.write_text(test.read_text(encoding="utf-8") + "\n\ndef test_broken():\n    assert False\n", encoding="utf-8")
    refused = walk.cli("promote", TRACKER, ENTERED)
    assert refused.code == 1
    assert "a consumer test failed" in refused.err
    assert (walk.root / "emitters.toml").read_text(encoding="utf-8") == OLD
    assert walk.cli("demote", TRACKER, COMPLETED, "--reason", "why").code == 1
    assert (walk.root / "emitters.toml").read_text(encoding="utf-8") == OLD
