"""What an embedded broker holds, republished to another one: the same answers, nothing doubled, whatever ends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.broker.growing import grown
from tests.broker.pages import filled
from tests.broker.replayer import Replay, ensure_environments, histories
from tests.broker.running import ROOT, Broker, interaction, pact, running

# A broker to push into besides one of ours: any Pact Broker.
OTHER = os.environ.get("CONTRACTS_TEST_BROKER_URL", "").rstrip("/")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Broker]:
    """A broker to push from."""
    with running(tmp_path / "source.sqlite") as started:
        yield Broker(started.url)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Broker]:
    """A broker to push into."""
    if OTHER:
        yield Broker(OTHER)
        return
    with running(tmp_path / "target.sqlite") as started:
        yield Broker(started.url)


def _command(tmp_path: Path, target: Broker, *more: str) -> list[str]:
    arguments = ("broker", "push", "--database", str(tmp_path / "source.sqlite"), "--to", target.url, *more)
    return [sys.executable, "-m", "contracts.cli", *arguments]


def _push(tmp_path: Path, target: Broker) -> Any:
    done = subprocess.run(
        _command(tmp_path, target, "--output", "json"),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    for name in ("sent", "known"):
        document[name] = {step["kind"]: step[name] for step in document["steps"] if step[name]}
    return document


def _answers(broker: Broker) -> dict[str, Any]:
    """Return the answer to whether each version may go to each environment, and everything that is counted."""
    found: dict[str, Any] = {}
    places = [one["name"] for one in broker.get("/environments")["_embedded"]["environments"]]
    for owner in broker.get("/pacticipants?pageSize=1000")["_embedded"]["pacticipants"]:
        name, page = owner["name"], 1
        while page:
            listed = broker.get(f"/pacticipants/{quote(name, safe='')}/versions?pageNumber={page}&pageSize=100")
            for version in listed["_embedded"]["versions"]:
                number = version["number"]
                for place in places:
                    query = f"q[][pacticipant]={quote(name)}&q[][version]={quote(number)}&latestby=cvpv"
                    answer = broker.get(f"/matrix?{query}&environment={place}")
                    rows = [
                        (row["consumer"]["version"]["number"], (row["verificationResult"] or {}).get("success"))
                        for row in answer["matrix"]
                    ]
                    found[f"{name} {number} {place}"] = (answer["summary"]["deployable"], sorted(rows, key=str))
                tags = sorted(one["name"] for one in version["_embedded"]["tags"])
                branches = sorted((one["name"], one["latest"]) for one in version["_embedded"]["branchVersions"])
                pacts = len(version["_links"]["pb:pact-versions"])
                found[f"{name} {number}"] = (version.get("buildUrl"), tags, branches, pacts)
            page = page + 1 if "next" in listed["_links"] else 0
    return found


def _pending(broker: Broker, provider: str) -> list[tuple[str, Any, Any]]:
    asked = {"providerVersionBranch": "main", "includeWipPactsSince": "2020-01-01"}
    pacts = broker.for_verification(provider, **asked).json()["_embedded"]["pacts"]
    read = [(one["_links"]["self"]["name"], one["verificationProperties"]) for one in pacts]
    return sorted((name, said.get("pending"), said.get("wip")) for name, said in read)


def test_another_broker_answers_alike(tmp_path: Path, source: Broker, target: Broker) -> None:
    """Results with their evidence and ids, branches, tags, places, build URLs, repositories; a second time nothing."""
    filled(source)
    progress = pact("client-webinar-scenario-service", "client-webinar-tracker-v2", interaction("new"))
    source.publish("client-webinar-scenario-service", "3", progress, branch="feat/new", tags=["blue", "production"])
    source.call("POST", "/webhooks", {"request": {"method": "POST", "url": "http://127.0.0.1:1/", "password": "p4ss"}})
    first = _push(tmp_path, target)
    assert _answers(target) == _answers(source)
    for provider in ("client-webinar-tracker-v2", "crm-sync"):
        assert _pending(target, provider) == _pending(source, provider)
    for name in ("client-webinar-tracker-v2", "billing"):
        there, here = (broker.get(f"/pacticipants/{name}") for broker in (target, source))
        assert {key: there.get(key) for key in ("mainBranch", "repositoryUrl")} == {
            key: here.get(key) for key in ("mainBranch", "repositoryUrl")
        }
    read = target.pact("client-webinar-scenario-service", "client-webinar-tracker-v2", "2.3.0")
    result = target.get(read["_links"]["pb:latest-verification-results"]["href"])
    assert {one["interactionId"] for one in result["testResults"]} == {one["_id"] for one in read["interactions"]}
    assert result["testResults"][0]["run"]["untested"]["client_webinar_completed"] == ["lost-fact"]
    assert (result["buildUrl"], result["verifiedBy"]["implementation"]) == ("https://ci.example/2", "contracts")
    assert first["sent"]["results"] == 2
    assert any("webhooks (1)" in text for text in first["left_behind"])
    assert any("times" in text for text in first["left_behind"])
    again = _push(tmp_path, target)
    assert again["sent"] == {}
    assert again["known"]["results"] == 2
    assert _answers(target) == _answers(source)


def test_what_has_ended_since_ends_there(tmp_path: Path, source: Broker, target: Broker) -> None:
    """A later push brings what was deployed since, and takes back what was undeployed; what others did there stays."""
    place = source.environment("production")
    source.publish("service", "1", pact("service", "tracker"))
    source.put_on_branch("tracker", "main", "p1")
    deployed = source.deploy("service", "1", place).json()
    source.deploy("tracker", "p1", place)
    _push(tmp_path, target)
    other = target.get("/environments")["_embedded"]["environments"][0]["uuid"]
    target.put_on_branch("elsewhere", "main", "e1")
    target.deploy("elsewhere", "e1", other)
    source.call("PATCH", deployed["_links"]["self"]["href"], {"currentlyDeployed": False})
    source.publish("service", "2", pact("service", "tracker"))
    source.deploy("service", "2", place)
    for number in ("p2", "p3"):
        source.post_result(source.pact("service", "tracker", "1"), number, success=number == "p2")
    source.post_result(source.pact("service", "tracker", "1"), "p3", success=True)
    report = _push(tmp_path, target)
    assert report["sent"]["results"] == 3
    listed = target.get(f"/environments/{other}/deployed-versions/currently-deployed")["_embedded"]["deployedVersions"]
    numbers = {one["_embedded"]["version"]["number"] for one in listed}
    assert numbers == {"2", "p1", "e1"}
    assert {key: value for key, value in _answers(target).items() if "elsewhere" not in key} == _answers(source)


def test_a_push_of_a_thousand_versions_that_is_killed_three_times(tmp_path: Path, target: Broker) -> None:
    """Half of them a consumer's, half its emitter's: the same counts and answers on both sides, no result doubled."""
    history = grown(tmp_path / "source.sqlite")
    place = history.broker.environment("production")
    history.grow(500)
    for name, number in (("c", "c498"), ("p", "p498")):
        history.broker.deploy(name, number, place)
    # One more result for a content and a version that have one: both are carried, once.
    read = history.broker.pact("c", "p", "c499")
    for success in (False, True, True):
        history.broker.post_result(read, "p499", success=success)
    for lines in (3, 11, 6):
        process = subprocess.Popen(_command(tmp_path, target), stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stderr is not None
        for _ in range(lines):
            assert "steps" in process.stderr.readline()
        process.kill()
        process.communicate(timeout=30)
    report = _push(tmp_path, target)
    assert report["versions"] == [{"pacticipant": name, "here": 500, "there": 500} for name in ("c", "p")]
    assert report["sent"]["results"] + report["known"]["results"] == 453
    pair = "q[][pacticipant]=c&q[][pacticipant]=p&limit=100000"
    for broker in (target, history.broker):
        rows = [row for row in broker.get(f"/matrix?{pair}")["matrix"] if row["verificationResult"]]
        assert len(rows) == 453
    assert _answers(target) == _answers(history.broker)


@pytest.mark.parametrize("seed", range(3))
def test_histories_are_carried(tmp_path: Path, source: Broker, target: Broker, seed: int) -> None:
    """What was recorded of a real broker, played into one and pushed into another, is answered alike by both."""
    environments = ensure_environments(source)
    for history in histories()[seed * 3 : seed * 3 + 3]:
        list(Replay(source, history, environments, f"h{history['seed']}-").differences())
    _push(tmp_path, target)
    assert _answers(target) == _answers(source)
    assert _push(tmp_path, target)["sent"] == {}


def test_what_cannot_be_pushed_is_said(tmp_path: Path, source: Broker, target: Broker) -> None:
    """No file, nobody there, other content under a version's number: an exit code and what to do."""

    def push(database: str, url: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "contracts.cli", "broker", "push", "--database", database, "--to", url]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
        return done.returncode, done.stderr

    code, said = push(str(tmp_path / "none.sqlite"), target.url)
    assert (code, "no such file" in said) == (4, True)
    assert not (tmp_path / "none.sqlite").exists()
    source.publish("service", "1", pact("service", "tracker"))
    target.publish("service", "1", pact("service", "tracker", interaction("other")))
    code, said = push(str(tmp_path / "source.sqlite"), target.url)
    assert (code, "409" in said, "service 1" in said) == (4, True, True)
    code, said = push(str(tmp_path / "source.sqlite"), "nonsense")
    assert code == 2
