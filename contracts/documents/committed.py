"""The living document as a project commits it: where it lies, how it is written, and what differs from it."""

from __future__ import annotations

import difflib
from pathlib import Path

from contracts.errors import BrokenContractError, MisuseError, Where
from contracts.files import write_all
from contracts.model.domain import Domain
from contracts.project.settings import Settings


def default_file(settings: Settings, lang: str) -> Path:
    """Return where a project keeps its document in one language."""
    return settings.root / "docs" / f"emitters.{lang}.md"


def path_in_project(settings: Settings, path: Path) -> str:
    """Return `path` as the document shows it: the same from every folder that a command is run in."""
    try:
        return path.resolve().relative_to(settings.root.resolve()).as_posix()
    except ValueError:
        return path.name


def registry_in_project(settings: Settings, domain: Domain) -> str:
    """Return the registry's path as the document shows it, also where the domain is an installed package."""
    if domain.registry_file.resolve().is_relative_to(settings.root.resolve()):
        return path_in_project(settings, domain.registry_file)
    return f"{domain.package.replace('.', '/')}/{domain.registry_file.name}"


def write_document(file: Path, text: str) -> None:
    """Write the document.

    Raises:
        MisuseError: the file can't be written.
    """
    write_all({file: text}, what="the document", next_step="name another place with --out", parents=True)


def first_difference(file: Path, text: str, lang: str) -> tuple[int, str, str] | None:
    """Compare the committed document with what is rendered now; a checkout's line ends don't count.

    Returns:
        The first line that differs, counted from 1, with the committed and the rendered text; None where the two
        are equal.

    Raises:
        BrokenContractError: the file is missing.
        MisuseError: the file can't be read.
    """
    try:
        committed = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise BrokenContractError(
            "the document was never written",
            where=Where(str(file)),
            next_step=f"contracts docs --lang {lang} --out {file}",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"the document can't be read: {error}", where=Where(str(file))) from None
    rendered = text.splitlines()
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, committed, rendered, False).get_opcodes():
        if tag != "equal":
            return start + 1, _first(committed[start:end]), _first(rendered[new_start:new_end])
    return None


def _first(lines: list[str]) -> str:
    return lines[0] if lines else ""
