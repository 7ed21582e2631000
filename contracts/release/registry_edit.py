"""Changing one pair's status in the registry's file; comments, order and layout stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from contracts.errors import MisuseError, Where
from contracts.files import write_all
from contracts.model.domain import Domain
from contracts.model.registry import Pair, Registry, Status
from contracts.model.registry_toml import parse_registry
from contracts.project.kinds import is_own
from contracts.project.paths import shown
from contracts.project.settings import Settings


def own_registry_file(settings: Settings, domain: Domain) -> Path:
    """Return the registry's file where it is the project's to change.

    Raises:
        MisuseError: it isn't; who changes it there says so first, with the way: `contracts.release.elsewhere`.
    """
    file = domain.registry_file.resolve()
    if not is_own(settings, file):
        raise MisuseError(
            "the registry isn't part of this project",
            where=Where(shown(file)),
            next_step="change it in the project that it comes from, and install that again",
        )
    return file


def with_status(text: str, domain: Domain, pair: Pair, status: Status, reason: str | None) -> tuple[str, Registry]:
    """Return the registry's text with a pair's status changed, and what it says then.

    Args:
        text: the TOML text that `domain` was read from.
        reason: kept beside the status; an old one is removed where it is None.

    Raises:
        MisuseError: the file is written in a way that can't be edited without changing something else.
    """
    where = Where(shown(domain.registry_file))
    try:
        document = tomlkit.parse(text)
        entry: Any = document["emitters"][pair.emitter]["events"][pair.event]
        entry["status"] = status.value
        if reason is not None:
            entry["reason"] = reason
        elif "reason" in entry:
            del entry["reason"]
        edited = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, TypeError) as error:
        raise _by_hand(where, pair, status, str(error)) from None
    registry = parse_registry(edited, file=where.file, catalogue=domain.catalogue)
    if registry.model_dump() != _expected(domain.registry, pair, {"status": status, "reason": reason}):
        raise _by_hand(where, pair, status, "something else would change with it")
    return edited, registry


def _expected(registry: Registry, pair: Pair, change: Mapping[str, Any]) -> dict[str, Any]:
    document = registry.model_dump()
    document["emitters"][pair.emitter]["events"][pair.event] |= change
    return document


def _by_hand(where: Where, pair: Pair, status: Status, why: str) -> MisuseError:
    return MisuseError(
        f"the registry can't be edited: {why}",
        where=where,
        next_step=f'set status = "{status.value}" for {pair.event} of {pair.emitter} by hand, then contracts capture',
    )


def replace_text(file: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        MisuseError: it can't be written.
    """
    write_all({file: text}, what="the registry", next_step="make it writable")
