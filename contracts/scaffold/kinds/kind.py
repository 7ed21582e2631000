"""What the repository of an emitter has of its kind's own, beside what every emitter's has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import NewEmitter
from contracts.scaffold.stated_events import StatedEvent

CAPTURES = "contracts-captures.ndjson"
"""Where what a recorded emitter sends is written."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a repository's files are written from.

    Attributes:
        statements: what the emitter states.
        values: for every template.
    """

    emitter: NewEmitter
    statements: tuple[StatedEvent, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RepositoryKind:
    """One kind of emitter.

    Attributes:
        test_command: runs its tests as they are written; None where it has none, because a driver is enough.
        recorded: what its tests send is recorded; another one is driven.
        image: that of GitLab's job; `packages`: Debian's, which have to be installed there first.
        values: what its templates hold of the statements, by their marks.
        files: the files that no other kind has.
        first_step: what its developer does first.
    """

    test_command: str | None
    recorded: bool
    image: str
    packages: tuple[str, ...]
    values: Callable[[NewEmitter, tuple[StatedEvent, ...]], Mapping[str, str]]
    files: Callable[[Beginning], tuple[NewFile, ...]]
    first_step: Callable[[NewEmitter], tuple[str, ...]]


def examples_file(path: str, statements: tuple[StatedEvent, ...]) -> NewFile:
    """Return the examples of what is stated as a file of JSON: by event, the data of two facts."""
    examples = {statement.event: statement.examples for statement in statements}
    return NewFile(path, json.dumps(examples, ensure_ascii=False, indent=2) + "\n")
