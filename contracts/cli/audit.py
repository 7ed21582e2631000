"""`contracts audit`: what emitters really sent, from recorded traffic."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.audit_options import AuditWishes, audit_options
from contracts.cli.options import leave, output_option, project
from contracts.cli.output import say, say_json, show
from contracts.cli.signals import told_of_interrupt
from contracts.errors import MisuseError

if TYPE_CHECKING:
    from contracts.model.audit import Audit

_STOPPING = "interrupted: what is known so far follows; interrupt again to end at once"


@click.command("audit", short_help="Judge recorded traffic: logs of what emitters really sent.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@audit_options
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes that judge; by default as many as there are processors, and this one alone for a short log.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep there what was judged: another run goes on from it, after an interrupt or with tomorrow's log.",
)
@click.option(
    "--spark",
    metavar="MASTER",
    help="Have the workers of this Spark master judge: local[4], spark://HOST:7077, yarn. Needs the extra spark.",
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one HTML page too."
)
@output_option("table", "json")
def command(
    paths: tuple[str, ...],
    wishes: AuditWishes,
    workers: int,
    state: Path | None,
    spark: str | None,
    html: Path | None,
    output: str,
) -> None:
    """Judge what emitters really sent, from files of recorded traffic.

    PATH is a file, a glob, an address that fsspec knows, or - for standard input: captures, or bare CloudEvents, one
    JSON object a line or in JSON arrays; as they are, gzip or zstd. For each pair it says how much was seen, from when
    to when, and which rule is broken where, with values shown only where the contract names the key and they are
    tokens. Exit 1 on a violation or a finding of an implemented pair, 2 where part of the input can't be read (the rest
    is judged), 3 where nothing was judged, 130 where it was interrupted: then it tells what it knows so far. Needs the
    extra audit.

    \b
    Examples:
      contracts audit captures.ndjson
      contracts audit '*.ndjson' --since 2026-01-01 --output json
      contracts audit captures.ndjson --fail-on event-schema --fail-on not-emitted
      contracts audit captures.ndjson --report-only --html traffic.html
    """
    from contracts.audit.inputs import STDIN, files_of
    from contracts.audit.judge import AuditJob
    from contracts.audit.run import Verdicts, Way, audit
    from contracts.project.named_emitters import refuse_unknown_emitter
    from contracts.provider.verify import local_pacts
    from contracts.report.progress import watched_audit

    settings, domain = project()
    if wishes.emitter is not None:
        refuse_unknown_emitter(domain, wishes.emitter)
    if paths.count(STDIN) > 1:
        raise MisuseError("standard input can be read once", next_step="say - once")
    names = list(domain.registry.emitters) if wishes.emitter is None else [wishes.emitter]
    job = AuditJob(
        domain=domain,
        pacts={name: local_pacts(settings, name) for name in names},
        today=datetime.now(UTC).date(),
        emitter=wishes.emitter,
        since=wishes.since,
        until=wishes.until,
        keep=wishes.keep,
    )
    files = files_of(paths)
    if spark is not None:
        _refuse_on_one_machine(files, workers, state)
    verdicts = Verdicts(wishes.fail_on, wishes.report_only)
    with (
        told_of_interrupt(lambda: say(_STOPPING, err=True)) as is_interrupted,
        watched_audit(stream=sys.stderr) as watch,
    ):
        way = Way(workers, state, is_interrupted, watch)
        if spark is None:
            found = audit(job, files, verdicts, way)
        else:
            from contracts.audit.spark import audit_on_spark

            found = audit_on_spark(job, files, verdicts, spark, way)
    if html is not None:
        _write_html(html, found)
    if output == "json":
        say_json(found.to_json())
    else:
        from contracts.report.audit import render_audit
        from contracts.report.look import look_at

        show(render_audit(found, look=look_at(sys.stdout)))
    leave(found.exit_code)


def _refuse_on_one_machine(files: tuple[str, ...], workers: int, state: Path | None) -> None:
    """Refuse what Spark's workers, which may be anywhere, can't do."""
    from contracts.audit.inputs import is_pipe

    if state is not None:
        raise MisuseError(
            "--state keeps on this machine what it has judged, and Spark's workers keep nothing between runs",
            next_step="leave out --state, or --spark",
        )
    if workers:
        raise MisuseError(
            "--workers counts processes of this machine, and how many workers Spark has its master says",
            next_step="leave out --workers, and name the master: --spark local[4]",
        )
    for file in files:
        if is_pipe(file):
            raise MisuseError(
                f"{'standard input' if file == '-' else file} is read once, from its begin, and Spark's workers each "
                "read a part",
                next_step="write it to a file or a bucket that every worker sees, and name that",
            )


def _write_html(file: Path, found: Audit) -> None:
    from contracts.files import write_whole
    from contracts.report.audit_page import render_audit_html

    write_whole(file, render_audit_html(found, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")))
    say(f"wrote {file}", err=True)
