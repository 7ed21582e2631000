"""`contracts verify`: does an emitter keep the contract?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from contracts import __version__
from contracts.cli.completions import emitters
from contracts.cli.driver_options import driver_options
from contracts.cli.options import echo_json, leave, output_option, project, tell_ci, write_file
from contracts.cli.publication_options import BrokerWishes, publication_options
from contracts.errors import ContractsError, MisuseError
from contracts.model.domain import Domain
from contracts.model.pact import PactUnderTest
from contracts.model.verdict import Verification
from contracts.project.named_emitters import refuse_unknown_emitter
from contracts.project.pacts import own_pacts
from contracts.project.settings import Settings
from contracts.provider.verify import (
    DriverOptions,
    Mode,
    driver_for,
    local_pacts,
    verification_events,
    verification_of,
)


@click.command(short_help="Verify what an emitter really sends.")
@click.argument("emitter", shell_complete=emitters)
@driver_options
@publication_options
@click.option("--pacts", type=click.Path(path_type=Path), metavar="DIR|FILE", help="Read the pacts from here.")
@click.option("--strict-pending", is_flag=True, help="A planned pair that is ready fails the run.")
@click.option("--report-only", is_flag=True, help="Show everything and exit 0: a first look at an existing emitter.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML here.")
@click.option("--sarif", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write SARIF here.")
@output_option()
def command(
    emitter: str,
    publication: BrokerWishes,
    pacts: Path | None,
    strict_pending: bool,
    report_only: bool,
    junit: Path | None,
    sarif: Path | None,
    output: str,
    **driver: Any,
) -> None:
    """Verify what EMITTER really sends against the registry and the pacts.

    Implemented pairs must pass; planned pairs stay pending; everything else that is emitted is a violation.
    With --broker the pacts are those that the broker wants verified, and --publish posts one result a pact.

    \b
    Examples:
      contracts verify client-webinar-tracker-v2
      contracts verify client-webinar-tracker-v2 --captures captures.ndjson --output json
      contracts verify client-webinar-tracker-v2 --captures captures.ndjson --broker --publish --version 1.4.0
    """
    settings, domain = project()
    refuse_unknown_emitter(domain, emitter)
    request = _Request(
        emitter=emitter,
        options={name.replace("_", "-"): value for name, value in driver.items() if value not in (None, (), False)},
        mode=Mode(strict_pending=strict_pending, report_only=report_only),
        pacts=pacts,
    )
    failure: ContractsError | None = None
    if publication.wanted:
        run, failure = _with_broker(settings, domain, request, publication)
    else:
        run = _run(settings, domain, request, local_pacts(settings, emitter, pacts))
    if junit is not None:
        from contracts.report.junit import render_junit

        write_file(junit, render_junit([run]))
    if sarif is not None:
        from contracts.report.sarif import render_sarif

        write_file(sarif, render_sarif([run], domain))
    _show(run, output)
    if failure is not None:
        click.echo(f"error: {failure}", err=True)
    tell_ci(domain, [run])
    leave(run.exit_code)


@dataclass(frozen=True, slots=True)
class _Request:
    emitter: str
    options: DriverOptions
    mode: Mode
    pacts: Path | None


def _run(settings: Settings, domain: Domain, request: _Request, pacts: Sequence[PactUnderTest]) -> Verification:
    from contracts.report.progress import watch

    driver = driver_for(settings, request.emitter, request.options)
    events = verification_events(domain, request.emitter, driver, pacts, request.mode)
    return verification_of(watch(events, request.emitter, stream=sys.stderr))


def _with_broker(
    settings: Settings, domain: Domain, request: _Request, publication: BrokerWishes
) -> tuple[Verification, ContractsError | None]:
    from contracts.release.posting import pacts_to_verify, post_results, refuse_stand_in
    from contracts.release.unposted import record_version, with_unposted

    if request.pacts is not None:
        raise MisuseError("--pacts and --broker name two places for the pacts", next_step="leave one of the two out")
    if publication.publish and request.mode.report_only:
        # A look exits 0 whatever happens; a publication that failed must not be taken for done.
        raise MisuseError("--report-only publishes nothing", next_step="leave --publish or --report-only out")
    if publication.publish:
        refuse_stand_in(settings, request.emitter, request.options)
    # What a result needs is asked for before anything is driven.
    posting = publication.posting(settings, __version__, domain.registry.digest) if publication.publish else None
    client = publication.broker.open(settings)
    asked = publication.asked(settings)
    run = _run(settings, domain, request, pacts_to_verify(client, request.emitter, asked))
    if posting is None:
        return run, None
    run = with_unposted(client, run, asked, domain.registry, own_pacts(settings, [request.emitter]))
    record_version(client, run, posting)
    posted = post_results(client, run, posting)
    return posted.verification, posted.failure


def _show(run: Verification, output: str) -> None:
    if output == "json":
        echo_json(run.to_json())
        return
    from contracts.report.console import render_verification
    from contracts.report.look import look_at

    click.echo(render_verification(run, look=look_at(sys.stdout)))
