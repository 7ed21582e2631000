"""What an audit shows of what was sent: values of keys that the contract names, where they are tokens.

Recorded traffic may hold personal data, where nobody expected it: of every other value its type and length are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contracts.model.audit import Instance, Position
from contracts.model.events import CanonicalEvent, data_model
from contracts.model.verdict import Finding

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}")
_PLAIN_PATH = re.compile(r"\$(?:\.[A-Za-z_][A-Za-z0-9_-]{0,63}|\[\d+\])*|ce-[a-z0-9]{1,20}|content-type")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}(?:; ?charset=[a-z0-9-]{1,20})?", re.IGNORECASE)
_QUOTED = re.compile(r"'.*'|\".*\"", re.DOTALL)

_WORDS: Mapping[str, str] = {
    "wrong-source": "an emitter that nobody approved",
    "unknown-event": "no canonical event",
    "wrong-fact": "another fact was triggered than the one that is stated",
    "pact-mismatch": "the message doesn't hold what the consumer reads",
    "content-type": "the content type isn't the one of a permitted mode",
    "engines-disagree": "the compiled contract accepts what the matching core refuses",
}
"""What is said of a rule whose message quotes what was sent."""


def paths_of(models: Mapping[str, type[CanonicalEvent]]) -> frozenset[str]:
    """Return the paths of all keys that the contract names."""
    found = set()
    for model in models.values():
        found |= {f"$.{name}" for name in model.model_fields if name != "data"}
        found |= {f"$.data.{name}" for name in data_model(model).model_fields}
    return frozenset(found)


def instance_of(finding: Finding, at: Position, named: frozenset[str]) -> Instance:
    """Return a finding as an audit shows it.

    Args:
        named: the paths whose values are shown where they are tokens.
    """
    path = finding.path or ""
    plain = not path or _PLAIN_PATH.fullmatch(path) is not None
    shown = _shown(finding.actual, path, named)
    return Instance(
        at,
        _message(finding, shown, plain=plain),
        path if plain else f"(a path of {len(path)} characters)",
        finding.expected if isinstance(finding.expected, str) and finding.rule not in _QUOTING else "",
        shown,
    )


_QUOTING = ("wrong-fact", "pact-mismatch")
"""Rules whose `expected` is a value of a message or a trigger."""


def _message(finding: Finding, shown: str, *, plain: bool) -> str:
    said = _said(finding, plain=plain)
    # A validator of a domain's own may quote what it refuses.
    if (
        isinstance(finding.actual, str)
        and finding.actual != shown
        and len(finding.actual) > 1
        and finding.actual in said
    ):
        return f"{finding.path} isn't what the event asks for"
    return said


def _said(finding: Finding, *, plain: bool) -> str:
    if finding.rule in _WORDS:
        return _WORDS[finding.rule]
    if not plain:
        return "a key that is no part of this event"
    if finding.rule == "event-schema" and finding.message.startswith(f"{finding.path}: "):
        # Pydantic's words, which quote the contract, or ours of a time, which begin with the value.
        return _QUOTED.sub("(text)", finding.message, count=1) if finding.path == "$.time" else finding.message
    if finding.path == "$":
        return _QUOTED.sub(lambda found: f"(a text of {len(found[0]) - 2} characters)", finding.message.split(": ")[0])
    return finding.message


def _shown(value: Any, path: str, named: frozenset[str]) -> str:
    match value:
        case None:
            return ""
        case str() if path == "content-type":
            return value if _MEDIA_TYPE.fullmatch(value) else described(value)
        case str() if path in named and _TOKEN.fullmatch(value):
            return value
    return described(value)


def described(value: Any) -> str:
    """Return a value's type, and its length where it has one."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return f"a text of {len(value)} characters"
        case list():
            return f"an array of {len(value)} items"
        case dict():
            return f"an object of {len(value)} keys"
    return "null"
