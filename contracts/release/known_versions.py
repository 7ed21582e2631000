"""Which versions are deployed where and what is known of them, for a report."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.broker.client import BrokerClient
from contracts.broker.environments import all_placements, environments
from contracts.broker.results import result
from contracts.broker.version_matrix import MatrixRow, results_matrix
from contracts.broker.versions import branches_of
from contracts.model.deployment import KnownVersion
from contracts.model.registry import Registry
from contracts.project.broker_choice import DATABASE, choose_broker, embedded_client
from contracts.project.settings import Settings


def broker_at_hand(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    base_url: str | None = None,
    embedded: bool = False,
    timeout: float | None = None,
) -> BrokerClient | None:
    """Return the client of the broker that is named, else of the project's own if it has one; else None.

    Unlike a publication, a report needs no broker, so none is made and a CI job needn't name one.

    Args:
        environ: the process's variables.
        base_url: what `--broker-base-url` says.
        embedded: `--embedded` was said.
        timeout: what `--broker-timeout` says.
    """
    if base_url or embedded or environ.get("PACT_BROKER_BASE_URL", "").strip():
        return choose_broker(settings, environ, base_url=base_url, embedded=embedded, timeout=timeout)
    return embedded_client(settings) if (settings.root / DATABASE).is_file() else None


def known_versions(client: BrokerClient, registry: Registry) -> tuple[KnownVersion, ...]:
    """Ask a broker for the versions of the registry's parties that are in an environment.

    Returns:
        The consumer's first, then the emitters' in the registry's order; each version once.

    Raises:
        BrokerError: it can't be reached, or refuses.
    """
    consumer = registry.consumer.name
    places: dict[tuple[str, str], dict[str, None]] = {}
    for place in environments(client):
        for placement in all_placements(client, place):
            places.setdefault((placement.pacticipant, placement.version), {})[place.name] = None
    return tuple(
        KnownVersion(
            participant=name,
            version=version,
            branch=", ".join(branches_of(client, name, version) or ()) or None,
            environments=tuple(names),
            verified="" if name == consumer else _verified(client, consumer, name, version),
        )
        for party in (consumer, *registry.emitters)
        for (name, version), names in places.items()
        if name == party
    )


def _verified(client: BrokerClient, consumer: str, emitter: str, version: str) -> str:
    rows = [row for row in results_matrix(client, consumer, emitter, version).rows if row.emitter_version == version]
    said = {True: "success", False: "failure"}
    results = {
        words: list(dict.fromkeys(_named(client, row) for row in rows if row.success is success))
        for success, words in said.items()
    }
    return "; ".join(f"{words} with {', '.join(versions)}" for words, versions in results.items() if versions)


def _named(client: BrokerClient, row: MatrixRow) -> str:
    run = result(client, row.result_url).run if row.result_url else None
    return f"{row.consumer_version} (judged again)" if run and run.judged_again else row.consumer_version
