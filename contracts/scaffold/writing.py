"""Writing a new repository's files: all or none, and nothing over what is there."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from contracts.errors import MisuseError, Where
from contracts.files import write_all
from contracts.project.paths import shown
from contracts.scaffold.new_file import NewFile


class FileState(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    UNCHANGED = "unchanged"
    OVERWRITTEN = "overwritten"
    KEPT = "kept"


def states_of(folder: Path, files: Iterable[NewFile]) -> tuple[tuple[NewFile, FileState], ...]:
    """Return what writing would make of each file."""
    return tuple((file, _state(folder / file.path, file)) for file in files)


def write_files(folder: Path, files: Iterable[NewFile], *, force: bool) -> tuple[tuple[NewFile, FileState], ...]:
    """Write the files, all or none of them.

    Returns:
        What became of each.

    Raises:
        MisuseError: files with other content are there and `force` wasn't said, or the folder can't be written to.
    """
    states = states_of(folder, files)
    taken = [file.path for file, state in states if state is FileState.OVERWRITTEN]
    if taken and not force:
        raise MisuseError(
            f"nothing was written, because these are there already: {', '.join(taken)}",
            where=Where(shown(folder)),
            next_step="move them away, or say --force to overwrite them; --dry-run shows what would be written",
        )
    due = [file for file, state in states if state in (FileState.NEW, FileState.OVERWRITTEN)]
    for executable in (False, True):
        write_all(
            {folder / file.path: file.text for file in due if file.executable is executable},
            what="this file",
            next_step="name a folder that can be written to, with --dir",
            parents=True,
            executable=executable,
        )
    return states


def _state(path: Path, file: NewFile) -> FileState:
    try:
        if not path.exists() and not path.is_symlink():
            return FileState.NEW
        same = path.read_bytes() == file.text.encode()
    except OSError:
        same = False
    if same:
        return FileState.UNCHANGED
    return FileState.KEPT if file.yields else FileState.OVERWRITTEN
