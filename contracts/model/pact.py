"""A Pact V4 document of asynchronous messages, as this project writes and reads it.

Source of the form: the Pact specification, version 4. Only what verification needs is modelled; the raw
document is kept, so that nothing is lost when it is handed on. Pacts come from other hands as well: what
version 4 allows is read wherever it stands, and what it doesn't allow is refused, never read as something else.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.model import strict_json


@dataclass(frozen=True, slots=True)
class Interaction:
    """One expectation of the consumer.

    Attributes:
        key: unique in its pact, `<event>/<slug of the title>`.
        event: the canonical event, from the key.
        state: the provider state's name; its params are the fact that is triggered.
        contents: what is expected of the body, decoded; None where nothing is.
        content_type: what the contents say that they are; None where they don't say.
        metadata: what is expected beside the body.
        raw: the interaction as the pact holds it.
    """

    description: str
    key: str
    event: str
    pending: bool
    state: str | None
    params: Mapping[str, Any]
    contents: Any
    content_type: str | None
    metadata: Mapping[str, Any]
    raw: Mapping[str, Any]
    interaction_id: str | None = None

    @property
    def matching_rules(self) -> Mapping[str, Any]:
        """The rules by category, in the pact's own form."""
        return dict(self.raw.get("matchingRules") or {})

    @property
    def body_rules(self) -> Mapping[str, Any]:
        """The rules for the body by path: version 4 puts a message's under `content`, Pact's core writes `body`."""
        return {**(self.matching_rules.get("content") or {}), **(self.matching_rules.get("body") or {})}

    @property
    def paths(self) -> tuple[str, ...]:
        """What it expects of the body, each field by its path as an expectation's `reads` names it."""
        return tuple(dict.fromkeys(_leaves(self.contents, "")))


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

    @property
    def headers_asked(self) -> frozenset[str]:
        """The headers, in lower case, whose values are compared: a message's metadata are its headers."""
        names = {name.lower() for interaction in self.interactions for name in interaction.metadata}
        return frozenset("content-type" if name == "contenttype" else name for name in names)

    def of_event(self, event: str) -> Iterator[Interaction]:
        """Yield the interactions of one canonical event."""
        return (interaction for interaction in self.interactions if interaction.event == event)


@dataclass(frozen=True, slots=True)
class PactUnderTest:
    """A pact to verify, with what a broker said of it.

    Attributes:
        consumer_version: the consumer's version, where a broker named one.
        broker_pending: the broker holds it as pending: a mismatch doesn't fail the build.
        wip: the broker included it as work in progress; likewise.
        reasons: why it is to be verified, in the broker's words.
        unreadable: why it can't be read, so that the document holds no interaction; empty where it is read.
    """

    document: PactDocument
    consumer_version: str | None = None
    broker_pending: bool = False
    wip: bool = False
    reasons: tuple[str, ...] = ()
    unreadable: str = ""

    @property
    def lenient(self) -> bool:
        """A mismatch with this pact doesn't fail the build."""
        return self.broker_pending or self.wip


def parse_pact(text: str | bytes, *, source: str) -> PactDocument:
    """Read a pact.

    Args:
        text: the JSON document.
        source: the file or URL that it came from, for errors and reports.

    Raises:
        MisuseError: no such JSON as every parser reads alike, no V4 pact, or an interaction that is no
            asynchronous message.
    """
    try:
        document = strict_json.read(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    except strict_json.JsonRefusedError as error:
        raise _refused(source, f"this pact {error}") from None
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
    description = _text(raw["description"], "description", source)
    key = _text(raw.get("key") or description, "key", source)
    state: dict[str, Any] = next(iter(raw.get("providerStates") or ()), {})
    rules = raw.get("matchingRules")
    by_category = {f"matchingRules.{name}": each for name, each in rules.items()} if isinstance(rules, dict) else {}
    parts = {"params": state.get("params"), **{name: raw.get(name) for name in _OBJECTS}, **by_category}
    for name, part in parts.items():
        if not isinstance(part, dict | None):
            raise _refused(source, f"{description!r} has {name} {_shown(part)}, which is no object")
    contents = raw.get("contents") or {}
    content_type = contents.get("contentType")
    if not isinstance(content_type, str | None):
        raise _refused(source, f"{description!r} has contentType {_shown(content_type)}, which is no text")
    pending = raw.get("pending", False)
    if not isinstance(pending, bool):
        # "false" is a text, and every text is true to somebody.
        raise _refused(source, f"{description!r} has pending {_shown(pending)}, which is neither true nor false")
    return Interaction(
        description=description,
        key=key,
        # A pact of another hand has no key of ours: its description starts with the event all the same.
        event=key.split("/", 1)[0] if "/" in key else description.split(":", 1)[0].strip(),
        pending=pending,
        state=state.get("name"),
        params=parts["params"] or {},
        contents=_contents(contents, description, source),
        content_type=content_type,
        metadata=raw.get("metadata") or {},
        raw=raw,
        interaction_id=raw.get("_id"),
    )


def _leaves(contents: Any, path: str) -> Iterator[str]:
    if isinstance(contents, dict) and contents:
        for name, value in contents.items():
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(contents, list) and contents:
        for value in contents:
            yield from _leaves(value, f"{path}[]")
    elif path:
        yield path


_OBJECTS = ("contents", "metadata", "matchingRules")
_TEXT_ENCODINGS = ("json", "base64")


def _contents(contents: Mapping[str, Any], description: str, source: str) -> Any:
    """Return what is expected of the body, taken out of its encoding; JSON that is written as a text is read.

    Raises:
        MisuseError: an encoding that version 4 doesn't know, or contents that aren't in it.
    """
    content, encoded = contents.get("content"), contents.get("encoded", False)
    if encoded is None or encoded is False:
        return content
    encoding = "json" if encoded is True else encoded.lower() if isinstance(encoded, str) else None
    if encoding not in _TEXT_ENCODINGS:
        raise _refused(source, f"{description!r} has encoded {_shown(encoded)}, which is none of {_ENCODINGS}")
    if encoding == "base64":
        try:
            content = base64.b64decode(_text(content, "contents.content", source), validate=True).decode()
        except binascii.Error:
            raise _refused(source, f"{description!r} says that its contents are in base64, and they aren't") from None
        except UnicodeDecodeError:
            return content
    try:
        return strict_json.decode(content) if isinstance(content, str) else content
    except strict_json.JsonRefusedError:
        return content


_ENCODINGS = 'false, true, "json" and "base64"'


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_LONGEST_SHOWN = 80


def _text(value: Any, name: str, source: str) -> str:
    if not isinstance(value, str):
        raise _refused(source, f"this is no V4 pact: {name} is no text")
    return value


def _refused(source: str, what: str) -> MisuseError:
    return MisuseError(
        what,
        where=Where(source),
        next_step="capture the pacts again: contracts capture; a pact that another tool wrote is mended there",
    )
