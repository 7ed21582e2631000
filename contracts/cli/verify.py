"""`contracts verify`: does an emitter keep the contract?"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts import __version__
from contracts.cli.completions import emitters
from contracts.cli.driver_options import driver_options
from contracts.cli.options import leave, output_option, project, tell_ci
from contracts.cli.output import say, say_json, show
from contracts.cli.publication_options import BrokerWishes, publication_options
from contracts.errors import ContractsError, MisuseError

if TYPE_CHECKING:
    from contracts.model.domain import Domain
    from contracts.model.driver import Driver
    from contracts.model.pact import PactUnderTest
    from contracts.model.verdict import Verification
    from contracts.project.capture_times import CaptureTimes
    from contracts.project.published_version import ComparedVersion
    from contracts.project.settings import Settings
    from contracts.provider.verify import DriverOptions, Mode


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
    With --broker the pacts are those that the broker wants verified, and --publish posts one result a pact; where the
    version is a commit, working copy and captures have to be of it.

    \b
    Examples:
      contracts verify client-webinar-tracker-v2
      contracts verify client-webinar-tracker-v2 --captures captures.ndjson --output json
      contracts verify client-webinar-tracker-v2 --captures captures.ndjson --broker --publish --version 1.4.0
    """
    from contracts.project.named_emitters import refuse_unknown_emitter
    from contracts.provider.verify import Mode, local_pacts

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
    _write(run, domain, junit, sarif)
    _show(run, output)
    if failure is not None:
        say(f"error: {failure}", err=True)
    tell_ci(domain, [run])
    leave(run.exit_code)


@dataclass(frozen=True, slots=True)
class _Request:
    emitter: str
    options: DriverOptions
    mode: Mode
    pacts: Path | None


def _run(
    settings: Settings,
    domain: Domain,
    request: _Request,
    pacts: Sequence[PactUnderTest],
    through: Callable[[Driver], Driver] | None = None,
) -> Verification:
    from contracts.provider.verify import run_verification
    from contracts.report.progress import watch

    return run_verification(
        settings,
        domain,
        request.emitter,
        options=request.options,
        pacts=pacts,
        mode=request.mode,
        listen=lambda events, emitter: watch(events, emitter, stream=sys.stderr),
        through=through,
    )


def _with_broker(
    settings: Settings, domain: Domain, request: _Request, publication: BrokerWishes
) -> tuple[Verification, ContractsError | None]:
    from contracts.release.posting import pacts_to_verify, refuse_stand_in

    if request.pacts is not None:
        raise MisuseError("--pacts and --broker name two places for the pacts", next_step="leave one of the two out")
    if publication.publish and request.mode.report_only:
        # A look exits 0 whatever happens; a publication that failed must not be taken for done.
        raise MisuseError("--report-only publishes nothing", next_step="leave --publish or --report-only out")
    if publication.publish:
        refuse_stand_in(settings, request.emitter, request.options)
        return _published(settings, domain, request, publication)
    client, asked = publication.broker.open(settings), publication.asked(settings)
    return _run(settings, domain, request, pacts_to_verify(client, request.emitter, asked)), None


def _published(
    settings: Settings, domain: Domain, request: _Request, publication: BrokerWishes
) -> tuple[Verification, ContractsError | None]:
    from contracts.project.capture_times import CaptureTimes, timed
    from contracts.project.pacts import own_pacts
    from contracts.release.evidence.keeping import RunKeeper
    from contracts.release.evidence.shelf import Shelf
    from contracts.release.evidence.stored import store_of
    from contracts.release.posting import pacts_to_verify, post_results
    from contracts.release.unposted import record_version, with_unposted

    # What a result needs is asked for before anything is driven.
    posting, store = publication.posting(settings, domain, __version__), store_of(settings)
    compared = _compared(settings, domain, request, publication)
    client, asked, times = publication.broker.open(settings), publication.asked(settings), CaptureTimes()
    pacts = pacts_to_verify(client, request.emitter, asked)
    keeper = RunKeeper(domain, request.emitter, posting, wanted=publication.evidence)
    run = _run(settings, domain, request, pacts, lambda driver: timed(keeper.hearing(driver), times))
    try:
        remarks = _remarks(compared, times, publication)
    except MisuseError as error:
        return replace(run, failures=(*run.failures, error.exit_code)), error
    for remark in (*remarks, *compared.listing):
        say(f"note: {remark}", err=True)
    posting = replace(posting, remarks=remarks)
    run = with_unposted(client, run, asked, domain.registry, own_pacts(settings, [request.emitter]))
    record_version(client, run, posting)
    shelf = Shelf(keeper.kept, (request.emitter, posting.version), store)
    posted = post_results(client, run, posting, shelf)
    return posted.verification, posted.failure


def _compared(settings: Settings, domain: Domain, request: _Request, publication: BrokerWishes) -> ComparedVersion:
    from contracts.project.published_version import compare_version
    from contracts.project.version import require_version
    from contracts.provider.verify import captures_named

    version = require_version(publication.version, os.environ, settings.root)
    written = captures_named(settings, request.emitter, request.options)
    return compare_version(settings, domain, version, allow_dirty=publication.allow_dirty, leaving_out=written)


def _remarks(compared: ComparedVersion, times: CaptureTimes, publication: BrokerWishes) -> tuple[str, ...]:
    from contracts.project.capture_times import compare_captures

    found = compare_captures(
        compared, times, allow_old=publication.allow_old_captures, allow_dirty=publication.allow_dirty
    )
    return (*compared.remarks, *found)


def _write(run: Verification, domain: Domain, junit: Path | None, sarif: Path | None) -> None:
    from contracts.files import write_whole

    if junit is not None:
        from contracts.report.junit import render_junit

        write_whole(junit, render_junit([run]))
    if sarif is not None:
        from contracts.report.sarif import render_sarif

        write_whole(sarif, render_sarif([run], domain))


def _show(run: Verification, output: str) -> None:
    if output == "json":
        say_json(run.to_json())
        return
    from contracts.report.console import render_verification
    from contracts.report.look import look_at

    show(render_verification(run, look=look_at(sys.stdout)))
