"""What is asked for when a new emitter's repository is begun."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import EmitterName
from contracts.scaffold.filling import module_of, toml_key
from contracts.scaffold.requirements import Sources

DESTINATION = "https://receiver.invalid/events"
"""Where a plugin is told to send to while it is recorded; RFC 2606 keeps `.invalid` from ever being a host."""


class EmitterKind(StrEnum):
    """What an emitter is made with."""

    WORDPRESS = "wordpress"
    PYTHON = "python"
    NODE = "node"
    PHP = "php"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class NewEmitter:
    """What is asked for.

    Attributes:
        test_command: what runs the tests; the kind's own where it is None.
        action: the GitHub Action, `OWNER/REPOSITORY@REF`; the script is run without it where it is None.
        hooks: for WordPress, by event, the action that tells the plugin of a fact; it takes the fact key's values.
        destination_option: for WordPress, the option that holds where the plugin sends to.
        sources: where what it installs comes from.
    """

    name: str
    kind: EmitterKind
    test_command: str | None = None
    action: str | None = None
    hooks: Mapping[str, str] = field(default_factory=dict)
    destination_option: str | None = None
    sources: Sources = field(default_factory=Sources)

    @property
    def module(self) -> str:
        """The Python package of the emitter."""
        return module_of(self.name, "emitter")

    @property
    def key(self) -> str:
        """The name as a key of TOML."""
        return toml_key(self.name)


def refuse_odd_name(name: str, what: str) -> None:
    """Refuse a name that can't stand in a registry.

    Args:
        what: what is said then.
    """
    try:
        TypeAdapter(EmitterName).validate_python(name)
    except ValidationError:
        raise MisuseError(
            what,
            next_step="take letters, digits, dots, hyphens and underscores, beginning with a letter or a digit",
        ) from None


def check(emitter: NewEmitter, domain: Domain) -> None:
    """Refuse what no file can be written from.

    Raises:
        MisuseError: the name can't stand in the registry, the action is no address of one, or a hook is for an event
            that the registry doesn't give the emitter.
    """
    refuse_odd_name(emitter.name, f"{emitter.name!r} can't be an emitter's name")
    if emitter.action is not None and not re.fullmatch(r"[\w.-]+/[\w./-]+@[\w./-]+", emitter.action):
        raise MisuseError(
            f"--action: {emitter.action!r} is no address of an action",
            next_step="say OWNER/REPOSITORY@REF, best with a commit's hash for REF",
        )
    if emitter.kind is not EmitterKind.WORDPRESS and (emitter.hooks or emitter.destination_option):
        raise MisuseError("--hook and --destination-option are for --kind wordpress", next_step="leave them out")
    for name in (*emitter.hooks.values(), *filter(None, [emitter.destination_option])):
        # It goes into PHP between quotes.
        if not re.fullmatch(r"[\w./-]+", name, flags=re.ASCII):
            raise MisuseError(f"{name!r} is no name of a hook or an option", next_step="see the plugin for its name")
    events = [pair.event for pair in domain.registry.pairs(emitter.name)]
    for event in emitter.hooks:
        if event not in events:
            raise MisuseError(
                f"--hook: the registry doesn't give {emitter.name} the event {event!r}{did_you_mean(event, events)}",
                next_step=f"see contracts explain {emitter.name} EVENT",
            )
