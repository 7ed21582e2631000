"""From expectations and the registry to the pact files, byte for byte the same in any order and on every run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.errors import MisuseError
from contracts.expectations.expectation import Expectation, ExpectedEvent, expect
from contracts.expectations.matchers import with_matchers
from contracts.expectations.recording import unique
from contracts.model.events import CONTENT_TYPE, Catalogue
from contracts.model.pact import parse_pact
from contracts.model.registry import Pair, Registry, Status
from contracts.pact_core.actual import ActualMessage
from contracts.pact_core.judging import Mismatch, judge_for
from contracts.pact_core.writing import InteractionToWrite, write_pact

PLANNED = "planned"


def build_pacts(expectations: Iterable[Expectation], catalogue: Catalogue, registry: Registry) -> Mapping[str, bytes]:
    """Write the pacts that follow from expectations, and return their contents.

    Args:
        expectations: in any order; one of an unassigned event goes into no pact.
        catalogue: the canonical events.
        registry: says which emitters may state an event, and which pairs are pending.

    Returns:
        The content of each file by its path in the folder of pacts, `planned/…` where every pair that is
        expected is planned; sorted by path.

    Raises:
        ExpectationError: two expectations have one key, or one doesn't hold against the catalogue.
        MisuseError: Pact's core can't match a field the way the model does.
    """
    # Pact's library sorts interactions as well, but doesn't promise to.
    held = [
        expect(catalogue, e.event, e.title, e.reads, fact=e.fact, test=e.test)
        for e in sorted(unique(expectations), key=lambda expectation: expectation.key)
    ]
    for expected in held:
        _check_own_example(expected)
    files = {}
    for emitter in sorted(registry.emitters):
        pairs = {pair.event: pair for pair in registry.pairs(emitter)}
        wanted = [(expected, pairs[expected.expectation.event]) for expected in held
                  if expected.expectation.event in pairs]  # fmt: skip
        if wanted:
            asks = any(pair.status is Status.IMPLEMENTED for _, pair in wanted)
            folder = "" if asks else f"{PLANNED}/"
            file = f"{folder}{registry.consumer.name}-{emitter}.json"
            files[file] = _written(registry.consumer.name, emitter, wanted)
    return dict(sorted(files.items()))


def _written(consumer: str, emitter: str, wanted: list[tuple[ExpectedEvent, Pair]]) -> bytes:
    interactions = [
        InteractionToWrite(
            description=expected.expectation.description,
            key=expected.expectation.key,
            contents=with_matchers(expected.shape, expected.reading, {**expected.example, "source": emitter}),
            content_type=CONTENT_TYPE,
            state=expected.expectation.event,
            params=expected.expectation.fact,
            pending=pair.status is Status.PLANNED,
        )
        for expected, pair in wanted
    ]
    document = write_pact(consumer, emitter, interactions)
    return (json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _check_own_example(expected: ExpectedEvent) -> None:
    """Ask the matching core whether the example satisfies its own matchers.

    It doesn't where a pattern means something else to Pact's engine of regular expressions.
    """
    judge = judge_of_contents(with_matchers(expected.shape, expected.reading, expected.example))
    mismatches = judge(json.dumps(expected.example))
    if mismatches:
        raise MisuseError(
            f"Pact can't match {expected.expectation.event} as its model does, at "
            f"{mismatches[0].path}: {mismatches[0].message}",
            next_step="write the field's pattern without what Pact's core doesn't know",
        )


def judge_of_contents(contents: Any) -> Callable[[str], tuple[Mismatch, ...]]:
    """Return what asks the matching core how a body, as JSON text, differs from contents in integration JSON."""
    document = write_pact("consumer", "emitter", [InteractionToWrite("a message", "a-message", contents, CONTENT_TYPE)])
    pact = parse_pact(json.dumps(document), source="what was written")
    judge = judge_for(pact, pact.interactions[0])
    metadata = {"contentType": CONTENT_TYPE}
    return lambda body: judge(ActualMessage(body.encode(), CONTENT_TYPE, metadata))
