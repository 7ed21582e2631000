"""What a shell completes for arguments: the registry's emitters and events, and the rules.

Each function has the signature that click asks of `shell_complete`. Where the settings or the registry can't be
read there is nothing to complete; the command itself says why once it is run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from contracts.errors import ContractsError

if TYPE_CHECKING:
    from contracts.model.domain import Domain
    from contracts.model.registry import Registry


def emitters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the emitters of the registry."""
    registry = _registry()
    return _starting(registry.emitters if registry else (), incomplete)


def events(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the events of the emitter that stands before; without one there is nothing to choose from."""
    return _starting(_events(ctx.params.get("emitter")), incomplete)


def pacticipants(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the consumer and the emitters."""
    registry = _registry()
    return _starting((registry.consumer.name, *registry.emitters) if registry else (), incomplete)


def subjects(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return what can be explained: rules, events and emitters, and after an emitter its events."""
    from contracts.model.rules import RULES

    before = ctx.params.get("subject") or ()
    if before:
        return _starting(_events(before[0]), incomplete)
    domain = _domain()
    return _starting((*RULES, *((*domain.catalogue, *domain.registry.emitters) if domain else ())), incomplete)


def _registry() -> Registry | None:
    domain = _domain()
    return domain.registry if domain else None


def _domain() -> Domain | None:
    from contracts.cli.options import project

    try:
        return project()[1]
    except ContractsError:
        return None


def _events(emitter: object) -> tuple[str, ...]:
    registry = _registry()
    return tuple(pair.event for pair in registry.pairs(str(emitter))) if registry and emitter else ()


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
