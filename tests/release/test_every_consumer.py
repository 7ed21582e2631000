"""Which consumers an emitter's release depends on: each of them, and none speaks for another."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.broker.publishing import PactPublication, publish
from contracts.broker.versions import put_on_branch
from contracts.model.pact import parse_pact
from tests.release.commands import Cli, Done
from tests.release.project import COMPLETED, CONSUMER, TRACKER, pact

SECOND = "client-webinar-analytics"
PLACES = ("staging", "production")


@pytest.fixture
def places(own_cli: Cli) -> Cli:
    """Return the commands on a broker with two environments."""
    for name in PLACES:
        assert own_cli("create-environment", name).code == 0
    return own_cli


def publish_pact(
    client: BrokerClient,
    version: str,
    consumer: str = CONSUMER,
    *,
    branch: str = "main",
    statuses: Mapping[str, str] | None = None,
) -> None:
    """Publish a pact of a consumer with the tracker, new content for each version."""
    document = parse_pact(json.dumps(pact(statuses, consumer=consumer, revision=version)), source="here")
    publish(client, PactPublication(consumer, version, branch, (document,)))


def post(client: BrokerClient, version: str, consumer_version: str, success: bool, consumer: str = CONSUMER) -> None:
    """Post a result of the tracker's version with a consumer's version."""
    url = client.link(
        "pb:publish-pact", provider=TRACKER, consumer=consumer, consumerApplicationVersion=consumer_version
    )
    document = client.get(url, doing="fetching the pact")
    put_on_branch(client, TRACKER, version, "main")
    test = {"interactionDescription": f"{COMPLETED}: it is read", "success": success}
    mismatches = [] if success else [{"attribute": "body", "identifier": "$.data.client_id", "rule": "pact-mismatch"}]
    body = {
        "success": success,
        "providerApplicationVersion": version,
        "testResults": [{**test, "mismatches": mismatches}],
    }
    answer = client.send("POST", hal.link(document, "pb:publish-verification-results"), body, repeatable=True)
    assert answer.status == 201


def ask(cli: Cli, place: str = "production", version: str = "p1", name: str = TRACKER) -> Done:
    """Ask for the release of a version."""
    return cli("can-i-deploy", name, "--version", version, "--to-environment", place, "--output", "json")


def deploy(cli: Cli, consumer: str, version: str, place: str = "production") -> None:
    """Record a consumer's version as deployed."""
    from contracts.broker.environments import environment, record

    record(cli.client, environment(cli.client, place), consumer, version, kind="deployed")


def test_one_consumers_success_never_stands_for_anothers(places: Cli) -> None:
    """With no consumer deployed the heads of both main branches count: one fails, and the answer is no."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "a1", SECOND)
    post(places.client, "p1", "c1", success=True)
    unknown = ask(places)
    assert unknown.document["answer"] == "unknown"
    assert f"{SECOND} a1 (head of its main branch)" in unknown.document["blockers"][0]["text"]
    post(places.client, "p1", "a1", success=False, consumer=SECOND)
    failed = ask(places)
    assert (failed.code, failed.document["answer"]) == (1, "no")
    (blocker,) = failed.document["blockers"]
    assert f"{COMPLETED} (pact-mismatch at $.data.client_id)" in blocker["text"]
    post(places.client, "p1", "a1", success=True, consumer=SECOND)
    assert ask(places).document["answer"] == "yes"


def test_a_deployed_consumer_counts_with_what_is_deployed_and_another_with_its_main_branch(places: Cli) -> None:
    """Of two consumers one is deployed: its main branch doesn't count there, the other one's does."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "a1", SECOND)
    post(places.client, "p1", "c1", success=True)
    post(places.client, "p1", "a1", success=False, consumer=SECOND)
    deploy(places, CONSUMER, "c1")
    assert ask(places).document["answer"] == "no"
    deploy(places, SECOND, "a1", "staging")
    publish_pact(places.client, "a2", SECOND)
    post(places.client, "p1", "a2", success=True, consumer=SECOND)
    counted = {row["consumer_version"]: row["counts_as"] for row in ask(places).document["rows"]}
    assert counted == {"c1": "in the environment", "a2": "head of its main branch"}
    assert ask(places).document["answer"] == "yes"
    # In staging the second consumer is deployed with the version that the tracker fails.
    assert ask(places, "staging").document["answer"] == "no"
    publish_pact(places.client, "c2")
    post(places.client, "p1", "c2", success=False)
    # The main branch of the first one counts where no version of it is, and only there.
    assert ask(places).document["answer"] == "yes"


def test_two_deployed_versions_of_a_consumer_both_count(places: Cli) -> None:
    """An instance of an older version counts as well as the newer one beside it."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "c2")
    post(places.client, "p1", "c1", success=True)
    post(places.client, "p1", "c2", success=True)
    for version, site in (("c1", "east"), ("c2", "west")):
        done = places(
            *("record-deployment", CONSUMER, "--version", version, "--to-environment", "production"),
            *("--instance", site),
        )
        assert done.code == 0, done.err
    assert ask(places).document["answer"] == "yes"
    post(places.client, "p1", "c1", success=False)
    assert ask(places).document["answer"] == "no"


def test_without_a_main_branch_the_newest_version_stands_and_the_answer_says_so(places: Cli) -> None:
    """A consumer that publishes from feature branches alone counts with what it published last."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "a1", SECOND, branch="feat/one")
    publish_pact(places.client, "a2", SECOND, branch="feat/two")
    post(places.client, "p1", "c1", success=True)
    post(places.client, "p1", "a1", success=True, consumer=SECOND)
    unknown = ask(places)
    assert unknown.document["answer"] == "unknown"
    assert f"{SECOND} a2 (its newest version)" in unknown.document["blockers"][0]["text"]
    post(places.client, "p1", "a2", success=True, consumer=SECOND)
    yes = ask(places)
    assert yes.document["answer"] == "yes"
    said = f"no main branch of {SECOND} is known: its newest version a2 stands for it"
    assert any(said in warning for warning in yes.document["warnings"])
    # The first consumer has a main branch: nothing of the kind is said of it.
    assert not any(f"no main branch of {CONSUMER}" in warning for warning in yes.document["warnings"])


def test_a_consumer_that_dropped_the_emitter_asks_nothing_any_more(places: Cli) -> None:
    """Its main branch holds no pact with the emitter: an older version's failure is no reason."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "a1", SECOND)
    post(places.client, "p1", "c1", success=True)
    post(places.client, "p1", "a1", success=False, consumer=SECOND)
    put_on_branch(places.client, SECOND, "a2", "main")
    assert ask(places).document["answer"] == "yes"


def test_a_version_that_failed_is_a_no_in_an_empty_environment(places: Cli) -> None:
    """Nothing is deployed there: the answer names the failure, and not "unknown: verify it"."""
    publish_pact(places.client, "c1")
    post(places.client, "p1", "c1", success=False)
    failed = ask(places)
    assert failed.document["answer"] == "no"
    assert failed.document["next"].startswith(f"mend {TRACKER}")
    # Nor where the consumer's main branch has moved on without the emitter.
    put_on_branch(places.client, CONSUMER, "c2", "main")
    again = ask(places)
    assert again.document["answer"] == "no"
    assert "failed" in again.document["blockers"][0]["text"]


def test_results_of_another_tool_count_and_are_named(places: Cli) -> None:
    """What a stock verifier posted is evidence; it tested no promise of the registry, which is said."""
    publish_pact(places.client, "c1")
    post(places.client, "p1", "c1", success=True)
    yes = ask(places)
    assert yes.document["answer"] == "yes"
    (row,) = yes.document["rows"]
    assert (row["posted_by"], row["run"]) == ("another tool", None)
    assert any("was posted by another tool" in warning for warning in yes.document["warnings"])
    (untested,) = yes.document["untested"]
    assert untested["event"] == COMPLETED
    shown = places("can-i-deploy", TRACKER, "--version", "p1", "--to-environment", "production").out
    assert f"untested: repeat-changes-id, repeat-changes-content, id-reused of {COMPLETED} ({TRACKER} p1)" in shown
    strict = places("can-i-deploy", TRACKER, "--version", "p1", "--to-environment", "production", "--require-tested")
    assert strict.code == 1
    assert "no: --require-tested: untested: repeat-changes-id" in strict.out


def test_an_unknown_name_to_ignore_is_refused(places: Cli) -> None:
    """A consumer of the emitter's may be left out, loudly; a slip of the pen is no consumer."""
    publish_pact(places.client, "c1")
    publish_pact(places.client, "a1", SECOND)
    post(places.client, "p1", "c1", success=True)
    asked = ("can-i-deploy", TRACKER, "--version", "p1", "--to-environment", "production", "--ignore")
    ignored = places(*asked, SECOND)
    assert ignored.code == 0
    assert f"warning: --ignore {SECOND}" in ignored.out
    wrong = places(*asked, "client-webinar-analytic")
    assert wrong.code == 2
    assert f"did you mean '{SECOND}'" in wrong.err


def test_what_is_recorded_although_it_doesnt_hold_is_said(places: Cli) -> None:
    """A deployment is a fact and is recorded; what no longer holds is said with it."""
    publish_pact(places.client, "c1")
    post(places.client, "p1", "c1", success=True)
    assert ask(places).document["answer"] == "yes"
    publish_pact(places.client, "c2")
    deploy(places, CONSUMER, "c2")
    done = places("record-deployment", TRACKER, "--version", "p1", "--to-environment", "production")
    assert done.code == 0
    assert "recorded, and this doesn't hold:" in done.out
    assert f"unknown: {CONSUMER} c2 and {TRACKER} p1 were never verified with each other" in done.out
    post(places.client, "p1", "c2", success=True)
    again = places("record-deployment", TRACKER, "--version", "p1", "--to-environment", "production")
    assert "doesn't hold" not in again.out
