"""The emitters that a project names, in its settings or on the command line: each is one of the registry's."""

from __future__ import annotations

from contracts.errors import MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Registry
from contracts.project.settings import STAND_IN, Settings


def refuse_unknown_emitter(domain: Domain, emitter: str, *, where: Where | None = None) -> None:
    """Refuse an emitter that the registry doesn't have.

    Args:
        where: where it is named; None on the command line.

    Raises:
        MisuseError: with the nearest name.
    """
    if emitter not in domain.registry.emitters:
        raise MisuseError(
            f"the registry has no emitter {emitter!r}{did_you_mean(emitter, domain.registry.emitters)}",
            where=where,
            next_step=f"new emitters enter {domain.registry_file.name}, and nowhere else",
        )


def refuse_unknown_settings(settings: Settings, domain: Domain) -> None:
    """Refuse settings that name an emitter which the registry doesn't have.

    A slip of the pen there would leave the emitter that was meant unasked, in silence.

    Raises:
        MisuseError: with the settings' line and the nearest name.
    """
    for emitter in settings.emitters:
        refuse_unknown_emitter(domain, emitter, where=settings.place_of("emitters", emitter))


def named_emitters(settings: Settings, registry: Registry) -> tuple[str, ...]:
    """Return the emitters that the settings name, in the registry's order."""
    return tuple(emitter for emitter in registry.emitters if emitter in settings.emitters)


def is_stand_in(settings: Settings, emitter: str) -> bool:
    """Do the settings say that their driver reaches a stand-in, not the emitter itself?"""
    return settings.emitters.get(emitter, {}).get(STAND_IN) is True
