"""A Pact V4 document of asynchronous messages, as this project writes and reads it.

Source of the form: the Pact specification, version 4. Only what verification needs is modelled; the raw
document is kept, so that nothing is lost when it is handed on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import MisuseError, Where


@dataclass(frozen=True, slots=True)
class Interaction:
    """One expectation of the consumer.

    Attributes:
        key: unique in its pact, `<event>/<slug of the title>`.
        event: the canonical event, from the key.
        state: the provider state's name; its params are the fact that is triggered.
        raw: the interaction as the pact holds it.
    """

    description: str
    key: str
    event: str
    pending: bool
    state: str | None
    params: Mapping[str, Any]
    contents: Any
    content_type: str
    raw: Mapping[str, Any]
    interaction_id: str | None = None

    @property
    def matching_rules(self) -> Mapping[str, Any]:
        """The rules for the message's contents, in the pact's own form."""
        return dict(self.raw.get("matchingRules", {}))


@dataclass(frozen=True, slots=True)
class PactDocument:
    """One pact between the consumer and an emitter.

    Attributes:
        source: the file or URL that it was read from.
    """

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    source: str
    raw: Mapping[str, Any] = field(repr=False)

    def of_event(self, event: str) -> Iterator[Interaction]:
        """Yield the interactions of one canonical event."""
        return (interaction for interaction in self.interactions if interaction.event == event)


def parse_pact(text: str | bytes, *, source: str) -> PactDocument:
    """Read a pact.

    Args:
        text: the JSON document.
        source: the file or URL that it came from, for errors and reports.

    Raises:
        MisuseError: no JSON, no V4 pact, or an interaction that is no asynchronous message.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _refused(source, f"this pact is no JSON: {error}") from None
    except RecursionError:
        raise _refused(source, "this pact is no JSON that can be read: it is nested too deep") from None
    try:
        version = document["metadata"]["pactSpecification"]["version"]
        if not str(version).startswith("4"):
            raise _refused(source, f"this is a pact of version {version}, not 4")
        interactions = tuple(_interaction(raw, source) for raw in document["interactions"])
        names = [_text(document[party]["name"], f"{party}.name", source) for party in ("consumer", "provider")]
    except KeyError as error:
        raise _refused(source, f"this is no V4 pact: it has no {error.args[0]!r}") from None
    except (TypeError, AttributeError):
        raise _refused(source, "this is no V4 pact: an object, an array or a text stands in another's place") from None
    return PactDocument(names[0], names[1], interactions, source, document)


def _interaction(raw: dict[str, Any], source: str) -> Interaction:
    if raw.get("type") != "Asynchronous/Messages":
        raise _refused(source, f"{raw.get('description')!r} is no asynchronous message but {raw.get('type')!r}")
    state: dict[str, Any] = next(iter(raw.get("providerStates") or ()), {})
    contents = raw.get("contents") or {}
    description = _text(raw["description"], "description", source)
    key = _text(raw.get("key") or description, "key", source)
    params = state.get("params") or {}
    if not isinstance(params, dict) or not isinstance(raw.get("matchingRules", {}), dict):
        raise _refused(source, f"{description!r} has params or matchingRules that are no object")
    return Interaction(
        description=description,
        key=key,
        # A pact of another hand has no key of ours: its description starts with the event all the same.
        event=key.split("/", 1)[0] if "/" in key else description.split(":", 1)[0].strip(),
        pending=bool(raw.get("pending", False)),
        state=state.get("name"),
        params=params,
        contents=contents.get("content"),
        content_type=str(contents.get("contentType", "application/json")),
        raw=raw,
        interaction_id=raw.get("_id"),
    )


def _text(value: Any, name: str, source: str) -> str:
    if not isinstance(value, str):
        raise _refused(source, f"this is no V4 pact: {name} is no text")
    return value


def _refused(source: str, what: str) -> MisuseError:
    return MisuseError(what, where=Where(source), next_step="capture the pacts again: contracts capture")
