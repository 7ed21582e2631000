"""The living document: registry and catalogue as prose, one template a language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.documents.exports.json_schema import source_of
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent
from contracts.model.examples import example_event
from contracts.model.patterns import free_text_paths
from contracts.model.registry import Pair, PairEntry, Status
from contracts.model.schemas import shape_of
from contracts.model.shape_words import field_in_words, in_code
from contracts.model.shapes import Node, Shape, nodes

TEMPLATES = Path(__file__).with_name("templates")
LANGUAGES = tuple(sorted(file.name.split(".")[1] for file in TEMPLATES.glob("emitters.*.md.j2")))
"""The codes of the languages that have a template."""

_DATA = "data."


@dataclass(frozen=True)
class Rendered:
    """The document, and what of the domain's texts has no translation in its language."""

    text: str
    untranslated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentedEvent:
    """What the document says of one canonical event.

    Attributes:
        data: the fields of its data at any depth, with paths that begin there.
        free_text: the paths of what may hold free text.
        example: a valid message, as it is shown.
    """

    name: str
    description: str
    pairs: tuple[Pair, ...]
    needs_decision: bool
    fact_key: tuple[str, ...]
    data: tuple[Node, ...]
    free_text: tuple[str, ...]
    example: str


class _Translator:
    """Says the domain's texts in one language, and remembers those it had to leave in English."""

    def __init__(self, lang: str, translations: Mapping[str, str]) -> None:
        self._english = lang == "en"
        self._translations = translations
        self.missing: dict[str, None] = {}

    def say(self, text: str, own: Mapping[str, str] | None = None) -> str:
        """Return a text of the domain, or of the toolkit's own models, which a template translates itself."""
        original = _one_line(text)
        said = self._translations.get(original) or (own or {}).get(original)
        if said is None and original and not self._english:
            self.missing[original] = None
        return said or original


def render_document(
    domain: Domain, lang: str, translations: Mapping[str, str], *, registry_file: str, file: str
) -> Rendered:
    """Render the emitters document.

    Args:
        domain: the catalogue and the registry.
        lang: one of `LANGUAGES`.
        translations: the domain's texts in that language, by their English originals.
        registry_file: the registry's path, as it is shown.
        file: the document's own path, as it is shown.

    Returns:
        The Markdown text, equal for equal input, and the texts that had to stay in English.

    Raises:
        MisuseError: no example of an event can be made.
    """
    translator = _Translator(lang, translations)
    template = _environment(translator).get_template(f"emitters.{lang}.md.j2")
    events = tuple(_documented(domain, name) for name in domain.catalogue)
    pairs = list(domain.registry.pairs())
    implemented = sum(pair.status is Status.IMPLEMENTED for pair in pairs)
    text = template.render(
        registry=domain.registry,
        package=domain.package,
        registry_file=registry_file,
        file=file,
        events=events,
        unassigned=[event for event in events if not event.pairs],
        implemented=implemented,
        planned=len(pairs) - implemented,
        envelope=[node for node in nodes(shape_of(CanonicalEvent)) if not f"{node.path}.".startswith(_DATA)],
    )
    # A block that isn't there leaves its blank lines behind.
    return Rendered(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", tuple(translator.missing))


def _documented(domain: Domain, name: str) -> DocumentedEvent:
    model, pairs = domain.catalogue[name], domain.registry.emitters_of(name)
    return DocumentedEvent(
        name,
        model.__doc__ or "",
        pairs,
        name in domain.registry.needs_decision,
        model.fact_key,
        tuple(_data(model)),
        tuple(free_text_paths(shape_of(model))),
        json.dumps(example_event(model, source=source_of(domain, name)), ensure_ascii=False, indent=2),
    )


def _data(model: type[CanonicalEvent]) -> Iterator[Node]:
    for node in nodes(shape_of(model)):
        if node.field is not None and node.path.startswith(_DATA):
            yield replace(node, path=node.path.removeprefix(_DATA))


def _environment(translator: _Translator) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown is written here, not HTML
    )
    environment.filters |= {
        "say": translator.say,
        "code": in_code,
        "cell": _cell,
        "kind": _kind,
        "in_words": field_in_words,
        "table": _table,
        "remarks": _remarks,
    }
    return environment


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    """Return a text as a table's cell: on one line, with its bars escaped."""
    return _one_line(text).replace("|", "\\|")


def _kind(shape: Shape) -> str:
    return type(shape).__name__


def _table(text: str) -> str:
    """Make a table of a header and rows, one a line, without the columns that are empty in each row."""
    lines = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.strip().splitlines()]
    header, rows = lines[0], lines[1:]
    kept = [index for index in range(len(header)) if any(row[index] for row in rows)]
    shown = [header, ["---"] * len(header), *rows] if kept else []
    return "".join(f"| {' | '.join(line[index] for index in kept)} |\n" for line in shown)


def _remarks(entry: PairEntry, **words: str) -> str:
    """Return what else a pair says of itself, each with the language's word before it."""
    said: dict[str, Any] = {name: getattr(entry, name) for name in words}
    return "; ".join(f"{words[name]}{value}" for name, value in said.items() if value)
