"""The command line, one file a command: `cli/verify.py` holds `contracts verify`.

A command's module holds a click command under the name `command`. Modules are found by their names and
imported when their command is asked for, so that no command pays for another's libraries.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Be the process `contracts …`; an interrupt that comes before anything is loaded ends it like any other."""
    try:
        from contracts.cli.app import main as be_the_process

        be_the_process()
    except KeyboardInterrupt:
        # Nothing was begun, or all is done: what comes in between is dealt with where it comes.
        sys.stderr.write("interrupted\n")
        sys.exit(130)
