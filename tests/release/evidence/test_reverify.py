"""Judging again what was kept: which versions and runs count, what is posted, and what replaces what."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.broker import hal
from contracts.broker.versions import put_on_branch, tag_version
from contracts.release.knowledge import BROKEN
from tests.release.evidence.story import PRODUCTION, Story, publish_as
from tests.release.evidence.test_keeping import captures, sent
from tests.release.project import COMPLETED, CONSUMER, CRM, ENTERED, STATUSES, TRACKER, registry_toml

BOTH = (COMPLETED, ENTERED)


def again(story: Story, *options: str) -> Any:
    """Judge again what counts in production, and return the document with its exit code."""
    done = story.cli("reverify", *PRODUCTION, "--output", "json", *options)
    return {**done.document, "code": done.code}


def pacts_of(document: Any, version: str = "p1") -> dict[str, Any]:
    """Return what was judged of a version, by the consumer's version."""
    (found,) = [one for one in document["versions"] if one["version"] == version]
    assert found["problem"] is None, found
    return {pact["consumer_version"]: pact for pact in found["pacts"]}


def problem_of(document: Any, version: str = "p1") -> Any:
    """Return why a version wasn't judged."""
    (found,) = [one for one in document["versions"] if one["version"] == version]
    assert not found["pacts"]
    return found["problem"]


def begin(story: Story, *events: str) -> None:
    """Publish c1, and deploy a p1 that emits these events."""
    publish_as(story, "c1")
    story.run("p1", *events)
    story.deploy(TRACKER, "p1")


def registry(story: Story, tag: str, **statuses: str) -> None:
    """Change pairs of the registry, and release that."""
    text = registry_toml({TRACKER: {**STATUSES, **statuses}})
    (story.root / "emitters.toml").write_text(text, encoding="utf-8")
    story.release(tag)


def test_a_new_pact_is_judged_and_said_on_what_it_rests(quick: Story) -> None:
    """The result is the version's, names the run it comes from, and leaves untested what that run didn't test."""
    begin(quick, *BOTH)
    publish_as(quick, "c2", implemented=BOTH)
    found = pacts_of(again(quick))
    assert {version: (one["was"], one["result"], one["posted"]) for version, one in found.items()} == {
        "c2": (None, True, True)
    }
    latest, own = quick.results("p1").values()
    assert own.run
    assert latest.run
    (source,) = latest.run.judged_again
    assert (source.id, source.contract) == (own.run.id, own.run.contract)
    assert own.run.evidence
    assert source.evidence == own.run.evidence.sha256
    assert latest.run.id != own.run.id
    assert latest.run.contract_version == "1.0.0"
    assert dict(latest.run.untested) == dict(own.run.untested)
    assert latest.run.untested[COMPLETED]


def test_every_run_of_a_version_counts_and_the_worst_decides(quick: Story) -> None:
    """A green job of a matrix hides no red one, whichever came last."""
    publish_as(quick, "c1")
    quick.run("p1", COMPLETED)
    quick.run("p1", *BOTH)
    quick.deploy(TRACKER, "p1")
    publish_as(quick, "c2", implemented=BOTH)
    document = again(quick)
    assert document["code"] == 1
    (version,) = document["versions"]
    assert len(version["runs"]) == 2
    assert pacts_of(document)["c2"]["result"] is False
    assert [one["rule"] for one in pacts_of(document)["c2"]["appeared"]] == ["not-emitted"]


@pytest.mark.usefixtures("ticking")
def test_a_run_under_an_older_contract_counts_no_more(quick: Story) -> None:
    """Only what was judged by the newest contract that the version's own runs had is what the version is."""
    publish_as(quick, "c1")
    quick.run("p1", COMPLETED)
    registry(quick, "v1.1.0", **{ENTERED: "implemented"})
    quick.run("p1", *BOTH)
    quick.deploy(TRACKER, "p1")
    publish_as(quick, "c2", implemented=BOTH)
    document = again(quick)
    assert len(document["versions"][0]["runs"]) == 1
    assert pacts_of(document)["c2"]["result"] is True


def test_one_run_without_evidence_leaves_the_version_unjudged(quick: Story) -> None:
    """It may have been the red one: nothing is posted, and what helps is said."""
    begin(quick, *BOTH)
    quick.verify("p1", quick.root.parent / "p1.ndjson", 0, "--no-evidence")
    publish_as(quick, "c2", implemented=BOTH)
    document = again(quick)
    assert document["code"] == 3
    assert "it kept no evidence" in problem_of(document)
    assert f"in {TRACKER}'s checkout of p1: contracts verify" in document["versions"][0]["next"]
    assert len(quick.results("p1")) == 2


def test_a_version_whose_last_run_broke_is_not_judged_by_the_ones_before(quick: Story) -> None:
    """No result could say so, and nothing is kept of that run: what is known of it is a tag."""
    begin(quick, *BOTH)
    tag_version(quick.cli.client, TRACKER, "p1", BROKEN)
    publish_as(quick, "c2", implemented=BOTH)
    document = again(quick)
    assert document["code"] == 3
    assert problem_of(document) == "its last run broke its contract where no result could say so"
    assert len(quick.results("p1")) == 1


def test_what_is_deployed_released_and_on_the_branch_counts(quick: Story) -> None:
    """Versions of two places, and the head of a branch; one without any run is listed too."""
    begin(quick, *BOTH)
    for version in ("p2", "p3", "p4"):
        quick.run(version, *BOTH)
    quick.ok("create-environment", "staging")
    quick.ok("record-release", TRACKER, "--version", "p2", *PRODUCTION)
    quick.ok("record-release", TRACKER, "--version", "p3", "--to-environment", "staging")
    put_on_branch(quick.cli.client, TRACKER, "f1", "feature")
    assert [(one["version"], one["counts_as"]) for one in again(quick)["versions"]] == [
        ("p1", ["deployed in production"]),
        ("p2", ["released in production"]),
        ("p4", ["head of main"]),
    ]
    document = again(quick, "--branch", "feature")
    assert [one["version"] for one in document["versions"]] == ["p1", "p2", "f1"]
    assert problem_of(document, "f1") == "it has no run of its own"
    assert document["code"] == 3


def test_nothing_counts_is_no_yes(quick: Story) -> None:
    """No version anywhere: that is said, and the exit code is 3."""
    done = quick.cli("reverify", *PRODUCTION)
    assert done.code == 3
    assert "nothing to judge again" in done.out
    begin(quick, *BOTH)
    assert again(quick)["code"] == 0
    (quick.root / "emitters.toml").write_text(registry_toml({TRACKER: STATUSES, CRM: {COMPLETED: "planned"}}))
    assert again(quick)["code"] == 0
    named = again(quick, "--branch", "nowhere")
    assert named["code"] == 3
    assert named["missing"] == [f"no version of {TRACKER}, {CRM} is on the branch nowhere"]
    assert quick.cli("reverify", TRACKER, CRM, *PRODUCTION).code == 3
    assert quick.cli("reverify", "--to-environment", "nowhere").code == 2
    assert quick.cli("reverify", "someone", *PRODUCTION).code == 2


def test_two_repositories_in_turn_come_to_an_end(quick: Story) -> None:
    """Two versions of the contract, ten turns each: after the first round nothing more is posted."""
    begin(quick, *BOTH)
    publish_as(quick, "c2", implemented=BOTH)
    newer = registry_toml({TRACKER: {**STATUSES, ENTERED: "implemented"}})
    counts, posted = [], []
    for turn in range(10):
        quick.checkout("v1.0.0")
        posted.append([one["posted"] for one in pacts_of(again(quick)).values()])
        if turn == 0:
            (quick.root / "emitters.toml").write_text(newer, encoding="utf-8")
            quick.release("v1.2.0")
        else:
            quick.checkout("v1.2.0")
        posted.append([one["posted"] for one in pacts_of(again(quick)).values()])
        counts.append(len(quick.results("p1")))
    assert posted[:2] == [[True], [True]]
    assert not any(any(turn) for turn in posted[2:])
    assert len(set(counts)) == 1


def test_a_newer_contract_replaces_and_an_older_one_never(quick: Story) -> None:
    """The emitter's own result too; one of a contract whose version nobody knows stays."""
    begin(quick, COMPLETED)
    registry(quick, "v2.0.0", **{ENTERED: "implemented"})
    replaced = pacts_of(again(quick))["c1"]
    assert (replaced["was"], replaced["result"], replaced["posted"]) == (True, False, True)
    quick.checkout("v1.0.0")
    kept = pacts_of(again(quick))["c1"]
    assert kept["left"] == "its result is of the contract's version 2.0.0, and this one isn't newer"
    (quick.root / "emitters.toml").write_text(registry_toml() + "\n# changed\n", encoding="utf-8")
    quick.run("p2", COMPLETED)
    quick.deploy(TRACKER, "p2")
    quick.release("v3.0.0")
    registry(quick, "v3.1.0", **{ENTERED: "implemented"})
    assert "version isn't known" in pacts_of(again(quick), "p2")["c1"]["left"]


def test_an_upgrade_is_looked_at_before_it_is_made(quick: Story) -> None:
    """--dry-run names what would be found newly, posts nothing, and ends with 1."""
    begin(quick, COMPLETED)
    registry(quick, "v2.0.0", **{ENTERED: "implemented"})
    document = again(quick, "--dry-run")
    assert document["dry_run"] == "--dry-run"
    assert document["code"] == 1
    assert [(one["event"], one["rule"]) for one in pacts_of(document)["c1"]["appeared"]] == [(ENTERED, "not-emitted")]
    assert len(quick.results("p1")) == 1
    shown = quick.cli("reverify", *PRODUCTION, "--dry-run")
    assert f"new: {ENTERED} not-emitted: " in shown.out


@pytest.mark.parametrize("change", ["dirty", "untagged"])
def test_nothing_is_posted_under_a_contract_that_is_no_released_one(quick: Story, change: str) -> None:
    """A changed working copy, a commit without a tag: it is judged, shown, and said why nothing is posted."""
    begin(quick, *BOTH)
    publish_as(quick, "c2", implemented=BOTH)
    (quick.root / "emitters.toml").write_text(registry_toml() + "\n# changed\n", encoding="utf-8")
    if change == "untagged":
        quick.commit()
    document = again(quick)
    assert document["code"] == 0
    assert "no released version: " in document["dry_run"]
    assert pacts_of(document)["c2"]["result"] is True
    assert len(quick.results("p1")) == 1


def test_a_header_that_was_not_kept_leaves_its_pact_unjudged(quick: Story) -> None:
    """Another consumer's pact is judged all the same."""
    begin(quick, *BOTH)
    publish_as(quick, "c2", implemented=BOTH)
    publish_as(quick, "a1", consumer="client-webinar-analytics", metadata={"x-tenant": "acme"})
    found = pacts_of(again(quick))
    assert found["c2"]["posted"] is True
    assert found["a1"]["result"] is None
    assert found["a1"]["left"].startswith("it asks for x-tenant")


def _cut(evidence: dict[str, Any]) -> None:
    evidence["data"] = base64.b64encode(base64.b64decode(evidence["data"])[:-9]).decode()


def _other_format(evidence: dict[str, Any]) -> None:
    evidence["format"] = 7


def _no_base64(evidence: dict[str, Any]) -> None:
    evidence["data"] = "!" + evidence["data"]


def _gone(evidence: dict[str, Any]) -> None:
    del evidence["data"]


def _of_another(evidence: dict[str, Any]) -> None:
    text = gzip.decompress(base64.b64decode(evidence["data"])).replace(TRACKER.encode(), CRM.encode(), 1)
    content = gzip.compress(text)
    evidence |= {"data": base64.b64encode(content).decode(), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize(
    ("alter", "word"),
    [
        (_cut, "was altered or cut"),
        (_other_format, "is of format 7"),
        (_no_base64, "no base64"),
        (_gone, "no result of this version holds it"),
        (_of_another, f"is that of '{CRM}'"),
        (None, "is that of 'p0', not of p1"),
    ],
)
def test_evidence_that_is_not_whole_is_refused_by_name(
    quick: Story, alter: Callable[[dict[str, Any]], None] | None, word: str
) -> None:
    """Somebody posts a result whose evidence is altered, or another version's: no result rests on it."""
    publish_as(quick, "c1")
    quick.run("p0", *BOTH)
    (address,) = quick.results("p0")
    document = quick.cli.client.get(address, doing="reading the result")
    if alter is not None:
        alter(document["testResults"][0]["run"]["evidence"])
    put_on_branch(quick.cli.client, TRACKER, "p1", "main")
    pact = quick.cli.client.get(hal.link(document, "pb:pact-version"), doing="reading the pact")
    body = {key: document[key] for key in ("success", "testResults", "verifiedBy")}
    url = hal.link(pact, "pb:publish-verification-results")
    answer = quick.cli.client.send("POST", url, {**body, "providerApplicationVersion": "p1"}, repeatable=True)
    assert answer.status == 201
    quick.deploy(TRACKER, "p1")
    publish_as(quick, "c2", implemented=BOTH)
    found = again(quick)
    assert found["code"] == 3
    assert word in problem_of(found)
    assert quick.answer(CONSUMER, "c2")["answer"] == "unknown"
    shown = quick.cli("evidence", TRACKER, "--version", "p1")
    assert shown.code == 3
    assert word in shown.err


def test_evidence_is_printed_and_saved_as_captures(quick: Story, tmp_path: Path) -> None:
    """The latest run's, or the one that is named; what is saved is what can be verified."""
    begin(quick, COMPLETED)
    quick.run("p1", *BOTH)
    printed = quick.ok("evidence", TRACKER, "--version", "p1")
    assert len(printed.out.splitlines()) == 2
    assert "there is another run too" in printed.err
    first = list(quick.results("p1").values())[-1].run
    assert first
    file = tmp_path / "kept.ndjson"
    quick.ok("evidence", TRACKER, "--version", "p1", "--run", first.id[:8], "--out", str(file))
    quick.ok("verify", TRACKER, "--captures", str(file))
    assert len(file.read_bytes().splitlines()) == 1
    assert quick.cli("evidence", TRACKER, "--version", "p1", "--run", "zz").code == 2
    assert quick.cli("evidence", TRACKER, "--version", "p9").code == 3


def test_a_single_pair_of_captures_is_kept_with_what_the_receiver_answered(quick: Story) -> None:
    """A refused delivery that was never made good is a finding in what was kept, where the contract promises one."""
    publish_as(quick, "c1")
    lost = sent(response={"error": "refused by jane.doe@example.org"})
    quick.verify("p1", captures(quick, lost))
    quick.deploy(TRACKER, "p1")
    text = registry_toml().replace('repeats = "guarded"', 'repeats = "guarded"\ndelivery = "at-least-once"', 1)
    (quick.root / "emitters.toml").write_text(text, encoding="utf-8")
    quick.release("v1.1.0")
    found = pacts_of(again(quick))["c1"]
    assert found["result"] is False
    assert [one["rule"] for one in found["appeared"]] == ["lost-fact"]
    assert "jane" not in json.dumps(found)
