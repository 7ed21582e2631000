"""Publishing the project's pacts under a consumer version, with a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from contracts.broker.client import BrokerClient
from contracts.broker.publishing import PactPublication, publish
from contracts.broker.versions import put_on_branch
from contracts.errors import BrokenContractError, MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.identity import Identity
from contracts.model.pact import PactDocument, parse_pact
from contracts.model.publication import PublishedPact, Receipt
from contracts.project.pacts import PLANNED, pacts_folder
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.project.version import find_build_url, require_branch, require_version


def identify(
    environ: Mapping[str, str], folder: Path, *, version: str | None, branch: str | None, build_url: str | None
) -> Identity:
    """Return under what to publish.

    Raises:
        MisuseError: no version or no branch is known, or the build's address is no URL.
    """
    return Identity(
        require_version(version, environ, folder),
        require_branch(branch, environ, folder),
        find_build_url(build_url, environ),
    )


def publish_pacts(
    settings: Settings,
    domain: Domain,
    identity: Identity,
    *,
    broker: Callable[[], BrokerClient],
    refuse_stale: Callable[[Settings, Domain], None],
    dry_run: bool = False,
) -> Receipt:
    """Publish the pacts of the project's folder, not those under `planned/`.

    Args:
        broker: returns the client; asked for once everything local is in order.
        refuse_stale: raises where the pacts aren't what the expectations and the registry say.
        dry_run: everything is checked, nothing is sent.

    Raises:
        MisuseError: there is no pact, or one can't be read or is another consumer's.
        BrokenContractError: the pacts are stale, one is of an emitter that isn't permitted, or the version is
            published with other content.
        BrokerError: the broker can't be reached, refused, or didn't confirm.
    """
    folder = pacts_folder(settings)
    pacts = tuple(_read(file, domain) for file in sorted(folder.glob("*.json")))
    planned = tuple(shown(file) for file in sorted((folder / PLANNED).glob("*.json")))
    if not pacts and not planned:
        raise MisuseError(
            "there is no pact to publish", where=Where(shown(folder)), next_step="capture them: contracts capture"
        )
    refuse_stale(settings, domain)
    client = broker()
    receipt = Receipt(
        broker=client.name,
        consumer=domain.registry.consumer.name,
        identity=identity,
        files=tuple(pact.source for pact in pacts),
        planned=planned,
        dry_run=dry_run,
    )
    return receipt if dry_run else replace(receipt, pacts=_published(client, receipt, pacts))


def _published(client: BrokerClient, receipt: Receipt, pacts: tuple[PactDocument, ...]) -> tuple[PublishedPact, ...]:
    version, branch, build = receipt.identity.version, receipt.identity.branch, receipt.identity.build_url
    if not pacts:
        # Where everything is planned, the version alone becomes known, so that its deployment can be recorded.
        put_on_branch(client, receipt.consumer, version.value, branch.value)
        return ()
    build_url = build.value if build else None
    return publish(client, PactPublication(receipt.consumer, version.value, branch.value, pacts, build_url))


def _read(file: Path, domain: Domain) -> PactDocument:
    try:
        text = file.read_bytes()
    except OSError as error:
        raise MisuseError(
            f"the pact can't be read: {error.strerror}", where=Where(shown(file)), next_step="make it readable"
        ) from None
    pact = parse_pact(text, source=shown(file))
    registry = domain.registry
    if pact.consumer != registry.consumer.name:
        raise MisuseError(
            f"this is a pact of {pact.consumer}, and the registry's consumer is {registry.consumer.name}",
            where=Where(pact.source),
            next_step="publish other consumers' pacts from their own projects",
        )
    if pact.provider not in registry.emitters:
        raise BrokenContractError(
            f"{pact.provider} is no emitter of the registry",
            where=Where(pact.source),
            next_step="capture the pacts again: contracts capture",
        )
    return pact


def refuse_stale(settings: Settings, domain: Domain, echo: Callable[[str], None]) -> None:
    """Run the consumer tests and compare the pacts with what they expect.

    Args:
        echo: is handed the output of tests that fail.

    Raises:
        BrokenContractError: a pact isn't what the tests and the registry say, or a test failed.
        MisuseError: there are no consumer tests.
        HarnessError: the tests couldn't run.
    """
    from contracts.consumer.pact_writing import write_pacts

    found = write_pacts(settings, domain, check=True, echo=echo).changes
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise BrokenContractError(
            f"the pacts are stale: this one would be {found[0].how}{more}",
            where=Where(shown(pacts_folder(settings) / found[0].file)),
            next_step="run contracts capture, commit the pacts, then publish",
        )
