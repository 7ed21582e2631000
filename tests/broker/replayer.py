"""Replays recorded histories of a Pact Broker against another broker, and says where the answers differ.

A history is a list of writes, each with the status that was answered, and of reads with what was answered.
Contents have ids; which pact version an id became is learnt from the broker that is replayed against, so the
answers can be compared although each broker names contents in its own way.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tests.broker.running import Broker

HISTORIES = Path(__file__).with_name("histories.ndjson.gz")
ENVIRONMENTS = {"production": True, "test": False}
_DONE = {200, 201, 204}
_FIELDS = {"deployed": "currentlyDeployed", "released": "currentlySupported"}
_LISTS = {"deployed": "currently-deployed", "released": "currently-supported"}

History = dict[str, Any]
Operation = dict[str, Any]


def histories() -> list[History]:
    """Return the recorded histories."""
    with gzip.open(HISTORIES, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Difference:
    """An answer that isn't the recorded one."""

    name: str
    expected: Any
    actual: Any


def ensure_environments(broker: Broker) -> dict[str, str]:
    """Create the environments that the histories use; return their uuids."""
    known = _environments(broker)
    for name, production in ENVIRONMENTS.items():
        if name not in known:
            broker.environment(name, production=production)
    return _environments(broker)


def _environments(broker: Broker) -> dict[str, str]:
    return {one["name"]: one["uuid"] for one in broker.get("/environments")["_embedded"]["environments"]}


@dataclass
class Replay:
    """One history on its way.

    Args:
        broker: the broker to replay against.
        history: the history.
        environments: the uuids of the environments, by name.
        prefix: put before the names of the pacticipants, so that a broker can be used again.
    """

    broker: Broker
    history: History
    environments: dict[str, str]
    prefix: str = ""
    contents: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def differences(self) -> Iterator[Difference]:
        """Replay the writes, then the reads; yield what differs."""
        seed = self.history["seed"]
        for index, operation in enumerate(self.history["ops"]):
            actual, expected = self._write(operation), operation["status"]
            if actual != expected and not {actual, expected} <= _DONE:
                yield Difference(f"{seed} {operation['op']} {index}", expected, actual)
        for index, query in enumerate(self.history["queries"]):
            answer = self._matrix(query) if query["kind"] == "matrix" else self._selection(query)
            if answer != query["answer"]:
                yield Difference(f"{seed} {query['kind']} {index}", query["answer"], answer)

    def _write(self, operation: Operation) -> int | None:
        method = getattr(self, "_" + operation["op"].replace("-", "_"))
        status: int | None = method(operation)
        return status

    def _status(self, method: str, path: str, body: Any) -> int:
        return self.broker.call(method, path, body).status_code

    def _pact(self, consumer: str, provider: str, content: str) -> dict[str, Any]:
        names = {"consumer": {"name": consumer}, "provider": {"name": provider}}
        return {**names, **self.history["contents"][content]}

    def _publish(self, operation: Operation) -> int:
        consumer, number = self.prefix + operation["consumer"], operation["version"]
        pairs = [(self.prefix + one["provider"], one["content"]) for one in operation["contracts"]]
        pacts = [self._pact(consumer, provider, content) for provider, content in pairs]
        tags = {"tags": operation["tags"]} if operation["tags"] else {}
        response = self.broker.publish(consumer, number, *pacts, branch=operation["branch"], **tags)
        if response.status_code in _DONE:
            for provider, content in pairs:
                address = self.broker.pact(consumer, provider, number)["_links"]["pb:pact-version"]["href"]
                self.contents.setdefault((consumer, provider, _content_in(address)), content)
        return response.status_code

    def _verify(self, operation: Operation) -> int:
        provider, number = self.prefix + operation["provider"], operation["version"]
        consumer = self.prefix + operation["consumer"]
        pact = self._selected(operation, consumer) if operation["via"] == "for-verification" else None
        pact = pact or self.broker.pact(consumer, provider, operation["consumer_version"])
        if operation["branch"] is not None:
            self.broker.put_on_branch(provider, operation["branch"], number)
        for tag in operation["tags"]:
            self._put_tag(provider, number, tag)
        return self.broker.post_result(pact, number, success=operation["success"]).status_code

    def _selected(self, operation: Operation, consumer: str) -> Any:
        for link in self._ask(operation["provider"], operation["selection"]).json()["_embedded"]["pacts"]:
            found, content, address = self._identify(link)
            if (found, content) == (consumer, operation["content"]):
                return self.broker.get(address)
        return None

    def _branch(self, operation: Operation) -> int:
        name = self.prefix + operation["pacticipant"]
        return self.broker.put_on_branch(name, operation["branch"], operation["version"]).status_code

    def _tag(self, operation: Operation) -> int:
        return self._put_tag(self.prefix + operation["pacticipant"], operation["version"], operation["tag"])

    def _put_tag(self, name: str, number: str, tag: str) -> int:
        return self._status("PUT", f"/pacticipants/{_q(name)}/versions/{_q(number)}/tags/{_q(tag)}", {})

    def _main_branch(self, operation: Operation) -> int:
        name = self.prefix + operation["pacticipant"]
        body = {"name": name, "mainBranch": operation["branch"]}
        return self._status(operation["method"], f"/pacticipants/{_q(name)}", body)

    def _deploy(self, operation: Operation) -> int:
        instance = operation["instance"]
        return self._record(operation, "deployed", {} if instance is None else {"applicationInstance": instance})

    def _release(self, operation: Operation) -> int:
        return self._record(operation, "released", {})

    def _record(self, operation: Operation, kind: str, body: dict[str, Any]) -> int:
        name, number = self.prefix + operation["pacticipant"], operation["version"]
        environment = self.environments[operation["environment"]]
        path = f"/pacticipants/{_q(name)}/versions/{_q(number)}/{kind}-versions/environment/{environment}"
        return self._status("POST", path, body)

    def _undeploy(self, operation: Operation) -> int | None:
        return self._end(operation, "deployed", lambda one: one.get("applicationInstance") == operation["instance"])

    def _end_support(self, operation: Operation) -> int | None:
        number = operation["version"]
        return self._end(operation, "released", lambda one: one["_embedded"]["version"]["number"] == number)

    def _end(self, operation: Operation, kind: str, is_meant: Any) -> int | None:
        name = self.prefix + operation["pacticipant"]
        environment = self.environments[operation["environment"]]
        listed = self.broker.get(f"/environments/{environment}/{kind}-versions/{_LISTS[kind]}?pacticipant={_q(name)}")[
            "_embedded"
        ][f"{kind}Versions"]
        status = None
        for one in listed:
            if one["_embedded"]["pacticipant"]["name"] == name and is_meant(one):
                address = one["_links"]["self"]["href"]
                patch = "application/merge-patch+json"
                status = self.broker.call("PATCH", address, {_FIELDS[kind]: False}, Content_Type=patch).status_code
        return status

    def _matrix(self, query: Operation) -> dict[str, Any]:
        pairs = [
            (key, self.prefix + value if key.endswith("[pacticipant]") else value) for key, value in query["params"]
        ]
        response = self.broker.call("GET", "/matrix?" + "&".join(f"{key}={_q(value)}" for key, value in pairs))
        if response.status_code != 200:
            nothing: list[Any] = []
            return {
                "status": response.status_code,
                "deployable": None,
                "summary": None,
                "rows": nothing,
                "ignored_rows": nothing,
            }
        body = response.json()
        summary = {key: value for key, value in body["summary"].items() if key != "reason"}
        rows = [(bool(row.get("ignored")), self._row(row)) for row in body["matrix"]]
        return {
            "status": 200,
            "deployable": summary.pop("deployable"),
            "summary": summary,
            "rows": _sorted([row for ignored, row in rows if not ignored]),
            "ignored_rows": _sorted([row for ignored, row in rows if ignored]),
        }

    def _row(self, row: Any) -> list[Any]:
        version, result = row["provider"]["version"], row["verificationResult"]
        return [
            row["consumer"]["name"].removeprefix(self.prefix),
            row["consumer"]["version"]["number"],
            row["provider"]["name"].removeprefix(self.prefix),
            version and version["number"],
            result and result["success"],
        ]

    def _ask(self, provider: str, body: dict[str, Any]) -> Any:
        asked = json.loads(json.dumps(body))
        for selector in asked.get("consumerVersionSelectors", []):
            if "consumer" in selector:
                selector["consumer"] = self.prefix + selector["consumer"]
        return self.broker.for_verification(self.prefix + provider, **asked)

    def _selection(self, query: Operation) -> dict[str, Any]:
        response = self._ask(query["provider"], query["body"])
        if response.status_code != 200:
            return {"status": response.status_code, "pacts": []}
        found = []
        for link in response.json()["_embedded"]["pacts"]:
            consumer, content, _ = self._identify(link)
            properties = link["verificationProperties"]
            found.append(
                {
                    "consumer": consumer.removeprefix(self.prefix),
                    "content": content,
                    "pending": properties.get("pending"),
                    "wip": properties.get("wip"),
                }
            )
        order = ("consumer", "content", "pending", "wip")
        return {"status": 200, "pacts": sorted(found, key=lambda one: tuple(str(one[key]) for key in order))}

    def _identify(self, link: Any) -> tuple[str, str, str]:
        address = link["_links"]["self"]["href"]
        match = re.search(r"/provider/([^/]+)/consumer/([^/]+)/", address)
        assert match, address
        provider, consumer = map(unquote, match.groups())
        return consumer, self.contents[consumer, provider, _content_in(address)], address


def _content_in(address: str) -> str:
    match = re.search(r"/pact-version/([^/?]+)", address)
    assert match, address
    return match[1]


def _sorted(rows: list[list[Any]]) -> list[list[Any]]:
    # Nulls first, then as JSON: the order of the recorded answers.
    return sorted(rows, key=lambda row: json.dumps([[value is not None, value] for value in row]))


def _q(text: str) -> str:
    return quote(str(text), safe="")


def kinds(recorded: list[History]) -> Counter[str]:
    """Return how often each kind of write and read occurs."""
    counted: Counter[str] = Counter()
    for history in recorded:
        counted.update(operation["op"] for operation in history["ops"])
        counted.update(query["kind"] for query in history["queries"])
    return counted
