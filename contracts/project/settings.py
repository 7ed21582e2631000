"""The settings of a project: `[tool.contracts]` in its pyproject.toml, or a contracts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.errors import MisuseError, Where
from contracts.model.names import did_you_mean
from contracts.model.toml_lines import KeyPath, bounded, line_of, line_of_error, lines_of_keys
from contracts.project.paths import shown

STAND_IN = "stand-in"
"""The setting that says: this driver reaches a stand-in. Its result is never posted to a broker of anybody's."""

FACTS = "facts"
"""The setting of an emitter that says what its triggers carry beside the fact key."""

Meaning = Literal[
    "implemented", "planned", "not-implemented", "not-permitted", "without-emitter",
    "emitter", "consumer", "event", "status", "other",
]  # fmt: skip
"""What a word of a hand-kept document can mean, as in `contracts/documents/drift/words.toml`."""

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    domain: str | None = None
    registry: str | None = None
    consumer_tests: str = "consumer_tests"
    handler: str | None = None
    pacts: str | None = None
    evidence: Annotated[str, StringConstraints(min_length=1)] | None = None
    generated: list[str] = Field(default_factory=list)
    emitters: dict[str, dict[str, str | bool | int | float | list[str] | dict[str, Any]]] = Field(default_factory=dict)
    documents: dict[Meaning, list[_Word]] = Field(default_factory=dict)
    drift: list[_Word] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project says of itself.

    Attributes:
        root: the folder of the settings file, or the current one where there is none; paths are relative to it.
        domain: the Python package that holds the canonical events and the registry; None where it isn't named.
        registry: a registry file that is read instead of the domain's own.
        consumer_tests: the folder of the expectations.
        handler: the consumer's own handler or what makes it, `module:name`, for the fixture `handler`.
        pacts: the folder of the pacts, where it is named.
        evidence: where evidence is kept that no result can hold: a folder, or an address that fsspec knows.
        generated: globs of files that a build writes; they may differ from the commit that is published.
        emitters: each emitter's driver and its options, by the emitter's name.
        facts: what an emitter's triggers carry beside the fact key, by the emitter's name: values by event, or
            `module:name` of what returns them.
        documents: words for a status or a column in hand-kept documents, by what they mean.
        drift: hand-kept documents that `contracts check` compares with the registry.
        lines: the line of each key in the file.
    """

    root: Path
    file: Path | None = None
    domain: str | None = None
    registry: Path | None = None
    consumer_tests: Path = Path("consumer_tests")
    handler: str | None = None
    pacts: Path | None = None
    evidence: str | None = None
    generated: tuple[str, ...] = ()
    emitters: Mapping[str, Mapping[str, str | bool | int | float | list[str]]] = field(default_factory=dict)
    facts: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    documents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def place_of(self, *key: str) -> Where | None:
        """Return where the settings say something, for errors; None where there is no file of settings."""
        if self.file is None:
            return None
        return Where(shown(self.file), line_of(dict(self.lines), key))


def load_settings(start: Path) -> Settings:
    """Read the settings of the project that `start` lies in.

    The nearest `contracts.toml`, or pyproject.toml with a `[tool.contracts]`, from `start` upwards; the
    search ends at a repository's root (a folder with `.git`).

    Raises:
        MisuseError: no TOML, or a key that isn't known.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        for name, path in (("contracts.toml", ()), ("pyproject.toml", ("tool", "contracts"))):
            file = folder / name
            table = _table(file, path) if file.is_file() else None
            if table is not None:
                return _settings(file, table, path)
        if (folder / ".git").exists():
            break
    return Settings(root=start)


def _table(file: Path, path: tuple[str, ...]) -> dict[str, Any] | None:
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        node: Any = tomllib.loads(bounded(text))
    except tomllib.TOMLDecodeError as error:
        place = Where(str(file), line_of_error(str(error), text))
        raise MisuseError(f"the settings are no TOML: {error}", where=place, next_step="mend the syntax") from None
    except (OSError, ValueError, RecursionError) as error:
        raise MisuseError(f"the settings can't be read: {error}", where=Where(str(file))) from None
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    if node is not None and not isinstance(node, dict):
        place = Where(str(file), line_of(lines_of_keys(text), path))
        raise MisuseError(f"{'.'.join(path)} is no table", where=place, next_step=f"write [{'.'.join(path)}]")
    return node


def _settings(file: Path, table: dict[str, Any], path: tuple[str, ...]) -> Settings:
    try:
        read = _Table.model_validate(table)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = tuple(str(part) for part in detail["loc"])
        name = ".".join(key)
        unknown = f"no setting is called {name!r}{did_you_mean(key[-1], _Table.model_fields)}"
        lines = lines_of_keys(file.read_text(encoding="utf-8"))
        raise MisuseError(
            unknown if detail["type"] == "extra_forbidden" else f"the setting {name!r}: {detail['msg']}",
            where=Where(str(file), line_of(lines, (*path, *key))),
            next_step=f"the settings are {', '.join(_Table.model_fields)}",
        ) from None
    root = file.parent
    lines = lines_of_keys(file.read_text(encoding="utf-8"))
    settings = Settings(
        root=root,
        file=file,
        domain=read.domain,
        registry=root / read.registry if read.registry else None,
        consumer_tests=root / read.consumer_tests,
        handler=read.handler,
        pacts=root / read.pacts if read.pacts else None,
        evidence=read.evidence,
        generated=tuple(read.generated),
        emitters={name: _options(options) for name, options in read.emitters.items()},
        facts=_facts(read.emitters),
        documents={str(meaning): words for meaning, words in read.documents.items()},
        drift=tuple(read.drift),
        lines={key[len(path) :]: line for key, line in lines.items() if key[: len(path)] == path},
    )
    _refuse_other_tables(settings, read.emitters)
    _refuse_unclear_stand_ins(settings)
    return settings


def _options(table: Mapping[str, Any]) -> dict[str, str | bool | int | float | list[str]]:
    return {name: value for name, value in table.items() if name != FACTS}


def _facts(emitters: Mapping[str, Mapping[str, Any]]) -> dict[str, str | Mapping[str, Any]]:
    return {name: table[FACTS] for name, table in emitters.items() if FACTS in table}


def _refuse_other_tables(settings: Settings, emitters: Mapping[str, Mapping[str, Any]]) -> None:
    for emitter, table in emitters.items():
        for name, value in table.items():
            if isinstance(value, dict) is not (name == FACTS) and not (name == FACTS and isinstance(value, str)):
                wanted = "a table of events, or module:name" if name == FACTS else "a value"
                raise MisuseError(
                    f"emitters.{emitter}.{name} isn't {wanted}",
                    where=settings.place_of("emitters", emitter, name),
                    next_step=f"see docs/reference/settings.md for what stands under emitters.{emitter}",
                )


def _refuse_unclear_stand_ins(settings: Settings) -> None:
    # What isn't plainly a stand-in would be taken for the emitter itself, and its result for the emitter's.
    for emitter, options in settings.emitters.items():
        if not isinstance(options.get(STAND_IN, False), bool):
            raise MisuseError(
                f"emitters.{emitter}.{STAND_IN} is neither true nor false",
                where=settings.place_of("emitters", emitter, STAND_IN),
                next_step=f"say {STAND_IN} = true, without quotes, or leave it away",
            )
