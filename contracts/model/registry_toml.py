"""Reading the registry from TOML: what isn't understood is refused, with its line and the nearest right name."""

from __future__ import annotations

import re
import sys
import tomllib
from datetime import date, time
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.errors import MisuseError, Where
from contracts.model.events import Catalogue
from contracts.model.names import did_you_mean
from contracts.model.registry import Consumer, EmitterEntry, Messages, PairEntry, Registry, Waiver
from contracts.model.registry_checks import registry_problems
from contracts.model.toml_lines import (
    KeyPath,
    TomlTooLargeError,
    bounded,
    line_of,
    line_of_error,
    lines_of_keys,
    statement_before,
)
from contracts.model.vocabulary import FactVocabulary


class InvalidRegistryError(MisuseError):
    """The registry can't be used; `problems` holds each reason with its place."""

    def __init__(self, problems: list[MisuseError]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.what}{more}", where=first.where, next_step=first.next_step)
        self.problems = tuple(problems)


def parse_registry(text: str, *, file: str, catalogue: Catalogue) -> Registry:
    """Read a registry.

    Args:
        text: the TOML text.
        file: its name, for errors.
        catalogue: the canonical events that it may speak of.

    Raises:
        InvalidRegistryError: no TOML, an unknown key or event, a duplicate pair, a missing decision, a bad date
            or value; each with its line.
    """
    try:
        document = tomllib.loads(bounded(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidRegistryError([_syntax_problem(str(error), text, file)]) from None
    except TomlTooLargeError as error:
        raise InvalidRegistryError(
            [MisuseError(f"this can't be read: {error}", where=Where(file), next_step="shorten it")]
        ) from None
    except (ValueError, RecursionError):
        # `tomllib` lets both through: a number of thousands of digits, brackets within thousands of brackets.
        raise _excessive(file) from None
    lines = lines_of_keys(text)
    try:
        registry = Registry.model_validate(_arrays_as_tuples(document))
    except ValidationError as error:
        problems = [_schema_problem(detail, lines, file) for detail in error.errors(include_url=False)]
        raise InvalidRegistryError(_in_file_order(problems)) from None
    except RecursionError:
        raise _excessive(file) from None
    problems = list(registry_problems(registry, catalogue, lines, file))
    if problems:
        raise InvalidRegistryError(_in_file_order(problems))
    return registry


def _excessive(file: str) -> InvalidRegistryError:
    what = "this can't be read: a number is too long, or values are nested too deep"
    return InvalidRegistryError([MisuseError(what, where=Where(file), next_step="mend the value")])


def _arrays_as_tuples(value: Any) -> Any:
    # Strict validation takes a tuple for a tuple; TOML has arrays only.
    if isinstance(value, dict):
        return {key: _arrays_as_tuples(inner) for key, inner in value.items()}
    return tuple(_arrays_as_tuples(inner) for inner in value) if isinstance(value, list) else value


def _as_toml(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_toml(inner) for key, inner in value.items()}
    return [_as_toml(inner) for inner in value] if isinstance(value, tuple) else value


def _in_file_order(problems: list[MisuseError]) -> list[MisuseError]:
    return sorted(problems, key=lambda problem: (problem.where and problem.where.line) or sys.maxsize)


def _syntax_problem(message: str, text: str, file: str) -> MisuseError:
    line = line_of_error(message, text)
    if re.search(r"Cannot declare|Cannot overwrite|Duplicate inline|Cannot redefine|Cannot mutate", message):
        line, written = statement_before(text, line)
        pair = written.startswith("[emitters.") and ".events." in written
        return MisuseError(
            f"{written} is declared twice{'; a pair stands in the registry once' if pair else ''}",
            where=Where(file, line),
            next_step="keep one of the two",
        )
    where = Where(file, line)
    if message.startswith("Invalid date"):
        return MisuseError(f"the calendar has no such date or time: {message}", where=where, next_step=_DATE_ADVICE)
    return MisuseError(f"this is no TOML: {message}", where=where, next_step="mend the syntax")


_DATE_ADVICE = "write a date that exists, without quotes, such as 2026-01-31"
_IN_TOML = {
    "tuple_type": "is no array",
    "dict_type": "is no table",
    "model_type": "is no table",
    "string_type": "is no text in quotes",
}
"""What pydantic's words for a wrong type are in TOML's."""


def shortened(value: object) -> str:
    """Return a value of the file as it is shown in an error: on one line, and not endless."""
    try:
        text = value.isoformat() if isinstance(value, date | time) else repr(_as_toml(value))
    except (ValueError, RecursionError):
        return "a value too large to show"
    return text if len(text) <= 80 else f"{text[:77]}…"


_LEVELS: tuple[tuple[KeyPath, type[BaseModel]], ...] = (
    (("emitters", "*", "events", "*"), PairEntry),
    (("emitters", "*"), EmitterEntry),
    (("consumer",), Consumer),
    (("vocabulary",), FactVocabulary),
    (("messages",), Messages),
    (("waivers", "*"), Waiver),
    ((), Registry),
)


def _known_keys(parent: KeyPath) -> tuple[str, ...]:
    for pattern, model in _LEVELS:
        if len(pattern) == len(parent) and all(p in ("*", q) for p, q in zip(pattern, parent, strict=True)):
            return tuple(model.model_fields)
    return ()


def _schema_problem(detail: ErrorDetails, lines: dict[KeyPath, int], file: str) -> MisuseError:
    path = tuple(str(part) for part in detail["loc"] if part != "[key]")
    key = path[-1] if path else ""
    where = Where(file, line_of(lines, path))
    dotted = ".".join(path)
    if detail["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        return MisuseError(
            f"the registry has no key {dotted!r}{did_you_mean(key, known)}",
            where=where,
            next_step=f"the keys here are {', '.join(known)}" if known else "remove it",
        )
    if detail["type"] == "missing":
        return MisuseError(f"{dotted!r} is missing", where=where, next_step=f"add {key}")
    shown = shortened(detail["input"])
    if detail["type"] in ("enum", "literal_error"):
        allowed = re.findall("'([^']*)'", str(detail.get("ctx", {}).get("expected")))
        hint = did_you_mean(detail["input"][:80], allowed) if isinstance(detail["input"], str) else ""
        return MisuseError(f"{dotted} is {shown}{hint}", where=where, next_step=f"say {' or '.join(allowed)}")
    if detail["type"].startswith("date") or detail["type"] == "is_instance_of":
        return MisuseError(f"{dotted} is {shown}, which is no date", where=where, next_step=_DATE_ADVICE)
    if detail["type"] in _IN_TOML:
        return MisuseError(
            f"{dotted} is {shown}, which {_IN_TOML[detail['type']]}", where=where, next_step=f"mend {dotted}"
        )
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return MisuseError(f"{dotted} is {shown}: {message}", where=where, next_step=f"mend {dotted}")
