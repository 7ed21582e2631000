"""Evidence that a planned pair is ready: a verification's JSON, or the results of what is in production."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from contracts.broker.client import BrokerClient
from contracts.broker.environments import environments, placements
from contracts.broker.verifications import PostedResult, result
from contracts.broker.version_matrix import results_matrix
from contracts.errors import BrokenContractError, MisuseError, Where
from contracts.model.registry import Pair, Registry
from contracts.project.paths import shown


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A version of the emitter in production.

    Attributes:
        shortcoming: why it isn't known to be ready; None where it is ready.
    """

    version: str
    shortcoming: str | None


def refuse_file(file: Path, registry: Registry, pair: Pair) -> None:
    """Accept the JSON of `contracts verify --output json` as evidence, or say why it is none.

    Raises:
        MisuseError: the file can't be read as such a document.
        BrokenContractError: it is another emitter's or another registry's, or the pair wasn't ready.
    """
    where = Where(shown(file))
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        emitter, digest, errors = document["emitter"], document["registry"], document["errors"]
        entry = next((p for p in document["pairs"] if p["event"] == pair.event), None)
        ready = entry is not None and entry["ready"] is True
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MisuseError(
            f"this is no verification: {type(error).__name__}: {error}",
            where=where,
            next_step=f"write it with contracts verify {pair.emitter} --output json",
        ) from None
    why = None
    if emitter != pair.emitter:
        why = f"it is a verification of {emitter}"
    elif digest != registry.digest:
        why = "it was judged by another registry than this one"
    elif errors:
        why = "the run had errors of the harness"
    elif not ready:
        why = f"{pair.event} wasn't ready in it: it wasn't emitted, or something was found"
    if why:
        raise BrokenContractError(
            f"no evidence that {pair.event} is ready: {why}",
            where=where,
            next_step=f"verify {pair.emitter} again with this registry: contracts verify {pair.emitter} --output json",
        )


def live_versions(client: BrokerClient, registry: Registry, pair: Pair, environment: str) -> tuple[LiveVersion, ...]:
    """Return each version of the pair's emitter in production, and whether its latest result shows the pair ready.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    place = next((e for e in environments(client) if e.name == environment), None)
    if place is None:
        return ()
    versions = dict.fromkeys(p.version for p in placements(client, place, pair.emitter))
    return tuple(LiveVersion(v, _shortcoming(client, registry, pair, v)) for v in versions)


def _shortcoming(client: BrokerClient, registry: Registry, pair: Pair, version: str) -> str | None:
    consumer = client.find(
        client.link("pb:pacticipant", pacticipant=registry.consumer.name), doing="looking for the consumer"
    )
    rows = results_matrix(client, registry.consumer.name, pair.emitter, version).rows if consumer else ()
    results = [row for row in rows if row.result_url and row.emitter_version == version]
    if not results:
        return "it has no verification result"
    # One run posts a result for each pact, all within a second or two; the last posted is what counts.
    last = max(row.verified_at for row in results)
    for url in dict.fromkeys(row.result_url for row in results if row.verified_at == last):
        why = _why_not_ready(result(client, str(url)), registry, pair)
        if why:
            return why
    return None


def _why_not_ready(found: PostedResult, registry: Registry, pair: Pair) -> str | None:
    tests = [test for test in found.tests if test.event == pair.event]
    if not tests:
        return f"its latest result says nothing of {pair.event}"
    if found.registry != registry.digest:
        return "its latest result was judged by another registry than this one"
    if not all(test.success for test in tests):
        return f"in its latest result {pair.event} wasn't ready: it wasn't emitted, or something was found"
    return None
