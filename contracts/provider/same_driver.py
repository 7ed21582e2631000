"""Whether a command line drives what the settings name, under whatever name it stands there."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from contracts.emitters import OptionInput, driver_kinds
from contracts.project.settings import Settings
from contracts.provider.verify import DriverOptions


def drives_the_same(settings: Settings, emitter: str, options: DriverOptions) -> bool:
    """Do the options reach what the settings name, as they do where there are none?

    A file is the same under another path, behind a link and on standard input; a command is when its words are, and
    an address whatever the case of its host. One file of several is enough.
    """
    own = settings.emitters.get(emitter, {})
    ways = [kind.option.name for kind in driver_kinds()]
    return not options or any(_alike(name, options.get(name), own[name]) for name in ways if name in own)


def _alike(way: str, given: OptionInput, named: OptionInput) -> bool:
    if way == "captures":
        return any(_is_file(one, other) for one in _each(given) for other in _each(named))
    return [*map(_words, _each(given))] == [*map(_words, _each(named))]


def _each(value: OptionInput) -> Iterable[str]:
    if value is None:
        return ()
    return map(str, value) if isinstance(value, list | tuple) else (str(value),)


def _is_file(given: str, named: str) -> bool:
    if given == named:
        return True
    try:
        found = os.fstat(sys.stdin.fileno()) if given == "-" else Path(given).stat()
        return os.path.samestat(found, Path(named).stat())
    except (OSError, ValueError):
        return False


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a command, each file by its own path; an address and a name in Python are one word."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = [text]
    return tuple(_address(word) if "://" in word else _file(word) for word in words)


def _file(word: str) -> str:
    path = Path(word)
    return str(path.resolve()) if path.is_file() else word


def _address(word: str) -> str:
    try:
        parts = urlsplit(word)
        return parts._replace(netloc=parts.netloc.lower(), path=parts.path.rstrip("/")).geturl()
    except ValueError:
        return word
