"""What any Pact Broker takes to answer a team's requests, after some versions and after many.

    python benchmarks/broker.py URL --versions 1 100 500

For every number of versions that is asked for, a consumer publishes pacts with five providers under each version, and
each provider verifies each. Then the requests of a release are timed, about one consumer after the other, so that a
busy machine is busy for all of them; at the end four publishers publish at once. All names are of this run alone, so
a broker may be measured again. PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and
PACT_BROKER_PASSWORD, are sent if they are set.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

PROVIDERS = 5
JSON = "application/json"
PACT = Path(sys.executable).with_name("pact")


@dataclass
class Load:
    """A consumer and its providers on a broker."""

    url: str
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    session: requests.Session = field(default_factory=requests.Session)
    size: int = 0
    extra: int = 0

    def __post_init__(self) -> None:
        token, user = os.environ.get("PACT_BROKER_TOKEN"), os.environ.get("PACT_BROKER_USERNAME")
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        elif user:
            self.session.auth = (user, os.environ.get("PACT_BROKER_PASSWORD", ""))
        self.consumer = f"bench-{self.mark}-consumer"
        self.providers = [f"bench-{self.mark}-emitter-{index}" for index in range(PROVIDERS)]
        self.environment = f"bench-{self.mark}"
        made = self.call("POST", "/environments", {"name": self.environment, "production": True})
        self.place = str(made.json()["uuid"])

    def call(
        self, method: str, path: str, body: Any = None, session: requests.Session | None = None
    ) -> requests.Response:
        """Send a request that has to succeed; `path` may be a link."""
        response = (session or self.session).request(
            method,
            path if path.startswith("http") else self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": f"application/hal+json, {JSON}", "Content-Type": JSON},
            timeout=60,
        )
        response.raise_for_status()
        return response

    def pact(self, provider: str, content: str) -> dict[str, Any]:
        """Return a pact of three messages, with a content of its own."""
        interactions = [
            {
                "type": "Asynchronous/Messages",
                "description": f"event-{index}: {content}",
                "key": f"event-{index}/{content}",
                "pending": False,
                "contents": {"contentType": JSON, "encoded": False, "content": {"id": content, "number": index}},
            }
            for index in range(3)
        ]
        metadata = {"pactSpecification": {"version": "4.0"}}
        names = {"consumer": {"name": self.consumer}, "provider": {"name": provider}}
        return {**names, "interactions": interactions, "metadata": metadata}

    def publish(self, number: str, content: str, *providers: str, session: requests.Session | None = None) -> None:
        """Publish pacts with providers under a version."""
        contracts = [
            {
                "consumerName": self.consumer,
                "providerName": provider,
                "specification": "pact",
                "contentType": JSON,
                "content": base64.b64encode(json.dumps(self.pact(provider, content)).encode()).decode(),
            }
            for provider in providers
        ]
        body = {"pacticipantName": self.consumer, "pacticipantVersionNumber": number, "branch": "main"}
        self.call("POST", "/contracts/publish", {**body, "contracts": contracts}, session)

    def read(self, provider: str, number: str) -> Any:
        """Return a published pact."""
        return self.call("GET", f"/pacts/provider/{provider}/consumer/{self.consumer}/version/{number}").json()

    def on_branch(self, provider: str, number: str) -> None:
        """Put a provider's version on main."""
        self.call("PUT", f"/pacticipants/{provider}/branches/main/versions/{number}", {})

    def verify(self, pact: Any, number: str) -> None:
        """Post a result."""
        url = pact["_links"]["pb:publish-verification-results"]["href"]
        self.call("POST", url, {"success": True, "providerApplicationVersion": number})

    def grow(self, size: int) -> None:
        """Publish further versions; every provider verifies each, and the last of all are deployed."""
        for index in range(self.size, size):
            self.publish(f"c{index}", f"content-{index}", *self.providers)
            for provider in self.providers:
                self.on_branch(provider, f"p{index}")
                self.verify(self.read(provider, f"c{index}"), f"p{index}")
        self.size = size
        for name, number in ((self.consumer, f"c{size - 1}"), *((one, f"p{size - 1}") for one in self.providers)):
            path = f"/pacticipants/{name}/versions/{number}/deployed-versions/environment/{self.place}"
            self.call("POST", path, {})

    def next(self) -> int:
        """Return a number that was not given before."""
        self.extra += 1
        return self.extra


def requests_of(load: Load) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is timed: its name, and the request."""
    provider, last = load.providers[0], load.size - 1
    selectors = [{"mainBranch": True}, {"deployedOrReleased": True}]
    body = {"consumerVersionSelectors": selectors, "providerVersionBranch": "main", "includePendingStatus": True}
    asked = f"/pacts/provider/{provider}/for-verification"
    read = load.read(provider, f"c{last}")

    def matrix(name: str, number: str) -> Callable[[], object]:
        query = f"q[][pacticipant]={name}&q[][version]={number}&latestby=cvpv&environment={load.environment}"
        return lambda: load.call("GET", f"/matrix?{query}")

    def publish(*providers: str) -> None:
        number = load.next()
        load.publish(f"x{number}", f"x-{number}", *providers)

    yield "pacts for verification", lambda: load.call("POST", asked, body)
    yield "the same with WIP", lambda: load.call("POST", asked, {**body, "includeWipPactsSince": "2020-01-01"})
    yield "matrix, consumer's version", matrix(load.consumer, f"c{last}")
    yield "matrix, emitter's version", matrix(provider, f"p{last}")
    yield "get a pact", lambda: load.read(provider, f"c{last}")
    yield "get the index", lambda: load.call("GET", "/")
    yield "publish a new version", lambda: publish(provider)
    yield "publish it again", lambda: load.publish(f"c{last}", f"content-{last}", provider)
    yield "publish five pacts", lambda: publish(*load.providers)
    yield "put a version on a branch", lambda: load.on_branch(provider, f"b{load.next()}")
    yield "post a result", lambda: load.verify(read, f"r{load.next()}")


def commands_of(load: Load, folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the official command's calls: whole processes."""
    file = folder / "pact.json"

    def run(*arguments: str) -> None:
        # The command reads the credentials from the same variables.
        command = [str(PACT), "broker", *arguments, "--broker-base-url", load.url]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PACT_DO_NOT_TRACK": "true"})

    def publish() -> None:
        number = load.next()
        file.write_text(json.dumps(load.pact(load.providers[0], f"y-{number}")))
        run("publish", str(folder), "--consumer-app-version", f"y{number}", "--branch", "main")

    named = ("--pacticipant", load.providers[0], "--version", f"p{load.size - 1}", "--to-environment", load.environment)
    yield "official command: publish", publish
    yield "official command: can-i-deploy", lambda: run("can-i-deploy", *named)


Timed = list[tuple[str, Callable[[], object]]]


def in_turn(timed: dict[int, Timed], rounds: int) -> dict[str, dict[int, list[float]]]:
    """Return the milliseconds of each round by request and number of versions; the numbers take turns."""
    taken: dict[str, dict[int, list[float]]] = {}
    for _ in range(rounds):
        for row in zip(*timed.values(), strict=True):
            for size, (name, request) in zip(timed, row, strict=True):
                began = time.perf_counter()
                request()
                taken.setdefault(name, {}).setdefault(size, []).append((time.perf_counter() - began) * 1000)
    return taken


def growth(by_size: dict[int, list[float]]) -> float:
    """Return how much longer a request takes after the most versions than after the next fewer.

    The fastest tenth is compared: what else the machine does slows some rounds, and none down to below their cost.
    """
    fewer, most = ([0, 0, *sorted(by_size)])[-2:]
    if not fewer:
        return 1.0
    fastest = [sorted(by_size[size])[: max(1, len(by_size[size]) // 10)][-1] for size in (fewer, most)]
    return fastest[1] / fastest[0]


def publishers(load: Load, count: int, each: int) -> dict[str, float]:
    """Publish from several clients at once; return how many publications a second, and how many failed."""

    def publish(client: int) -> int:
        failed = 0
        with requests.Session() as session:
            session.headers.update(load.session.headers)
            session.auth = load.session.auth
            for index in range(each):
                number = f"z{client}-{index}-{load.mark}"
                try:
                    load.publish(number, number, load.providers[0], session=session)
                except requests.RequestException:
                    failed += 1
        return failed

    began = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        failed = sum(pool.map(publish, range(count)))
    return {"per_second": count * each / (time.perf_counter() - began), "failed": failed}


def measure(url: str, sizes: list[int], rounds: int, count: int, each: int) -> dict[str, Any]:
    """Return the medians by request and number of versions, and what the publishers came to."""
    loads = {size: Load(url.rstrip("/")) for size in sorted(set(sizes))}
    with tempfile.TemporaryDirectory() as folder:
        timed: dict[int, Timed] = {}
        for size, load in loads.items():
            load.grow(size)
            own = Path(folder) / str(size)
            own.mkdir()
            timed[size] = [*requests_of(load), *(commands_of(load, own) if PACT.exists() else ())]
        taken = in_turn(timed, rounds)
    medians = {
        name: {str(size): statistics.median(times) for size, times in by_size.items()}
        for name, by_size in taken.items()
    }
    grew = {name: growth(by_size) for name, by_size in taken.items()}
    largest = loads[max(loads)]
    return {"medians_ms": medians, "growth": grew, "publishers": publishers(largest, count, each)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the broker's base URL")
    parser.add_argument("--versions", type=int, nargs="+", default=[1, 100, 500])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--publishers", type=int, default=4)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.url, chosen.versions, max(1, chosen.rounds), chosen.publishers, chosen.each)
    if chosen.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    sizes = sorted(chosen.versions)
    rows = [("medians in ms", *(f"{size} versions" for size in sizes), "growth")]
    for name, by_size in found["medians_ms"].items():
        values = [f"{by_size[str(size)]:.1f}" for size in sizes]
        rows.append((name, *values, f"{found['growth'].get(name, 1):.2f}"))
    for name, *values in rows:
        sys.stdout.write(f"{name:<32}" + "".join(f"{value:>16}" for value in values) + "\n")
    done = found["publishers"]
    said = f"{chosen.publishers} publishers at once: {done['per_second']:.0f} a second, {done['failed']} failed"
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
