"""Code of the user's own that runs here: what it raises is told with its file and line, as an error of that code."""

from __future__ import annotations

import importlib
import inspect
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import contracts
from contracts.errors import ContractsError, MisuseError, Where
from contracts.model.printable import one_line
from contracts.project.paths import shown

_OURS = Path(contracts.__file__).parent


def imported(name: str, what: str, *, root: Path, where: Where | None, next_step: str) -> ModuleType:
    """Import a module that the settings name.

    Args:
        what: what it is, for errors, such as "the domain package 'parcels'".
        root: the project's folder.
        where: the setting that names it.
        next_step: what to do where there is no such module.

    Raises:
        MisuseError: there is no such module, or it raises; then with its own file and line.
    """
    try:
        with told_as_its_own(f"{what} can't be imported", root=root, where=where):
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MisuseError(f"{what} can't be imported: {error}", where=where, next_step=next_step) from None


@contextmanager
def told_as_its_own(failed: str, *, root: Path, where: Where | None = None) -> Iterator[None]:
    """Run what lies inside, which is the user's code, and tell what it raises by its place.

    Args:
        failed: what failed if it raises, a sentence without its full stop.
        root: the project's folder; of the places that an error went through, the last one in it is named.
        where: the place where none of the user's code is on the way.

    Raises:
        MisuseError: it raised; errors of the toolkit's own are let through.
        ModuleNotFoundError: a module isn't there, and no code of the user's asked for it.
    """
    try:
        yield
    except ContractsError:
        raise
    except Exception as error:
        place = _place_of(error, root)
        if place is None and isinstance(error, ModuleNotFoundError):
            raise
        said = f"{type(error).__name__}: {one_line(str(error))}"
        raise MisuseError(f"{failed}: {said}", where=place or where, next_step="mend it there") from None


def place_of_definition(thing: type) -> Where | None:
    """Return where a class of the user's is written, or None where no file holds it."""
    try:
        return Where(shown(Path(inspect.getfile(thing))), inspect.getsourcelines(thing)[1])
    except (OSError, TypeError):
        return None


def _place_of(error: Exception, root: Path) -> Where | None:
    if isinstance(error, SyntaxError) and error.filename:
        return Where(shown(Path(error.filename)), error.lineno)
    frames = [
        (Path(frame.filename), frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and not _is_machinery(Path(frame.filename))
    ]
    own = [(file, line) for file, line in frames if file.is_relative_to(root)]
    return next((Where(shown(file), line) for file, line in reversed(own or frames)), None)


def _is_machinery(file: Path) -> bool:
    return file.is_relative_to(_OURS) or file == Path(importlib.__file__)
