"""Changing a pair where registry, consumer and emitters have repositories of their own: the way through all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from contracts.errors import MisuseError, Where
from contracts.model import next_steps
from contracts.model.domain import Domain
from contracts.model.registry import Pair, Status
from contracts.project.installed import Holder, holder_of, project_name
from contracts.project.kinds import captures_here, is_own
from contracts.project.paths import shown
from contracts.project.settings import Settings

_BUILD = "python -m pip wheel --no-deps --wheel-dir dist ."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of a pair's status.

    Attributes:
        command: what makes it where the registry is.
        live: version and branch of the emitter's versions that count as production; empty where none is known.
    """

    pair: Pair
    status: Status
    environment: str
    command: str
    live: tuple[tuple[str | None, str | None], ...] = ()


def refuse_foreign_registry(settings: Settings, domain: Domain, wanted: Wanted) -> None:
    """Refuse to change a registry that isn't the project's, and say which package holds it and the way to change it.

    Raises:
        MisuseError: it isn't; with the steps in each repository.
    """
    file = domain.registry_file.resolve()
    if is_own(settings, file):
        return
    holder = holder_of(file)
    if holder is None:
        what = "the registry isn't part of this project, it lies outside of its folder and its checkout"
    else:
        kind = "package, which is used from its own checkout" if holder.checkout else "package"
        what = f"the registry isn't part of this project, it belongs to {holder}, an installed {kind}"
    raise MisuseError(
        what,
        where=Where(shown(file)),
        next_step="nothing was changed; these steps change it, in this order",
        steps=(_change(domain, holder, wanted), *way_from_the_registry(settings, domain, wanted, holder)),
    )


def way_from_the_registry(
    settings: Settings, domain: Domain, wanted: Wanted, holder: Holder | None = None
) -> Iterator[str]:
    """Yield the steps that follow the change of the registry, from its release to the last upgrade.

    Args:
        holder: the distribution that holds the registry; None where that is the project itself.
    """
    consumer, emitter = domain.registry.consumer.name, wanted.pair.emitter
    at = _Places(settings, consumer)
    contract = holder.name if holder else project_name(settings.root) or domain.package
    upgrade = _upgrade(settings, contract, holder)
    yield f"raise the version of {contract} there, build and release it: {_BUILD}"
    yield f"{at(consumer)}: {upgrade}, contracts capture, commit both, contracts publish --reverify"
    checks = [f"{at(emitter)}: {_check(emitter, contract, upgrade, *one)}" for one in wanted.live or ((None, None),)]
    if wanted.status is Status.IMPLEMENTED:
        yield from checks
    yield f"{at(consumer)}: {next_steps.ask(consumer, None, wanted.environment)}"
    yield _deployment(consumer, wanted)
    if wanted.status is Status.PLANNED:
        yield from (f"only then may {emitter} stop emitting it; {check}, deploy, record" for check in checks)
    others = [name for name in domain.registry.emitters if name != emitter]
    if others:
        yield (
            f"{', '.join(at(name) for name in others)}, each at its own time: {upgrade}, "
            f"contracts verify {others[0] if len(others) == 1 else 'EMITTER'}"
        )


def _change(domain: Domain, holder: Holder | None, wanted: Wanted) -> str:
    file = shown(domain.registry_file)
    if holder is None:
        place = f"in the project that {file} belongs to"
    elif holder.checkout:
        place = f"in {holder.name}'s checkout ({holder.checkout})"
    else:
        came = f", from {holder.address}" if holder.address else ""
        place = f"in {holder.name}'s repository ({holder.version} is installed here{came})"
    return f"{place}: {wanted.command}, then commit {domain.registry_file.name} (and the pacts, where it has any)"


def _check(emitter: str, contract: str, upgrade: str, version: str | None, branch: str | None) -> str:
    verify = next_steps.verify(emitter, version, branch).partition(": ")[2]
    if version is None:
        return f"{upgrade}, commit it, {verify}"
    # A file that is raised there would make it another version than the one that runs.
    return (
        f"unless it was judged again, in a checkout of {version} of which no file is changed: "
        f"pip install the new release of {contract}, then {verify}"
    )


def _upgrade(settings: Settings, contract: str, holder: Holder | None) -> str:
    if holder is not None and holder.checkout:
        return f"use the new state of {holder.checkout}"
    if (settings.root / "ci" / "requirements.txt").is_file():
        return f"raise {contract} in ci/requirements.txt, then ci/install"
    if holder is not None and holder.address is None:
        # It came from an index, so that its name means it there.
        return f"raise {contract} where it is required, pip install --upgrade {quote(f'{contract}>{holder.version}')}"
    instead = f" in place of {holder.address}" if holder else ""
    return f"raise {contract} where it is required and install its new release{instead}"


def _deployment(consumer: str, wanted: Wanted) -> str:
    event, emitter = wanted.pair.event, wanted.pair.emitter
    recorded = next_steps.record(consumer, None, wanted.environment)
    if wanted.status is Status.PLANNED:
        return f"deploy {consumer}, which no longer relies on {event}, then {recorded}"
    return (
        f"deploy {consumer}, then {recorded}; from then on older versions of {emitter}, "
        f"which don't emit {event}, are no rollback targets"
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each party's commands are typed."""

    settings: Settings
    consumer: str

    def __call__(self, party: str) -> str:
        here = captures_here(self.settings) if party == self.consumer else party in self.settings.emitters
        return f"in {party}'s repository{', this one' if here else ''}"
