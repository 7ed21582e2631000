"""From expectations and the registry to the pact files, byte for byte the same in any order and on every run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pact_ffi
from pact import Pact

from contracts.errors import MisuseError
from contracts.expectations.expectation import Expectation, ExpectedEvent, expect
from contracts.expectations.matchers import with_matchers
from contracts.expectations.recording import unique
from contracts.model.events import CONTENT_TYPE, Catalogue
from contracts.model.registry import Pair, Registry, Status

PLANNED = "planned"


def build_pacts(expectations: Iterable[Expectation], catalogue: Catalogue, registry: Registry) -> Mapping[str, bytes]:
    """Write the pacts that follow from expectations, and return their contents.

    Args:
        expectations: in any order; one of an unassigned event goes into no pact.
        catalogue: the canonical events.
        registry: says which emitters may state an event, and which pairs are pending.

    Returns:
        The content of each file by its path in the folder of pacts, `planned/…` for an emitter without any
        implemented pair; sorted by path.

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
            folder = "" if registry.has_implemented(emitter) else f"{PLANNED}/"
            file = f"{folder}{registry.consumer.name}-{emitter}.json"
            files[file] = _written(registry.consumer.name, emitter, wanted)
    return dict(sorted(files.items()))


def _written(consumer: str, emitter: str, wanted: list[tuple[ExpectedEvent, Pair]]) -> bytes:
    pact = Pact(consumer, emitter)
    for expected, pair in wanted:
        expectation = expected.expectation
        contents = with_matchers(expected.shape, expected.reading, {**expected.example, "source": emitter})
        (
            pact.upon_receiving(expectation.description, "Async")
            .given(expectation.event, dict(expectation.fact))
            .with_body(json.dumps(contents), CONTENT_TYPE)
            .set_key(expectation.key)
            .set_pending(pending=pair.status is Status.PLANNED)
        )
    with tempfile.TemporaryDirectory() as folder:
        pact.write_file(folder, overwrite=True)
        (file,) = Path(folder).iterdir()
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    # Which release of Pact's library wrote the file is no part of the contract: an upgrade must not change it.
    document["metadata"].pop("pactRust", None)
    return (json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _check_own_example(expected: ExpectedEvent) -> None:
    """Ask the matching core whether the example satisfies its own matchers.

    It doesn't where a pattern means something else to Pact's engine of regular expressions.
    """
    mismatches = Expecting(with_matchers(expected.shape, expected.reading, expected.example)).mismatches(
        json.dumps(expected.example)
    )
    if mismatches:
        first = mismatches[0]
        raise MisuseError(
            f"Pact can't match {expected.expectation.event} as its model does, at "
            f"{first.get('path', '$')}: {first.get('mismatch')}",
            next_step="write the field's pattern without what Pact's core doesn't know",
        )


class Expecting:
    """An expected message in the matching core, which can be asked how others differ from it.

    Args:
        contents: what is expected, in Pact's integration JSON.
    """

    def __init__(self, contents: Any) -> None:
        # The interaction lives as long as its pact: both are held. The core has the question for synchronous
        # messages only: the response plays the message.
        self._pact = Pact("consumer", "provider")
        self._interaction = self._pact.upon_receiving("a message", "Sync")
        self._interaction.will_respond_with().with_body(json.dumps(contents), CONTENT_TYPE, part="Response")

    def mismatches(self, text: str) -> list[dict[str, Any]]:
        """Return the core's mismatches of a message's body; none where it matches."""
        handle = self._interaction._handle
        return pact_ffi.sync_message_match_response_contents(handle, 0, CONTENT_TYPE, text)
