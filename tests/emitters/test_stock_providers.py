"""`--endpoint` with message providers as Pact's own libraries start them: they find a handler by the description."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Emission, Fault, Observation, Settled, Trigger
from contracts.model.verdict import Verdict
from contracts.verification.plan import Requests
from tests.emitters.provider import Answer, providing
from tests.npm.modules import npm_module
from tests.verification.support import COMPLETED, ENTERED, TRACKER, pact, webinar_domain
from tests.wordpress.verdicts import verify

CONTENT_TYPE = "application/cloudevents+json"


def described(event: str) -> Step:
    """The first step of the plan for an event, as an endpoint is asked for it."""
    capabilities = Capabilities(drives=True, described=True, seed="run")
    requests = Requests(webinar_domain(), TRACKER, [pact()], capabilities)
    return next(step for step in requests if step.triggers[0].event == event)


def event_of(question: dict[str, Any]) -> bytes:
    """The message of a right emitter."""
    (state,) = question["providerStates"]
    message = {
        "specversion": "1.0",
        "id": "-".join([state["name"], *state["params"].values()]).replace("_", "."),
        "source": TRACKER,
        "type": state["name"],
        "time": "2026-03-01T18:00:00Z",
        "data": state["params"],
    }
    return json.dumps(message).encode()


def by_description(*descriptions: str) -> Any:
    """A provider in the form of pact-go's: a map of handlers by description, 404 for any other, metadata in base64."""
    metadata = {"Pact-Message-Metadata": base64.b64encode(json.dumps({"contentType": CONTENT_TYPE}).encode()).decode()}

    def answer(path: str, question: dict[str, Any]) -> Answer:
        if question["description"] not in descriptions:
            return 404, {}, b""
        return 200, {"Content-Type": "application/json", **metadata}, event_of(question)

    return answer


def descriptions_of(event: str) -> list[str]:
    """What the project's own pact calls the interactions of an event."""
    document = json.loads(
        (Path(__file__).parents[2] / "pacts" / f"client-webinar-scenario-service-{TRACKER}.json").read_bytes()
    )
    return [one["description"] for one in document["interactions"] if one["providerStates"][0]["name"] == event]


def test_a_handler_is_found_by_the_interactions_description() -> None:
    """The description and the state are the pact's, the params are the fact."""
    step = described(COMPLETED)
    with providing(by_description(step.description or "")) as provider:
        emission, settled = open_driver({"endpoint": provider.url}).observe([step])
    assert isinstance(emission, Emission)
    assert json.loads(emission.body)["data"] == step.triggers[0].fact
    assert settled == Settled(step.triggers[0])
    (_, _, question), *_ = provider.asked
    assert step.description
    assert step.description.startswith(f"{COMPLETED}: ")
    assert question == {
        "description": step.description,
        "providerStates": [{"name": COMPLETED, "params": step.triggers[0].fact}],
    }


@pytest.mark.parametrize("status", [404, 500, 501])
def test_a_missing_handler_of_a_planned_pair_is_no_fault(status: int) -> None:
    """It is said why nothing came; of an implemented pair it is an error, and so is silence on the line."""
    with providing(lambda *_: (status, {}, b"no handler found")) as provider:
        driver = open_driver({"endpoint": provider.url})
        (planned,) = driver.observe([described(ENTERED)])
        (implemented,) = driver.observe([described(COMPLETED)])
    assert isinstance(planned, Settled)
    assert f"answered {status} to the question for '{ENTERED}: " in (planned.remark or "")
    assert isinstance(implemented, Fault)
    assert f"answered {status} to the question for '{COMPLETED}: " in implemented.message
    (nobody,) = driver.observe([described(ENTERED)])
    assert isinstance(nobody, Fault)


def test_a_planned_pair_whose_handler_breaks_later_is_an_error() -> None:
    """It is there, and once it has stated a fact a 500 is a fault like any other."""
    answers = iter([200, 500])

    def answer(path: str, question: dict[str, Any]) -> Answer:
        return next(answers), {"Content-Type": CONTENT_TYPE}, event_of(question)

    step = described(ENTERED)
    with providing(answer) as provider:
        *_, last = open_driver({"endpoint": provider.url}).observe([step, step])
    assert isinstance(last, Fault)


def test_verified_by_its_description_the_emitter_passes() -> None:
    """The whole run: implemented pairs have handlers, planned ones have none, and each is told apart."""
    with providing(by_description(*descriptions_of(COMPLETED))) as provider:
        run = verify({"endpoint": provider.url})
    assert run.success
    pairs = {pair.event: pair for pair in run.pairs}
    assert pairs[COMPLETED].verdict is Verdict.PASSED
    planned = pairs[ENTERED]
    assert (planned.verdict, planned.ready) == (Verdict.PENDING, False)
    assert [finding.rule for finding in planned.findings] == ["not-emitted"] * len(descriptions_of(ENTERED))
    assert "answered 404" in planned.findings[0].message


PACT_JS = """
const { MessageProviderPact, providerWithMetadata } = require(process.argv[2]);
const state = (message) => {
  const { name, params } = message.providerStates[0];
  const id = [name, ...Object.values(params)].join("-").replaceAll("_", ".");
  return { specversion: "1.0", id, source: "SOURCE", type: name, time: "2026-03-01T18:00:00Z", data: params };
};
const handler = providerWithMetadata(state, { contentType: "application/cloudevents+json" });
const messageProviders = Object.fromEntries(JSON.parse(process.argv[3]).map((name) => [name, handler]));
const provider = new MessageProviderPact({ provider: "SOURCE", messageProviders, logLevel: "error" });
const server = provider.setupProxyApplication().listen(0, "127.0.0.1", () => console.log(server.address().port));
"""


@contextmanager
def pact_js(folder: Path, *descriptions: str) -> Iterator[str]:
    """Run pact-js's own message provider."""
    module = npm_module("@pact-foundation/pact")
    if shutil.which("node") is None:
        pytest.skip("node isn't installed")
    file = folder / "provider.js"
    file.write_text(PACT_JS.replace("SOURCE", TRACKER))
    words = ["node", str(file), str(module), json.dumps(descriptions)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.communicate()


def test_pact_js_s_own_provider_is_an_endpoint(tmp_path: Path) -> None:
    """Its handlers are found, what it hasn't is pending, and its messages are what the contract wants."""
    with pact_js(tmp_path, *descriptions_of(COMPLETED)) as url:
        run = verify({"endpoint": url})
    assert run.success, run
    verdicts = {pair.event: pair.verdict for pair in run.pairs}
    assert (verdicts[COMPLETED], verdicts[ENTERED]) == (Verdict.PASSED, Verdict.PENDING)


def test_pact_js_s_provider_without_the_implemented_handler_is_an_error(tmp_path: Path) -> None:
    """Nobody can tell a handler that is missing from a harness that broke: exit 2."""
    with pact_js(tmp_path, "something else") as url:
        run = verify({"endpoint": url})
    assert run.exit_code == 2
    assert "answered 500 to the question for" in run.errors[0].message


def observations(url: str, *triggers: Trigger) -> list[Observation]:
    """Ask an endpoint for facts of an event that no pact speaks of."""
    return list(open_driver({"endpoint": url}).observe([Step((trigger,)) for trigger in triggers]))


def test_without_a_pact_the_event_is_its_own_description() -> None:
    """An event that nobody expects yet is asked for by its name."""
    trigger = Trigger(event="client_webinar_rated", fact={"client_id": "c1"})
    with providing(by_description("client_webinar_rated")) as provider:
        emission, _ = observations(provider.url, trigger)
    assert isinstance(emission, Emission)
