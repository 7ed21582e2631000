"""Recording what is where: one site (deployed, replaced by the next) or many (released, until support ends)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.broker.client import BrokerClient
from contracts.broker.environments import Placement, end, environment, placements, record
from contracts.broker.environments import create_environment as create
from contracts.broker.environments import environments as all_environments
from contracts.broker.versions import branches_of, put_on_branch
from contracts.errors import BrokerError, MisuseError
from contracts.model import next_steps
from contracts.model.domain import Domain
from contracts.model.pact import PactDocument
from contracts.model.registry import Registry
from contracts.model.release import Decision
from contracts.release.knowledge import release_decision
from contracts.release.question import known_pacticipant, question


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change that the broker confirmed.

    Attributes:
        what: as in "deployed"; a sentence reads "<pacticipant> <version> is recorded as <what>".
        changed: False where the broker had it so already.
        decision: whether the version may be there, of one that is there now.
    """

    pacticipant: str
    version: str
    environment: str
    what: str
    instance: str | None = None
    changed: bool = True
    decision: Decision | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the change as the commands print it with `--output json`."""
        return {
            "pacticipant": self.pacticipant,
            "version": self.version,
            "environment": self.environment,
            "recorded": self.what,
            "instance": self.instance,
            "changed": self.changed,
            "confirmed": True,
            "decision": self.decision.to_json() if self.decision else None,
        }


@dataclass(frozen=True, slots=True)
class Target:
    """Whose presence in which environment is recorded."""

    pacticipant: str
    environment: str
    instance: str | None = None


def record_presence(
    client: BrokerClient,
    domain: Domain,
    target: Target,
    version: str,
    *,
    kind: str,
    branch: str | None = None,
    pacts: Iterable[PactDocument] = (),
) -> Recorded:
    """Record a version as `deployed` to an environment or `released` in it.

    What runs somewhere is recorded whether it may run there or not; the answer to that is part of what is returned.

    Args:
        branch: the version's. An emitter without an implemented pair may have neither pact nor result on the broker;
            its version is made known on this branch.
        pacts: the contract's own ones with the pacticipant.

    Raises:
        MisuseError: the registry doesn't know the pacticipant, or the broker not the environment.
        BrokerError: the broker doesn't have the version, refused, or didn't confirm.
    """
    name = known_pacticipant(domain.registry, target.pacticipant)
    place = environment(client, target.environment)
    if branches_of(client, name, version) is None:
        if not branch or name == domain.registry.consumer.name or domain.registry.has_implemented(name):
            raise _unknown_version(domain.registry, name, version)
        put_on_branch(client, name, version, branch)
    asked = question(domain.registry, name, version, target.environment)
    before = placements(client, place, name)
    placed = record(client, place, name, version, kind=kind, instance=target.instance)
    return Recorded(
        name,
        version,
        target.environment,
        kind,
        target.instance,
        changed=placed not in before,
        decision=release_decision(client, domain, asked, pacts),
    )


def _unknown_version(registry: Registry, name: str, version: str) -> BrokerError:
    consumer = name == registry.consumer.name
    return BrokerError(
        f"the broker has no version {version} of {name}",
        next_step=next_steps.publish(name, version) if consumer else next_steps.verify(name, version),
    )


def record_absence(
    client: BrokerClient, registry: Registry, target: Target, *, kind: str, version: str | None = None
) -> tuple[Recorded, ...]:
    """Record that what is `deployed` has left an environment, or that support of what is `released` has ended.

    Args:
        version: only this one; whatever is there where it is None.

    Raises:
        MisuseError: nothing of that kind is recorded there, or a name isn't known.
        BrokerError: the broker refused or didn't confirm.
    """
    known_pacticipant(registry, target.pacticipant)
    place = environment(client, target.environment)
    there = [p for p in placements(client, place, target.pacticipant) if p.kind == kind]
    meant = [p for p in there if p.instance == target.instance and version in (None, p.version)]
    if not meant:
        raise _nothing_there(target, kind, version, there)
    for placement in meant:
        end(client, place, placement)
    what = "undeployed" if kind == "deployed" else "no longer supported"
    return tuple(Recorded(p.pacticipant, p.version, target.environment, what, p.instance) for p in meant)


def _nothing_there(target: Target, kind: str, version: str | None, there: list[Placement]) -> MisuseError:
    name = " ".join(filter(None, (target.pacticipant, version)))
    instance = f" as instance {target.instance}" if target.instance else ""
    found = ", ".join(f"{p.version} (instance {p.instance})" if p.instance else p.version for p in there)
    return MisuseError(
        f"{name} isn't recorded as {kind} in {target.environment}{instance}",
        next_step=f"what is recorded as {kind} there: {found or 'nothing'}",
    )


@dataclass(frozen=True, slots=True)
class CreatedEnvironment:
    """An environment that the broker has; `changed` is False where it had it before."""

    name: str
    display_name: str
    production: bool
    changed: bool

    def to_json(self) -> dict[str, Any]:
        """Return the environment as the command prints it with `--output json`."""
        return {
            "name": self.name,
            "display_name": self.display_name,
            "production": self.production,
            "changed": self.changed,
            "confirmed": True,
        }


def create_environment(
    client: BrokerClient, name: str, *, display_name: str | None, production: bool
) -> CreatedEnvironment:
    """Create an environment; one that is there and alike is left as it is.

    Raises:
        MisuseError: there is one of that name that is another kind.
        BrokerError: the broker refused or didn't confirm.
    """
    present = next((e for e in all_environments(client) if e.name == name), None)
    if present is not None:
        if present.production is not production:
            kind = "a production" if present.production else "no production"
            raise MisuseError(
                f"there is an environment {name} already, and it is {kind} environment",
                next_step="choose another name, or leave it as it is",
            )
        return CreatedEnvironment(name, present.display_name, present.production, changed=False)
    made = create(client, name, display_name, production)
    return CreatedEnvironment(made.name, made.display_name, made.production, changed=True)
