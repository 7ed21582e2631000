"""The question whether a version may be released: what it takes from the registry, and asking it until it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contracts.errors import MisuseError
from contracts.model.names import did_you_mean
from contracts.model.promises import promises
from contracts.model.registry import Registry, Status
from contracts.model.release import Answer, Decision, Question


def known_pacticipant(registry: Registry, name: str) -> str:
    """Return `name` where the registry knows it: the consumer or an emitter.

    Raises:
        MisuseError: it doesn't.
    """
    known = (registry.consumer.name, *registry.emitters)
    if name not in known:
        raise MisuseError(
            f"{name!r} is neither the consumer nor an emitter of the registry{did_you_mean(name, known)}",
            next_step=f"the pacticipants are {', '.join(known)}",
        )
    return name


def emitters_of(registry: Registry, pacticipant: str) -> tuple[str, ...]:
    """Return the emitters that a question about a pacticipant is about."""
    return tuple(registry.emitters) if pacticipant == registry.consumer.name else (pacticipant,)


def question(
    registry: Registry,
    pacticipant: str,
    version: str,
    place: str,
    *,
    ignore: Iterable[str] = (),
    allow_unverified: bool = False,
    require_tested: bool = False,
    own_runs_only: bool = False,
) -> Question:
    """Return what is asked, with what the registry has to say to it.

    Args:
        ignore: pacticipants whose results are left out; consumers that the registry doesn't hold may be named.

    Raises:
        MisuseError: the registry doesn't know the pacticipant.
    """
    is_emitter = known_pacticipant(registry, pacticipant) != registry.consumer.name
    ignored = tuple(ignore) if is_emitter else tuple(known_pacticipant(registry, name) for name in ignore)
    if allow_unverified and not is_emitter:
        raise MisuseError(
            "--allow-unverified is for emitters: the consumer's pacts have to be verified",
            next_step="leave it out, or say --ignore with an emitter that doesn't count",
        )
    emitter = pacticipant if is_emitter else None
    return Question(
        pacticipant=pacticipant,
        version=version,
        environment=place,
        is_emitter=is_emitter,
        implemented=registry.has_implemented(emitter),
        planned=_pairs(registry, emitter, Status.PLANNED),
        taken=_pairs(registry, emitter, Status.IMPLEMENTED),
        allow_unverified=allow_unverified,
        ignored=ignored,
        promises=promises(registry, emitter),
        require_tested=require_tested,
        consumer=registry.consumer.name,
        own_runs_only=own_runs_only,
    )


def decision_when_known(
    ask: Callable[[], Decision], *, retries: int, interval: float, sleep: Callable[[float], None]
) -> Decision:
    """Ask again while the answer is unknown.

    Args:
        retries: how often at most, after the first time.
        interval: seconds between two questions.
    """
    decision = ask()
    for _ in range(retries):
        if decision.answer is not Answer.UNKNOWN:
            break
        sleep(interval)
        decision = ask()
    return decision


def _pairs(registry: Registry, emitter: str | None, status: Status) -> tuple[tuple[str, str], ...]:
    return tuple((pair.emitter, pair.event) for pair in registry.pairs(emitter) if pair.status is status)
