"""`contracts capture`: write the pacts that the consumer tests expect, or check that they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from contracts.cli.options import leave, output_option, project, stale_pacts, tell_ci
from contracts.cli.output import say, say_json
from contracts.errors import ExitCode

if TYPE_CHECKING:
    from contracts.model.written_pacts import WrittenPacts


@click.command("capture", short_help="Write the pacts that the consumer tests expect.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a pact would change, and say how.")
@output_option("table", "json")
def command(check: bool, output: str) -> None:
    """Run the consumer tests and write the pacts that they expect.

    Only a full, green run writes, all files from scratch.

    \b
    Examples:
      contracts capture
      contracts capture --check
    """
    from contracts.consumer.pact_writing import write_pacts

    settings, domain = project()
    result = write_pacts(settings, domain, check=check, echo=lambda text: say(text, err=True))
    if output == "json":
        say_json(_document(result))
    else:
        for line in _lines(result):
            say(line)
    if check:
        tell_ci(domain, others=stale_pacts(result))
    leave(ExitCode.BROKEN if check and result.changes else ExitCode.HOLDS)


def _document(result: WrittenPacts) -> dict[str, Any]:
    return {
        "folder": str(result.folder),
        "expectations": result.expectations,
        "pacts": list(result.pacts),
        "unassigned": list(result.unassigned),
        "changes": [
            {"file": change.file, "change": change.how, "details": list(change.details)} for change in result.changes
        ],
        "optional": [{"event": one.event, "title": one.title, "path": one.path} for one in result.optional],
        "written": result.written,
        "success": result.written or not result.changes,
    }


def _lines(result: WrittenPacts) -> list[str]:
    from contracts.project.paths import shown

    lines = [f"expectations: {result.expectations}, pacts in {shown(result.folder)}: {len(result.pacts)}"]
    for change in result.changes:
        lines.append(f"{change.how}: {shown(result.folder / change.file)}")
        lines += [f"  {detail}" for detail in change.details]
    if result.unassigned:
        lines.append(f"in no pact, no emitter may state them: {', '.join(result.unassigned)}")
    for one in result.optional:
        said = "not in the pact: it may be absent; the handler is tried both ways"
        lines.append(f"{one.event}, {one.title}: {one.path}: {said}")
    if not result.changes:
        lines.append("the pacts hold what is expected")
    elif result.written:
        lines.append("written")
    else:
        lines.append("stale: run contracts capture and commit the pacts")
    return lines
