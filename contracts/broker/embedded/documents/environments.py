"""Environments, and versions deployed or released to them, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.records.deployments import EnvironmentRecord, Kind, PlacementRecord

_NOW = {"deployed": "currentlyDeployed", "released": "currentlySupported"}
_LISTED = {"deployed": "currently-deployed", "released": "currently-supported"}


def label(environment: EnvironmentRecord) -> str:
    """Return the name an environment is shown by."""
    return environment.display_name or environment.name


def embedded_environment(environment: EnvironmentRecord, at: Addresses) -> dict[str, Any]:
    """Return an environment as part of another document."""
    return {
        "uuid": environment.uuid,
        "name": environment.name,
        "displayName": environment.display_name,
        "production": environment.production,
        "createdAt": moment(environment.created_at),
        "_links": {"self": link(at.environment(environment.uuid), "Environment", environment.name)},
    }


def environment_document(environment: EnvironmentRecord, at: Addresses) -> dict[str, Any]:
    """Return an environment with the links to what runs there."""
    document = embedded_environment(environment, at)
    if environment.contacts is not None:
        document["contacts"] = environment.contacts
    here, name = at.environment(environment.uuid), label(environment)
    deployed, released = (f"{here}/{kind}-versions/{_LISTED[kind]}" for kind in ("deployed", "released"))
    document["_links"] |= {
        "pb:currently-deployed-deployed-versions": link(deployed, f"Deployed to {name} now"),
        "pb:currently-supported-released-versions": link(released, f"Released to {name} and supported"),
        "pb:environments": link(f"{at.base}/environments", "Environments"),
    }
    return document


def environments_document(environments: Sequence[EnvironmentRecord], at: Addresses) -> dict[str, Any]:
    """Return the list of environments."""
    return {
        "_embedded": {"environments": [environment_document(one, at) for one in environments]},
        "_links": {
            "self": link(f"{at.base}/environments", "Environments"),
            "pb:environments": [link(at.environment(one.uuid), "Environment", one.name) for one in environments],
        },
    }


def placement_document(placement: PlacementRecord, environment: EnvironmentRecord, at: Addresses) -> dict[str, Any]:
    """Return a version that is, or was, in an environment."""
    document: dict[str, Any] = {"uuid": placement.uuid, _NOW[placement.kind]: placement.ended_at is None}
    if placement.instance is not None:
        document |= {"applicationInstance": placement.instance, "target": placement.instance}
    if placement.ended_at is not None:
        key = "undeployedAt" if placement.kind == "deployed" else "supportEndedAt"
        document[key] = moment(placement.ended_at)
    version = at.version(placement.pacticipant, placement.number)
    return {
        **document,
        "createdAt": moment(placement.created_at),
        "_embedded": {
            "pacticipant": {
                "name": placement.pacticipant,
                "_links": {"self": link(at.pacticipant(placement.pacticipant))},
            },
            "version": {
                "number": placement.number,
                "_links": {"self": link(version, "Version", placement.number)},
            },
            "environment": environment_document(environment, at),
        },
        "_links": {"self": link(at.placement(placement.kind, placement.uuid))},
    }


def placements_document(
    placements: Sequence[PlacementRecord], kind: Kind, environment: EnvironmentRecord, here: str, at: Addresses
) -> dict[str, Any]:
    """Return versions of one kind in an environment; `here` is the list's own address."""
    members = [placement_document(one, environment, at) for one in placements]
    return {
        "_embedded": {f"{kind}Versions": members},
        "_links": {
            "self": link(here, f"{kind.capitalize()} versions"),
            f"pb:{kind}-versions": [member["_links"]["self"] for member in members],
        },
    }
