"""`contracts evidence`: what a version's run sent, as it was kept, printed or saved as captures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import emitters
from contracts.cli.options import leave, project
from contracts.cli.output import say
from contracts.errors import ExitCode, MisuseError
from contracts.files import write_whole
from contracts.model import next_steps
from contracts.project.named_emitters import refuse_unknown_emitter

if TYPE_CHECKING:
    from contracts.release.evidence.found import FoundRun


@click.command(short_help="Print or save what a version once sent.")
@click.argument("emitter", shell_complete=emitters)
@click.option("-a", "--version", metavar="VERSION", required=True, help="The emitter's version.")
@click.option("--run", "run_id", metavar="ID", help="Of several runs the one whose id begins so; else the latest.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save it here.")
@broker_options
def command(emitter: str, version: str, run_id: str | None, out: Path | None, broker: BrokerOption) -> None:
    """Print what a run of EMITTER's version sent, as captures: `contracts verify --captures` reads them.

    Held to its SHA-256 and to whose it is; its lines are those that contracts reverify names. Exit 3: nothing is kept,
    or not whole.

    \b
    Example:
      contracts evidence client-webinar-tracker-v2 --version 1.4.0 --out sent.ndjson
    """
    from contracts.release.evidence.found import runs_of
    from contracts.release.evidence.sealed import Unpacked
    from contracts.release.evidence.stored import store_of

    settings, domain = project()
    refuse_unknown_emitter(domain, emitter)
    runs = runs_of(broker.open(settings), emitter, version, store_of(settings))
    chosen = _chosen(runs, run_id)
    if chosen is None or not isinstance(chosen.evidence, Unpacked):
        why = chosen.evidence if chosen else "the broker knows no run of its own"
        say(f"error: there is no evidence of {emitter} {version}: {why}", err=True)
        say(f"  next: {next_steps.verify(emitter, version)}", err=True)
        leave(ExitCode.NOTHING)
        return
    for run in runs:
        if run is not chosen:
            say(f"note: there is another run too, {run.source.id} of {run.posted_at} (--run)", err=True)
    if out is None:
        # Whoever may post results may have written it: on a terminal it is shown, and acts nowhere.
        for line in chosen.evidence.captures.decode("utf-8", "replace").split("\n")[:-1]:
            say(line)
        return
    write_whole(out, chosen.evidence.captures)
    say(f"{out}: {chosen.evidence.emissions} emissions of run {chosen.source.id} of {chosen.posted_at}", err=True)


def _chosen(runs: Sequence[FoundRun], run_id: str | None) -> FoundRun | None:
    if run_id is None:
        return next(iter(runs), None)
    found = [run for run in runs if run.source.id.startswith(run_id)]
    if len(found) != 1:
        known = ", ".join(run.source.id for run in runs) or "none"
        raise MisuseError(f"--run {run_id}: {len(found)} runs have an id like this", next_step=f"the runs are {known}")
    return found[0]
