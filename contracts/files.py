"""Writing files: each whole or not at all, whatever happens on the way."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from uuid import uuid4

from contracts.errors import MisuseError, Where

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Nothing can be put beside such a file, or in its place: it is mounted by itself, or its folder is another's.
_ONLY_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS, errno.EXDEV)


def write_whole(
    file: Path,
    content: str | bytes,
    *,
    what: str = "this file",
    next_step: str = "name a file in a folder that exists and may be written to",
) -> None:
    """Write one file; see `write_all`.

    Raises:
        MisuseError: it can't be written; what was there is as it was.
    """
    write_all({file: content}, what=what, next_step=next_step)


def write_all(
    contents: Mapping[Path, str | bytes], *, what: str, next_step: str, parents: bool = False, executable: bool = False
) -> None:
    """Write files beside those that are there, and then put each in its place.

    A reader or a kill finds every one of them whole, and a disk that is full changes none. A link stays a link,
    permissions stay as they are, and what is no file (a pipe, a terminal) is written to.

    Args:
        contents: by path; text is written in UTF-8, with its line ends as they are.
        what: what one of them is called where it can't be written.
        next_step: what helps then, unless the disk is full.
        parents: make their folders.
        executable: whoever may read them may run them.

    Raises:
        MisuseError: one can't be written.
    """
    file = Path()
    try:
        with ExitStack() as stack:
            parts = []
            for file, content in contents.items():
                if parents:
                    file.parent.mkdir(parents=True, exist_ok=True)
                data = content.encode() if isinstance(content, str) else content
                parts.append((file, stack.enter_context(_part(Path(os.path.realpath(file)), data, executable))))
            for file, part in parts:  # noqa: B007 - the one at which it failed is named below
                part.put()
    except OSError as error:
        raise unwritten(error, file, what=what, next_step=next_step) from None


def unwritten(error: OSError, file: Path | str, *, what: str, next_step: str) -> MisuseError:
    """Return the error for something that couldn't be written: a full disk is no question of names and permissions."""
    if error.errno in _FULL:
        next_step = "make room on the disk, or raise its limit, and run this again; what was there is as it was"
    return MisuseError(
        f"{what} can't be written: {error.strerror or error}", where=Where(str(file)), next_step=next_step
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What is to become a file: it lies beside the place, or, where nothing can lie there, it is only known."""

    target: Path
    data: bytes
    beside: Path | None

    def put(self) -> None:
        try:
            if self.beside is not None:
                self.beside.replace(self.target)
                return
        except OSError as error:
            if error.errno not in _ONLY_IN_PLACE or not os.access(self.target, os.W_OK):
                raise
        self.target.write_bytes(self.data)


@contextmanager
def _part(target: Path, data: bytes, executable: bool) -> Iterator[_Part]:
    if target.exists() and not target.is_file():
        yield _Part(target, data, None)
        return
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    _remove_what_killed_runs_left(target)
    try:
        beside, descriptor = _new_file(target)
    except OSError as error:
        if error.errno not in _ONLY_IN_PLACE or mode is None or not os.access(target, os.W_OK):
            raise
        yield _Part(target, data, None)
        return
    try:
        with open(descriptor, "wb", closefd=False) as opened:
            opened.write(data)
        # Some file systems say only now that there is no room; and no crash puts an empty file in a whole one's place.
        os.fsync(descriptor)
        mode = mode if mode is not None else stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.fchmod(descriptor, mode | (mode & 0o444) >> 2 if executable else mode)
        yield _Part(target, data, beside)
    finally:
        os.close(descriptor)
        with suppress(OSError):
            beside.unlink()


def _new_file(target: Path) -> tuple[Path, int]:
    """Make an empty file beside another, and hold its lock: whoever has it knows that nobody writes any more."""
    while True:
        beside = target.with_name(f"{_beside(target)}{uuid4().hex[:12]}.part")
        # The system takes away from 0o666 what the user's umask says.
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return beside, descriptor
        os.close(descriptor)


def _remove_what_killed_runs_left(target: Path) -> None:
    for left in target.parent.glob(f"{escape(_beside(target))}*.part"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(descriptor)


def _beside(target: Path) -> str:
    # Names have at most 255 bytes.
    return f".{os.fsdecode(os.fsencode(target.name)[:200])}."
