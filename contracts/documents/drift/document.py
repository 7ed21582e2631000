"""Drift of whole files: reading them, and what they come to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.documents.drift.compare import Difference, compare, registry_lines
from contracts.documents.drift.read import read_document
from contracts.documents.drift.statements import Unread
from contracts.documents.drift.words import Vocabulary
from contracts.errors import ExitCode, MisuseError, Where, worst
from contracts.model.domain import Domain
from contracts.project.paths import shown


@dataclass(frozen=True, slots=True)
class DocumentDrift:
    """What one document came to.

    Attributes:
        statements: how many it makes of emitters and events.
        unclear: what speaks of a status or an emitter and isn't understood, which is never agreement.
        not_read: what mentions a name and wasn't read.
        strict: what wasn't read counts as unclear does.
    """

    file: str
    statements: int
    differences: tuple[Difference, ...]
    unclear: tuple[Unread, ...] = ()
    not_read: tuple[Unread, ...] = ()
    strict: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """1 where it differs or isn't understood, 3 where nothing of it was read."""
        if self.differences or self.unclear or (self.strict and self.not_read):
            return ExitCode.BROKEN
        return ExitCode.HOLDS if self.statements else ExitCode.NOTHING

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as JSON values."""
        return {
            "file": self.file,
            "statements": self.statements,
            "differences": [difference.to_json() for difference in self.differences],
            "unclear": [one.to_json(self.file) for one in self.unclear],
            "not_read": [one.to_json(self.file) for one in self.not_read],
        }


def drift_of(
    files: Sequence[Path], domain: Domain, *, words: Mapping[str, Sequence[str]] | None = None, strict: bool = False
) -> tuple[tuple[DocumentDrift, ...], ExitCode]:
    """Compare documents with the registry, each by itself.

    Args:
        files: Markdown documents.
        domain: catalogue and registry.
        words: the project's own words for a status, by the keys of words.toml.
        strict: a document holds only where all of it that names an event or an emitter was read.

    Raises:
        MisuseError: a document can't be read as UTF-8 text.
    """
    registry = registry_lines(domain.registry_file.read_text(encoding="utf-8"), shown(domain.registry_file))
    vocabulary = Vocabulary(domain, words)
    found = []
    for file in files:
        reading = read_document(_text(file), vocabulary)
        differences = compare(reading, domain, file=str(file), registry=registry)
        unclear = tuple(one for one in reading.unread if one.unclear)
        not_read = tuple(one for one in reading.unread if not one.unclear)
        found.append(DocumentDrift(str(file), len(reading.statements), differences, unclear, not_read, strict))
    return tuple(found), worst(document.exit_code for document in found)


def _text(file: Path) -> str:
    where = Where(str(file))
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError(
            f"the document is not UTF-8: byte {error.start} can't be decoded",
            where=where,
            next_step="save it as UTF-8",
        ) from None
    except OSError as error:
        raise MisuseError(
            f"the document can't be read: {error.strerror}", where=where, next_step="name a Markdown file"
        ) from None
    if "\0" in text:
        raise MisuseError("the document is no text: it holds a NUL", where=where, next_step="name a Markdown file")
    return text
