"""What Pact's core judges in part, in silence or by chance: such a pact is refused by name, never judged in part.

Each point was asked of the core (pact_ffi 0.5.12). It judges without plugins; rules of a category that isn't a
message's are dropped or taken for the body's; a rule that isn't in the specification's form is dropped; of two
spellings of one path with different rules one is picked at random, anew in each process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.model.pact import Interaction, PactDocument

BODY_CATEGORIES = ("body", "content")
CATEGORIES = (*BODY_CATEGORIES, "metadata")

MATCHERS = frozenset({
    "arrayContains", "boolean", "contentType", "date", "datetime", "decimal", "eachKey", "eachValue", "equality",
    "include", "integer", "max", "min", "notEmpty", "null", "number", "real", "regex", "semver", "time", "timestamp",
    "type", "values",
})  # fmt: skip
"""The matchers of the specification that the core applies to a message; `not-empty` is `notEmpty` to it."""
_NAMED_BY_THEIR_VALUE = frozenset({"regex", "min", "max", "timestamp", "date", "time"})
"""Keys that stand for their matcher where `match` is left out, as before version 3."""

_DASHED = re.compile(r"-([a-z])")
_STEP = re.compile(r"""\.(?P<plain>[^.\[\]'"]+) | \['(?P<single>[^']*)'\] | \["(?P<double>[^"]*)"\]
                       | \[(?P<index>\d+|\*)\]""", re.VERBOSE)  # fmt: skip


def refuse_what_cant_be_judged(pact: PactDocument, interaction: Interaction) -> None:
    """Refuse an interaction that neither engine would judge in full.

    Raises:
        MisuseError: plugins, a category of rules that isn't a message's, a rule without the specification's form,
            or one path under two rules.
    """
    for problem in (*_plugins(pact, interaction), *_rules(interaction)):
        raise MisuseError(
            f"{interaction.description!r} can't be judged in full: {problem}",
            where=Where(pact.source),
            next_step=f"have {pact.consumer} write it without that",
        )


def why_unjudgeable(pact: PactDocument) -> str:
    """Return what keeps a pact from being judged in full; empty where nothing does."""
    for interaction in pact.interactions:
        try:
            refuse_what_cant_be_judged(pact, interaction)
        except MisuseError as error:
            return error.what
    return ""


def _plugins(pact: PactDocument, interaction: Interaction) -> Iterator[str]:
    metadata = pact.raw.get("metadata") or {}
    plugins = metadata.get("plugins") or ()
    if plugins or interaction.raw.get("pluginConfiguration"):
        names = ", ".join(str(each.get("name")) for each in plugins if isinstance(each, Mapping))
        yield f"it needs Pact's plugins{f' ({names})' if names else ''}, which aren't loaded here"


def _rules(interaction: Interaction) -> Iterator[str]:
    found: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = {}
    for category, rules in interaction.matching_rules.items():
        if category not in CATEGORIES:
            if rules:
                yield f"it holds rules under {category!r}; a message's are {', '.join(CATEGORIES)}"
            continue
        if not isinstance(rules, Mapping):
            yield f"its rules under {category!r} are no object"
            continue
        for path, rule in rules.items():
            yield from _form(f"{category} {path}", rule)
            place = ("body" if category in BODY_CATEGORIES else category, _steps(path))
            meaning = json.dumps(rule, sort_keys=True)
            twin, twins_meaning = found.setdefault(place, (f"{category} {path}", meaning))
            if twins_meaning != meaning:
                yield f"{twin} and {category} {path} are one path under two rules, of which one is picked by chance"


def _form(name: str, rule: Any) -> Iterator[str]:
    """Yield what is wrong with a rule's form."""
    matchers = rule.get("matchers") if isinstance(rule, Mapping) else None
    if not isinstance(matchers, list) or not matchers:
        yield f"the rule {name} holds no list of matchers"
        return
    if str(rule.get("combine") or "AND").upper() not in ("AND", "OR"):
        yield f"the rule {name} combines its matchers by {rule['combine']!r}; there are AND and OR"
    for matcher in matchers:
        if not isinstance(matcher, Mapping):
            yield f"the rule {name} holds a matcher that is no object"
        elif "match" not in matcher and not _NAMED_BY_THEIR_VALUE & matcher.keys():
            yield f"the rule {name} holds a matcher without a name"
        elif "match" in matcher and _DASHED.sub(_camel, str(matcher["match"])) not in MATCHERS:
            yield f"the rule {name} needs the matcher {matcher['match']!r}, which Pact's core doesn't know"


def _camel(letter: re.Match[str]) -> str:
    return letter[1].upper()


def _steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path, the same for all its spellings: `id`, `$.id` and `$['id']`."""
    whole = path if path.startswith("$") else f"$.{path}"
    steps, at = [], 1
    while at < len(whole):
        step = _STEP.match(whole, at)
        if step is None:
            # No path that is known here: Pact's core says what is wrong with it.
            return (path,)
        steps.append(_step(step))
        at = step.end()
    return tuple(steps)


def _step(step: re.Match[str]) -> str:
    if step["index"]:
        return f"[{step['index']}]"
    if step["plain"]:
        return step["plain"]
    name = step["single"] or step["double"] or ""
    # Any key and the key "*" are two things.
    return f"'{name}'" if name == "*" else name
