"""The command line, one file a command: `cli/verify.py` holds `contracts verify`.

A command's module holds a click command under the name `command`. Modules are found by their names and
imported when their command is asked for, so that no command pays for another's libraries.
"""

from __future__ import annotations

from contracts.cli.app import main

__all__ = ["main"]
