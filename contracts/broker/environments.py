"""Environments, and which versions are deployed or released there; each change is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.errors import BrokerError, MisuseError
from contracts.model.names import did_you_mean

_MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment, as the broker has it."""

    name: str
    display_name: str
    production: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placement:
    """A version that is in an environment.

    Attributes:
        kind: `deployed` (replaced by the next one) or `released` (until its support ends).
        instance: which of several installations; None for the only one.
    """

    pacticipant: str
    version: str
    kind: str
    instance: str | None
    url: str


def environments(client: BrokerClient) -> tuple[Environment, ...]:
    """Return every environment of the broker."""
    listed = client.get(client.link("pb:environments"), doing="listing the environments")
    with hal.understood("the list of environments"):
        return tuple(
            Environment(str(e["name"]), str(e.get("displayName", e["name"])), e.get("production") is True, e)
            for e in hal.embedded_list(listed, "environments", "the list of environments")
        )


def environment(client: BrokerClient, name: str) -> Environment:
    """Return an environment.

    Raises:
        MisuseError: the broker has none of that name.
    """
    known = {found.name: found for found in environments(client)}
    if name not in known:
        raise MisuseError(
            f"the broker has no environment {name!r}{did_you_mean(name, known)}",
            next_step=f"the environments are {', '.join(known)}" if known else f"contracts create-environment {name}",
        )
    return known[name]


def create_environment(client: BrokerClient, name: str, display_name: str | None, production: bool) -> Environment:
    """Create an environment and confirm it.

    Raises:
        BrokerError: the broker refused, or doesn't have it afterwards.
    """
    body: dict[str, Any] = {"name": name, "production": production}
    if display_name:
        body["displayName"] = display_name
    answer = client.send("POST", client.link("pb:environments"), body, repeatable=False)
    if answer.status != 201:
        raise answer.refusal(f"creating the environment {name}")
    found = next((e for e in environments(client) if e.name == name), None)
    if found is None or found.production is not production:
        raise BrokerError(
            f"not confirmed: the broker doesn't have the environment {name} as it was created",
            next_step="list the environments, then create it again",
        )
    return found


def placements(client: BrokerClient, place: Environment, pacticipant: str) -> tuple[Placement, ...]:
    """Return the versions of a pacticipant in an environment: deployed now, and released and supported."""
    return (
        *_placements(client, place, pacticipant, "deployed"),
        *_placements(client, place, pacticipant, "released"),
    )


def all_placements(client: BrokerClient, place: Environment) -> tuple[Placement, ...]:
    """Return every pacticipant's versions in an environment."""
    return (*_placements(client, place, None, "deployed"), *_placements(client, place, None, "released"))


_RELATIONS = {
    "deployed": ("pb:currently-deployed-deployed-versions", "deployedVersions"),
    "released": ("pb:currently-supported-released-versions", "releasedVersions"),
}


def _placements(client: BrokerClient, place: Environment, pacticipant: str | None, kind: str) -> tuple[Placement, ...]:
    relation, name = _RELATIONS[kind]
    # A list of environments may hold their own addresses alone.
    own = place.document
    if hal.optional_link(own, relation) is None:
        own = client.get(hal.link(own, "self"), doing=f"fetching the environment {place.name}")
    document = client.get(
        hal.link(own, relation),
        doing=f"asking what is {kind} in {place.name}",
        params=[("pacticipant", pacticipant)] if pacticipant is not None else [],
    )
    what = f"what is {kind} in {place.name}"
    with hal.understood(what):
        found = tuple(_placement(raw, kind) for raw in hal.embedded_list(document, name, what))
    return tuple(one for one in found if pacticipant in (None, one.pacticipant))


def _placement(raw: Mapping[str, Any], kind: str) -> Placement:
    return Placement(
        pacticipant=str(raw["_embedded"]["pacticipant"]["name"]),
        version=str(raw["_embedded"]["version"]["number"]),
        kind=kind,
        instance=raw.get("applicationInstance"),
        url=hal.link(raw, "self"),
    )


def record(
    client: BrokerClient, place: Environment, pacticipant: str, version: str, *, kind: str, instance: str | None = None
) -> Placement:
    """Record a version as deployed to, or released in, an environment, and confirm it.

    Recording what is recorded changes nothing.

    Raises:
        BrokerError: the broker doesn't have the version, refused, or doesn't have the record afterwards.
    """
    url = client.link("pb:pacticipant-version", pacticipant=pacticipant, version=version)
    document = client.find(url, doing="looking for the version")
    if document is None:
        raise BrokerError(
            f"the broker has no version {version} of {pacticipant}",
            next_step="check the version; publishing its pacts makes a consumer's known, a verification an emitter's",
        )
    relation = "pb:record-deployment" if kind == "deployed" else "pb:record-release"
    target = next((e for e in hal.links(document, relation) if e.get("name") == place.name), None)
    if target is None:
        raise BrokerError(
            f"the broker offers no link to record {pacticipant} {version} as {kind} in {place.name}",
            next_step="check the broker's version: 2.100 or newer",
        )
    body = {"applicationInstance": instance} if instance else {}
    answer = client.send("POST", str(target["href"]), body, repeatable=True)
    if answer.status not in (200, 201):
        raise answer.refusal(f"recording {pacticipant} {version} as {kind} in {place.name}")
    for placement in _placements(client, place, pacticipant, kind):
        if placement.version == version and placement.instance == instance:
            return placement
    raise _not_confirmed(f"{pacticipant} {version} as {kind} in {place.name}")


def end(client: BrokerClient, place: Environment, placement: Placement) -> None:
    """Record that a version is no longer in an environment, and confirm it.

    Raises:
        BrokerError: the broker refused, or still has it there afterwards.
    """
    key = "currentlyDeployed" if placement.kind == "deployed" else "currentlySupported"
    answer = client.send("PATCH", placement.url, {key: False}, repeatable=True, content_type=_MERGE_PATCH)
    if answer.status not in (200, 204):
        raise answer.refusal(f"recording that {placement.pacticipant} {placement.version} left {place.name}")
    if placement in _placements(client, place, placement.pacticipant, placement.kind):
        raise _not_confirmed(f"that {placement.pacticipant} {placement.version} left {place.name}")


def _not_confirmed(what: str) -> BrokerError:
    return BrokerError(
        f"not confirmed: the broker took the request and doesn't show {what}",
        next_step="run this again; if it stays so, see the broker's log",
    )
