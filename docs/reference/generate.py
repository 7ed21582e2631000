"""Writes the pages of the reference that follow from the code: `python -m docs.reference.generate`.

With `--check` nothing is written, and the exit code is 1 where a page is not what it would be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path

import click

from contracts.broker.embedded.differences import MISSING_MEMBERS, MISSING_ROUTES, OTHERWISE
from contracts.cli.app import contracts
from contracts.model.rules import RULES, Severity
from docs.reference import types

FOLDER = Path(__file__).parent
MADE = "<!-- Made by `python -m docs.reference.generate`; edit the code, not this page. -->"
_SEVERITIES = {
    Severity.FINDING: ("Findings of a pair", "An implemented pair with a finding fails; a planned one stays pending."),
    Severity.VIOLATION: ("Violations of the run", "They fail the run, whatever the status of any pair."),
    Severity.ERROR: ("Errors of the harness", "No verdict could be given: exit 2, never hidden behind a pending pair."),
    Severity.NOTE: ("Notes", "Worth knowing; they change no verdict, no exit code and no posted result."),
}


def rules_page() -> str:
    """Return the page of the rules."""
    lines = ["# Rules", "", MADE, "", "What a verification judges by. `contracts explain RULE` says the same."]
    for severity, (title, meaning) in _SEVERITIES.items():
        lines += ["", f"## {title}", "", meaning, "", "| rule | protects | when it is broken | since |"]
        lines.append("| --- | --- | --- | --- |")
        lines += [
            f"| `{rule.id}` | {_cell(rule.purpose)} | {_cell(rule.next_step)} | {rule.since} |"
            for rule in RULES.values()
            if rule.severity is severity
        ]
    promised = [rule for rule in RULES.values() if rule.promise]
    lines += ["", f"{_and(f'`{rule.id}`' for rule in promised)} are findings where the registry promises"]
    lines += [f"{_and(f'`{rule.promise}`' for rule in promised)} for the pair, and notes elsewhere."]
    return "\n".join(lines) + "\n"


def _and(texts: Iterable[str]) -> str:
    return " and ".join(texts)


def commands_page() -> str:
    """Return the page of the commands, from their own help."""
    found = list(_commands(contracts, click.Context(contracts, info_name="contracts")))
    lines = ["# Commands", "", MADE, "", "As `contracts COMMAND --help` says. What the exit codes mean is"]
    lines += ["[a page of its own](exit-codes.md).", "", "| command | what it is for |", "| --- | --- |"]
    for command, context in found:
        anchor = context.command_path.replace(" ", "-")
        lines.append(f"| [`{context.command_path}`](#{anchor}) | {_cell(command.get_short_help_str(200))} |")
    for command, context in found:
        lines += ["", *_section(command, context)]
    return "\n".join(lines) + "\n"


def broker_differences_page() -> str:
    """Return the page of what the embedded broker hasn't got, or does otherwise than a real one."""
    lines = ["# The embedded broker and a real one", "", MADE, ""]
    lines += [
        "The embedded broker answers the official clients as Pact Broker 2.120.0 does. This is what it hasn't got, or"
    ]
    lines += ["does otherwise, and why; the tests that replay a real broker's answers find nothing else.", ""]
    lines += ["## Done otherwise", "", "| what | a real one | the embedded one | why |", "| --- | --- | --- | --- |"]
    lines += [f"| {_cell(row.what)} | {_cell(row.there)} | {_cell(row.here)} | {_cell(row.why)} |" for row in OTHERWISE]
    lines += ["", "## Addresses it hasn't got", "", "No command of this toolkit, verb of the official command or"]
    lines += ["verifier asks for them. Each is answered with 404 and the name of this page.", ""]
    lines += ["| address | why |", "| --- | --- |"]
    lines += [f"| `{row.path}` | {_cell(row.why)} |" for row in MISSING_ROUTES]
    lines += ["", "## Members its documents haven't got", "", "| document | member | why |", "| --- | --- | --- |"]
    lines += [f"| {row.document} | `{row.path}` | {_cell(row.why)} |" for row in MISSING_MEMBERS]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(name)
        below = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, below)
        else:
            yield command, below


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f"## {context.command_path}", "", "```text", f"{context.command_path} {usage}", "```")
    if not command.add_help_option:
        # A script of its own stands behind the command, and has the help.
        yield from ("", command.get_short_help_str(200), "", f"`{context.command_path} --help` lists its options.")
        return
    for paragraph in cleandoc((command.help or "").partition("\f")[0]).split("\n\n"):
        yield ""
        if paragraph.startswith("\b\n"):
            title, *rest = paragraph.removeprefix("\b\n").split("\n")
            yield from (title, "", "```sh", *(line.strip() for line in rest), "```")
        else:
            yield from paragraph.split("\n")
    records = [found for parameter in command.params if (found := parameter.get_help_record(context)) and found[1]]
    if records:
        yield from ("", "| option | what it does |", "| --- | --- |")
        yield from (f"| {_code(names)} | {_cell(text)} |" for names, text in records)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`".replace("|", "\\|")


def types_page() -> str:
    """Return the page of the types that an event's fields may have."""
    return "\n".join(["# Types of an event's fields", "", MADE, "", *types.types_page()]) + "\n"


PAGES = {
    "broker-differences.md": broker_differences_page,
    "commands.md": commands_page,
    "rules.md": rules_page,
    "types.md": types_page,
}
"""Each generated page and what makes it."""


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` compare them; return the exit code."""
    stale = []
    for name, page in PAGES.items():
        file, text = FOLDER / name, page()
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8", newline="\n")
    for name in stale:
        click.echo(f"{'stale' if '--check' in arguments else 'wrote'}: docs/reference/{name}")
    if stale and "--check" in arguments:
        click.echo("next: python -m docs.reference.generate")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
