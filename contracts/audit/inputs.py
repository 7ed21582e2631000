"""What is to be read: files, globs, standard input, and what lies at addresses, as of buckets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

from contracts.audit.records import Partition, partitions_of
from contracts.audit.unpacking import unpacked
from contracts.errors import MisuseError, Where
from contracts.stores import is_address, matching, opened_at, size_at

STDIN = "-"


def files_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the files that were named, each once, those of a glob sorted by name.

    Raises:
        MisuseError: one isn't there, is a folder or can't be opened, or a glob matches none.
    """
    found: dict[str, str] = {}
    for name in names:
        for file in _expanded(name):
            found.setdefault(place_of(file), file)
    for file in found.values():
        refuse_unopenable(file)
    return tuple(found.values())


def _expanded(name: str) -> Sequence[str]:
    if is_address(name):
        return matching(name)
    if name == STDIN or not has_magic(name) or Path(name).exists():
        return [name]
    files = sorted(glob(name, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not files:
        raise MisuseError("no file matches", where=Where(name), next_step="name files that are there, or - for stdin")
    return files


def place_of(file: str) -> str:
    """Return what a file is known by: its whole path, or its address."""
    return file if file == STDIN or is_address(file) else str(Path(file).resolve())


def is_pipe(file: str) -> bool:
    """Can it be read once only, and from its begin?"""
    return file == STDIN or (not is_address(file) and Path(file).is_fifo())


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Open a file, standard input, or what lies at an address."""
    with (
        nullcontext(sys.stdin.buffer)
        if file == STDIN
        else opened_at(file)
        if is_address(file)
        else Path(file).open("rb") as stream
    ):
        yield stream


def size(file: str) -> int | None:
    """Return how many bytes a file has; None where nobody knows."""
    if is_address(file):
        return size_at(file)
    return Path(file).stat().st_size if file != STDIN and Path(file).is_file() else None


def refuse_unopenable(file: str) -> None:
    """Refuse a file that can't be opened; what can be read once only, or lies at an address, isn't touched.

    Raises:
        MisuseError: it isn't there, is a folder or can't be opened.
    """
    path = Path(file)
    # A pipe that were opened here would be lost to the reading; what lies at an address was found a moment ago.
    if is_pipe(file) or is_address(file):
        return
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        hint = f"name its files: '{file}/*'" if path.is_dir() else "name files that can be read, or - for stdin"
        raise MisuseError(f"this can't be read: {reason}", where=Where(file), next_step=hint) from None


def size_of(files: Sequence[str]) -> int | None:
    """Return how many bytes the files have together; None where one is a pipe."""
    sizes = [size(file) for file in files]
    return None if None in sizes else sum(one for one in sizes if one is not None)


class _Counting:
    """A stream that tells how much was read of it."""

    def __init__(self, stream: BinaryIO, took: Callable[[int], None]) -> None:
        self._stream = stream
        self._took = took

    def read(self, size: int) -> bytes:
        """Read at most so many bytes."""
        piece = self._stream.read(size)
        self._took(len(piece))
        return piece


def read(file: str, number: int, took: Callable[[int], None] = lambda _: None) -> Iterator[Partition]:
    """Yield the partitions of one file.

    Args:
        number: the file's number in the input.
        took: told how many bytes were read of it, each time.

    Raises:
        MisuseError: it has gone since it was named, or needs a library that isn't installed.
    """
    refuse_unopenable(file)
    with opened(file) as stream:
        yield from partitions_of(unpacked(_Counting(stream, took)), number)
