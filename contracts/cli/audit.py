"""`contracts audit`: what emitters really sent, from recorded traffic."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from contracts.cli.completions import emitters
from contracts.cli.options import leave, output_option, project
from contracts.cli.output import say, say_json, show
from contracts.cli.signals import told_of_interrupt
from contracts.errors import MisuseError

_STOPPING = "interrupted: what is known so far follows; interrupt again to end at once"


@click.command("audit", short_help="Judge recorded traffic: logs of what emitters really sent.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--emitter", metavar="NAME", shell_complete=emitters, help="Judge this emitter's events alone.")
@click.option("--since", metavar="TIME", help="Leave out what happened before: RFC 3339, or a day in UTC.")
@click.option("--until", metavar="TIME", help="Leave out what happened at this time or later, likewise.")
@click.option("--fail-on", metavar="RULE", multiple=True, help="Exit 1 for this rule alone. May be said several times.")
@click.option("--report-only", is_flag=True, help="Show everything and exit 0: a first look.")
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Places that are kept of each broken rule of a pair; all are counted.",
)
@output_option("table", "json")
def command(
    paths: tuple[str, ...],
    emitter: str | None,
    since: str | None,
    until: str | None,
    fail_on: tuple[str, ...],
    report_only: bool,
    max_findings: int,
    output: str,
) -> None:
    """Judge what emitters really sent, from files of recorded traffic.

    PATH is a file, a glob, or - for standard input: captures, or bare CloudEvents, one JSON object a line or in JSON
    arrays; as they are, gzip or zstd. For each pair it says how much was seen, from when to when, and which rule is
    broken where, with values shown only where the contract names the key and they are tokens. Exit 1 on a violation
    or a finding of an implemented pair, 2 where part of the input can't be read (the rest is judged), 3 where nothing
    was judged, 130 where it was interrupted: then it tells what it knows so far. Needs the extra audit.

    \b
    Examples:
      contracts audit captures.ndjson
      contracts audit '*.ndjson' --since 2026-01-01 --output json
      contracts audit captures.ndjson --fail-on event-schema --fail-on not-emitted
    """
    from contracts.audit.inputs import STDIN, files_of
    from contracts.audit.judge import AuditJob
    from contracts.audit.run import Verdicts, audit
    from contracts.project.named_emitters import refuse_unknown_emitter
    from contracts.provider.verify import local_pacts

    settings, domain = project()
    if emitter is not None:
        refuse_unknown_emitter(domain, emitter)
    _refuse_unknown_rules(fail_on)
    if paths.count(STDIN) > 1:
        raise MisuseError("standard input can be read once", next_step="say - once")
    names = [emitter] if emitter is not None else list(domain.registry.emitters)
    job = AuditJob(
        domain=domain,
        pacts={name: local_pacts(settings, name) for name in names},
        today=datetime.now(UTC).date(),
        emitter=emitter,
        since=_moment("--since", since),
        until=_moment("--until", until),
        keep=max_findings,
    )
    files = files_of(paths)
    with told_of_interrupt(lambda: say(_STOPPING, err=True)) as is_interrupted:
        found = audit(job, files, Verdicts(fail_on, report_only), is_interrupted)
    if output == "json":
        say_json(found.to_json())
    else:
        from contracts.report.audit import render_audit
        from contracts.report.look import look_at

        show(render_audit(found, look=look_at(sys.stdout)))
    leave(found.exit_code)


def _refuse_unknown_rules(rules: tuple[str, ...]) -> None:
    from contracts.model.names import did_you_mean
    from contracts.model.rules import RULES

    for rule in rules:
        if rule not in RULES:
            raise MisuseError(f"no rule is called {rule!r}{did_you_mean(rule, RULES)}", next_step="see contracts rules")


def _moment(option: str, text: str | None) -> datetime | None:
    from contracts.model.events import parse_rfc3339

    if text is None:
        return None
    try:
        return parse_rfc3339(text if len(text) > len("2026-01-31") else f"{text}T00:00:00Z")
    except ValueError:
        raise MisuseError(
            f"{option} {text!r} is no time", next_step="say a day, 2026-01-31, or a time, 2026-01-31T18:00:00Z"
        ) from None
