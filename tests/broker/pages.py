"""A broker whose pages have something of everything, and one whose every field is hostile."""

from __future__ import annotations

from typing import Any

from tests.broker.running import Broker, interaction, pact

HOSTILE_NAME = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'&"
"""What a name may be: the broker stores none with control characters."""
HOSTILE = f"{HOSTILE_NAME}\u202e"
TRACKER, SERVICE, BILLING = "client-webinar-tracker-v2", "client-webinar-scenario-service", "billing"


def _event(name: str, title: str, *, pending: bool = False) -> dict[str, Any]:
    described = {"description": f"{name}: {title}", "key": f"{name}/{title.replace(' ', '-')}"}
    return {**interaction(name, pending=pending), **described}


def results_for(read: Any, *, fail: str = "", **more: Any) -> list[dict[str, Any]]:
    """Return test results for each interaction of a pact that was read; those of the event `fail` fail."""
    found = []
    for one in read["interactions"]:
        event = one["key"].split("/")[0]
        entry = {"interactionId": one["_id"], "interactionKey": one["key"], "event": event, "success": event != fail}
        if event == fail:
            entry["mismatches"] = [
                {"rule": "event-schema", "identifier": "$.data.client_id", "description": "is no string:\n  12"}
            ]
        found.append({**entry, "interactionDescription": one["description"], **more})
    return found


def filled(broker: Broker) -> None:
    """Give a broker two consumers, two emitters, two environments, and results of each kind."""
    completed = _event("client_webinar_completed", "the client attended")
    entered = _event("client_webinar_entered", "the client came in", pending=True)
    broker.call(
        "POST", "/pacticipants", {"name": TRACKER, "mainBranch": "main", "repositoryUrl": "https://git.example/t"}
    )
    broker.publish(SERVICE, "2.3.0", pact(SERVICE, TRACKER, completed, entered), buildUrl="https://ci.example/1")
    broker.publish(BILLING, "7", pact(BILLING, TRACKER, completed), branch="feat/pay")
    broker.publish(
        SERVICE, "2.4.0", pact(SERVICE, "crm-sync", _event("client_left", "at the end")), branch="feat/leave"
    )
    read = broker.pact(SERVICE, TRACKER, "2.3.0")
    places = {name: broker.environment(name, production=name == "production") for name in ("production", "test")}
    untested = {"client_webinar_completed": ["lost-fact"], "client_webinar_entered": ["lost-fact", "repeated-emission"]}
    remarks = ["the working copy differed from its commit"]
    run = {"id": "run-2026-01-31-1", "contract": "0123456789abcdef" * 4, "untested": untested, "remarks": remarks}
    by = {"implementation": "contracts", "version": "0.1.0"}
    broker.put_on_branch(TRACKER, "main", "p1")
    broker.post_result(
        read, "p1", success=True, verifiedBy=by, buildUrl="https://ci.example/2",
        testResults=results_for(read, fail="client_webinar_entered", run=run),
    )  # fmt: skip
    other = broker.pact(BILLING, TRACKER, "7")
    failing = results_for(other, fail="client_webinar_completed")
    broker.post_result(other, "p1", success=False, verifiedBy=by, testResults=failing)
    broker.put_on_branch(TRACKER, "main", "p2")
    broker.deploy(TRACKER, "p1", places["production"])
    broker.deploy(SERVICE, "2.3.0", places["production"])
    broker.deploy(BILLING, "7", places["test"])


def hostile(broker: Broker) -> None:
    """Give a broker a script in every field that comes from outside."""
    one = {**interaction("x"), "description": HOSTILE, "key": f"{HOSTILE}/{HOSTILE}"}
    consumer, provider = f"c {HOSTILE_NAME}", f"p {HOSTILE_NAME}"
    body = {"name": provider, "mainBranch": HOSTILE_NAME.replace(" ", ""), "repositoryUrl": "javascript:alert(1)"}
    assert broker.call("POST", "/pacticipants", {**body, "displayName": HOSTILE_NAME}).ok
    published = broker.publish(
        *(consumer, HOSTILE_NAME, pact(consumer, provider, one)), branch=HOSTILE_NAME, tags=[f"t{HOSTILE_NAME}"]
    )
    assert published.ok, published.text
    read = broker.pact(consumer, provider, HOSTILE_NAME)
    tests = [
        {
            "interactionId": read["interactions"][0]["_id"], "interactionDescription": HOSTILE, "success": False,
            "registry": HOSTILE,
            "run": {"id": HOSTILE, "contract": HOSTILE, "untested": {HOSTILE: [HOSTILE]}, "remarks": [HOSTILE]},
            "mismatches": [{"rule": HOSTILE, "identifier": HOSTILE, "description": HOSTILE}],
            "exceptions": [{"message": HOSTILE}],
        }
    ]  # fmt: skip
    by = {"implementation": HOSTILE, "version": HOSTILE}
    broker.put_on_branch(provider, HOSTILE_NAME, HOSTILE_NAME)
    assert broker.post_result(read, HOSTILE_NAME, success=False, testResults=tests, verifiedBy=by).ok
    place = {"name": HOSTILE_NAME.replace(" ", ""), "displayName": HOSTILE_NAME, "production": True}
    assert broker.call("POST", "/environments", place).ok
    listed = broker.get("/pacticipants")["_embedded"]["pacticipants"]
    for owner in listed:
        path = f"{owner['_links']['self']['href']}/versions"
        (number,) = broker.get(path)["_embedded"]["versions"]
        (record,) = number["_links"]["pb:record-deployment"]
        assert broker.call("POST", record["href"], {"applicationInstance": HOSTILE_NAME}).ok


def addresses(broker: Broker) -> list[str]:
    """Return the address of each page that the broker has."""
    found = [f"{broker.url}/"]
    for link in broker.get("/pacticipants")["_links"]["pb:pacticipants"]:
        found.append(link["href"])
        found += [one["href"] for one in broker.get(f"{link['href']}/versions")["_links"]["pb:versions"]]
    return found
