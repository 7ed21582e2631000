"""Rehearsing a release on a throwaway broker: nothing of it reaches a broker of anybody's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from contracts import __version__
from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient, client_for
from contracts.broker.embedded import URL
from contracts.model.domain import Domain
from contracts.model.identity import Found, Identity
from contracts.model.pact import PactUnderTest
from contracts.model.posting import Posting
from contracts.model.release import Decision
from contracts.model.verdict import PactResult, Verification
from contracts.project.settings import Settings
from contracts.project.version import find_branch, find_version
from contracts.release.deployments import Target, create_environment, record_presence
from contracts.release.knowledge import release_decision
from contracts.release.posting import PactRequest, pacts_to_verify, post_result, run_record
from contracts.release.publish import publish_pacts
from contracts.release.question import question

ENVIRONMENT = "production"


def rehearse(
    settings: Settings, domain: Domain, runs: Sequence[Verification], environ: Mapping[str, str]
) -> tuple[Decision, ...]:
    """Publish the pacts, post what the runs found out, deploy the consumer, and ask for each emitter's release.

    Args:
        runs: verifications of this working copy, against the pacts of its folder.
        environ: the process's variables, for the version's and the branch's name.

    Returns:
        A decision for each verified emitter that has an implemented pair.
    """
    from contracts.broker.embedded.inprocess import session_for

    with tempfile.TemporaryDirectory(prefix="contracts-rehearsal-") as folder:
        session = session_for(Path(folder) / "broker.sqlite")
        client = client_for(BrokerAccess(URL), session, "a throwaway broker")
        # The names matter to nobody but the reader: this broker is gone in a moment.
        identity = Identity(
            find_version(None, environ, settings.root) or Found("working-copy", "default"),
            find_branch(None, environ, settings.root) or Found("main", "default"),
            None,
        )
        publish_pacts(settings, domain, identity, broker=lambda: client, refuse_stale=lambda *_: None)
        create_environment(client, ENVIRONMENT, display_name=None, production=True)
        consumer = Target(domain.registry.consumer.name, ENVIRONMENT)
        record_presence(client, domain, consumer, identity.version.value, kind="deployed")
        released = [run for run in runs if domain.registry.has_implemented(run.emitter)]
        return tuple(_decision(client, domain, run, identity) for run in released)


def _decision(client: BrokerClient, domain: Domain, run: Verification, identity: Identity) -> Decision:
    version, branch = identity.version.value, identity.branch.value
    posting = Posting(version, branch, __version__, domain.registry.digest, domain.contract_digest, "rehearsal")
    found = {result.pact.document.consumer: result for result in run.pacts}
    for pact in pacts_to_verify(client, run.emitter, PactRequest(identity.branch.value)):
        result = found.get(pact.document.consumer)
        if result is not None:
            post_result(client, _at_the_broker(result, pact), posting, run_record(run, posting))
    asked = question(domain.registry, run.emitter, identity.version.value, ENVIRONMENT)
    return release_decision(client, domain, asked)


def _at_the_broker(result: PactResult, pact: PactUnderTest) -> PactResult:
    """Return what is said of the folder's pact as said of the broker's, whose interactions have names of their own."""
    ids = {interaction.key: interaction.interaction_id for interaction in pact.document.interactions}
    return replace(
        result,
        pact=pact,
        interactions=tuple(replace(each, interaction_id=ids.get(each.key)) for each in result.interactions),
    )
