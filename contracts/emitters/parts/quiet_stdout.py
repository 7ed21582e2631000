"""Standard output belongs to the result: what an emitter prints in this process goes to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


@contextmanager
def prints_to_stderr() -> Iterator[None]:
    """Send what is printed meanwhile to standard error, also by C code and by child processes."""
    printer = sys.stdout
    printer.flush()
    try:
        saved = os.dup(1)
    except OSError:
        # Descriptor 1 is closed: nothing can be printed there.
        with redirect_stdout(sys.stderr):
            yield
        return
    try:
        os.dup2(2, 1)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        # A logging handler may hold the printer itself; its buffer goes where it belongs before descriptor 1 is back.
        printer.flush()
        os.dup2(saved, 1)
        os.close(saved)
