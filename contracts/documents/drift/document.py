"""Drift of whole files: reading them, and what they come to together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.documents.drift.compare import Difference, compare
from contracts.documents.drift.places import registry_lines
from contracts.documents.drift.read import read_statements
from contracts.errors import ExitCode, MisuseError, Where, worst
from contracts.model.domain import Domain
from contracts.project.paths import shown


@dataclass(frozen=True, slots=True)
class DocumentDrift:
    """What one document came to.

    Attributes:
        statements: how many it makes of emitters and events.
    """

    file: str
    statements: int
    differences: tuple[Difference, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where it differs, 3 where it says nothing of emitters."""
        if not self.statements:
            return ExitCode.NOTHING
        return ExitCode.BROKEN if self.differences else ExitCode.HOLDS

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as JSON values."""
        return {
            "file": self.file,
            "statements": self.statements,
            "differences": [difference.to_json() for difference in self.differences],
        }


def drift_of(files: Sequence[Path], domain: Domain) -> tuple[tuple[DocumentDrift, ...], ExitCode]:
    """Compare documents with the registry, each by itself.

    Raises:
        MisuseError: a document can't be read as UTF-8 text.
    """
    registry = registry_lines(domain.registry_file.read_text(encoding="utf-8"), shown(domain.registry_file))
    found = []
    for file in files:
        statements = read_statements(_text(file), domain)
        differences = compare(statements, domain, file=str(file), registry=registry)
        found.append(DocumentDrift(str(file), len(statements), differences))
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
