"""The options of `contracts verify` that concern a broker, handed over as one value."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from contracts.cli.broker_options import BrokerOption, allow_dirty_option, broker_timeout_option, known_branch
from contracts.errors import MisuseError
from contracts.model import strict_json

if TYPE_CHECKING:
    from contracts.model.domain import Domain
    from contracts.model.posting import Posting
    from contracts.project.settings import Settings
    from contracts.release.posting import PactRequest


@dataclass(frozen=True, slots=True)
class BrokerWishes:
    """What the command line says of the broker that the pacts come from and the results go to.

    Attributes:
        wanted: the pacts come from a broker.
        publish: the results go there.
        broker: which one it is.
        allow_dirty: the working copy may differ from the commit under which the results are posted.
        allow_old_captures: the captures may be of another commit.
        evidence: what the emitter sends is kept with the results.
    """

    wanted: bool
    publish: bool
    broker: BrokerOption
    allow_dirty: bool
    allow_old_captures: bool
    version: str | None
    branch: str | None
    build_url: str | None
    selectors: tuple[Mapping[str, Any], ...]
    wip_since: date | None
    consumer_versions: tuple[tuple[str, str], ...] = ()
    evidence: bool = True

    def asked(self, settings: Settings) -> PactRequest:
        """Return what is asked of the broker.

        Raises:
            MisuseError: work in progress is asked for, and no branch is known.
        """
        from contracts.project.version import require_branch
        from contracts.release.posting import PactRequest

        if self.wip_since:
            # A broker judges work in progress by the emitter's branch, and gives none where none is said.
            require_branch(self.branch, os.environ, settings.root)
        return PactRequest(known_branch(settings, self.branch), self.selectors, self.wip_since, self.consumer_versions)

    def posting(self, settings: Settings, domain: Domain, toolkit: str) -> Posting:
        """Return what every posted result says of itself.

        Raises:
            MisuseError: no version or no branch is known.
        """
        from uuid import uuid4

        from contracts.model.posting import Posting
        from contracts.project.released_contract import released_version
        from contracts.project.version import find_build_url, require_branch, require_version

        build = find_build_url(self.build_url, os.environ)
        return Posting(
            version=require_version(self.version, os.environ, settings.root).value,
            branch=require_branch(self.branch, os.environ, settings.root).value,
            toolkit=toolkit,
            registry=domain.registry.digest,
            contract=domain.contract_digest,
            run=uuid4().hex,
            build_url=build.value if build else None,
            contract_version=released_version(settings, domain),
        )


def publication_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the broker's options to a command, handed over as one `publication`."""
    names = (
        *("broker", "publish", "broker_base_url", "embedded", "broker_timeout", "version", "branch", "build_url"),
        *("selector", "consumer_version", "allow_dirty", "allow_old_captures", "no_evidence"),
    )

    @click.option("--broker", is_flag=True, help="Verify the pacts that the broker wants verified.")
    @click.option("--publish", is_flag=True, help="Post one result a pact to the broker.")
    @click.option("-b", "--broker-base-url", metavar="URL", help="The broker; else PACT_BROKER_BASE_URL.")
    @click.option("--embedded", is_flag=True, help="Use the project's embedded broker, in a CI job too.")
    @broker_timeout_option
    @click.option("-a", "--version", metavar="VERSION", help="The emitter's version; else GIT_COMMIT, CI, git.")
    @click.option("--branch", metavar="BRANCH", help="The emitter's branch; else GIT_BRANCH, CI, git.")
    @click.option("--build-url", metavar="URL", help="The build's page; else what CI says.")
    @allow_dirty_option
    @click.option("--allow-old-captures", is_flag=True, help="Publish captures of another commit; it is said.")
    @click.option("--no-evidence", is_flag=True, help="Keep nothing of what was sent with the results.")
    @click.option("--selector", multiple=True, metavar="JSON", help="A consumer version selector; may be said again.")
    @click.option(
        "--consumer-version",
        multiple=True,
        metavar="NAME=VERSION",
        help="Verify this consumer version's pact too, whatever selects it; may be said again.",
    )
    @click.option("--wip-since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Include work in progress.")
    @functools.wraps(command)
    def with_publication(*arguments: Any, wip_since: datetime | None, **options: Any) -> None:
        said = {name: options.pop(name) for name in names}
        publication = BrokerWishes(
            wanted=said["broker"],
            publish=said["publish"],
            broker=BrokerOption(said["broker_base_url"], said["embedded"], said["broker_timeout"]),
            allow_dirty=said["allow_dirty"],
            allow_old_captures=said["allow_old_captures"],
            version=said["version"],
            branch=said["branch"],
            build_url=said["build_url"],
            selectors=tuple(_selector(text) for text in said["selector"]),
            wip_since=wip_since.date() if wip_since else None,
            consumer_versions=tuple(_consumer_version(text) for text in said["consumer_version"]),
            evidence=not said["no_evidence"],
        )
        _refuse_half(publication, said, wip_since)
        command(*arguments, publication=publication, **options)

    return with_publication


def _refuse_half(publication: BrokerWishes, said: Mapping[str, Any], wip_since: datetime | None) -> None:
    if publication.wanted:
        for name in ("allow_dirty", "allow_old_captures", "no_evidence"):
            if said[name] and not publication.publish:
                option = f"--{name.replace('_', '-')}"
                raise MisuseError(f"{option} goes with --publish", next_step="say --publish as well, or leave it out")
        return
    alone = [f"--{name.replace('_', '-')}" for name, value in said.items() if value and name != "broker"]
    alone += ["--wip-since"] if wip_since else []
    if alone:
        raise MisuseError(f"{alone[0]} goes with --broker", next_step="say --broker as well, or leave it out")


def _consumer_version(text: str) -> tuple[str, str]:
    consumer, equals, version = text.partition("=")
    if not (consumer and equals and version):
        raise MisuseError(f"--consumer-version {text}: it names no consumer and version", next_step="say NAME=VERSION")
    return consumer, version


def _selector(text: str) -> Mapping[str, Any]:
    try:
        selector = strict_json.decode(text)
    except strict_json.JsonRefusedError as error:
        raise MisuseError(
            f"--selector {error}", next_step="""say --selector '{"mainBranch": true}' for example"""
        ) from None
    if not isinstance(selector, dict):
        raise MisuseError(
            "--selector is no JSON object", next_step="""say --selector '{"deployed": true}' for example"""
        )
    return selector
