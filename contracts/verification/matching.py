"""The official matching core, asked in process: does a message satisfy an interaction?

The core has no entry point for asynchronous messages. A synchronous message whose response holds the expected
contents and rules is judged by the same code, in microseconds instead of a verifier run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pact_ffi

from contracts.errors import HarnessError
from contracts.model.pact import Interaction


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that the core found different.

    Attributes:
        path: JSON path in the message.
        expected, actual: JSON values where the core gave JSON, else its text.
    """

    path: str
    message: str
    expected: Any
    actual: Any


Matcher = Callable[[str], tuple[Mismatch, ...]]
"""Takes a message's JSON text without NUL and lone surrogates, returns the mismatches."""


def matcher_for(interaction: Interaction) -> Matcher:
    """Prepare the matching core for one interaction.

    Raises:
        HarnessError: the core doesn't take the interaction's contents or rules.
    """
    pact = pact_ffi.new_pact("consumer", "provider")
    pact_ffi.with_specification(pact, pact_ffi.PactSpecification.V4)
    handle = pact_ffi.new_sync_message_interaction(pact, interaction.key)
    response = pact_ffi.InteractionPart.RESPONSE
    rules = {"body": interaction.matching_rules.get("body", {})}
    try:
        pact_ffi.with_body(handle, response, interaction.content_type, json.dumps(interaction.contents))
        pact_ffi.with_matching_rules(handle, response, json.dumps(rules))
    except RuntimeError as error:
        raise HarnessError(
            f"the matching core doesn't take the interaction {interaction.key!r}: {error}",
            next_step="capture the pacts again: contracts capture",
        ) from None

    def mismatches(text: str, _alive: pact_ffi.PactHandle = pact) -> tuple[Mismatch, ...]:
        # The interaction is gone as soon as its pact is collected, so the matcher keeps the pact alive.
        found = pact_ffi.sync_message_match_response_contents(handle, 0, interaction.content_type, text)
        return tuple(sorted((_mismatch(raw) for raw in found), key=lambda each: (each.path, each.message)))

    return mismatches


def _mismatch(raw: Mapping[str, Any]) -> Mismatch:
    return Mismatch(
        path=str(raw.get("path", "$")),
        message=str(raw.get("mismatch", raw.get("type", "differs"))),
        expected=_value(raw.get("expected")),
        actual=_value(raw.get("actual")),
    )


def _value(shown: Any) -> Any:
    if isinstance(shown, str):
        try:
            return json.loads(shown)
        except ValueError:
            return shown
    return shown
