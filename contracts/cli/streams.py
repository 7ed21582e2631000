"""stdout and stderr as a command line needs them: a reader that leaves changes no verdict, no character is refused."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import Any

from contracts.errors import MisuseError
from contracts.model.printable import acts


class _Leavable(io.FileIO):
    """A descriptor whose reader may leave (`contracts verify … | head -1`): what nobody reads is dropped.

    The command goes on to its own exit code, which says what was found out and not who read it.
    """

    _failed = False

    def write(self, data: Any, /) -> int:
        """Write, or drop what can't be written; that a disk is full is said once."""
        try:
            return super().write(data) or 0
        except OSError as error:
            said, self._failed = self._failed, True
            if not said and not isinstance(error, BrokenPipeError):
                raise MisuseError(
                    f"the output can't be written: {error.strerror}", next_step="see to its disk"
                ) from None
            return memoryview(data).nbytes


def let_readers_leave() -> None:
    """Put streams that outlive their readers in place of this process's stdout and stderr.

    Streams that something else has put there (a test, a program that calls `main`) are left alone.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # The descriptor was closed before the start (`>&-`): there is nobody to write to.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - lives as long as the process
        elif stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            stream.flush()
            raw = _Leavable(stream.fileno(), "w", closefd=False)
            buffered = io.BufferedWriter(raw)
            errors, by_line = "backslashreplace", stream.line_buffering
            setattr(sys, name, io.TextIOWrapper(buffered, stream.encoding, errors, line_buffering=by_line))


# What acts instead of being shown, in a string of a JSON text: controls beyond those that JSON escapes by itself,
# characters that hide or turn the reading direction, line and paragraph ends; and a CI's command ("##[").
_ACTING = re.compile(r"[\x7f-\x9f]|#(?=#\w*\[)|[^\x00-\x7f]")


def json_text(document: Any, indent: int | None = 2) -> str:
    """Return a document as JSON that stdout's encoding can carry: beyond ASCII only where that is UTF-8.

    What a terminal or a CI would act on becomes an escape that JSON knows, and so does half a surrogate pair, as a
    file's name may hold it.
    """
    is_utf8 = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    return _ACTING.sub(_escaped, json.dumps(document, ensure_ascii=not is_utf8, indent=indent))


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character == "#":
        return "\\u0023"
    return json.dumps(character)[1:-1] if acts(character) else character
