"""`contracts lint`: is the contract itself sound?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from contracts.cli.options import leave, output_option, project, tell_ci
from contracts.cli.output import say, say_json
from contracts.errors import ExitCode
from contracts.model.lint_finding import LintFinding
from contracts.model.printable import counted
from contracts.project.lint import lint

if TYPE_CHECKING:
    from contracts.report.annotations import Annotation


@click.command(short_help="Check the registry and the canonical events.")
@output_option()
def command(output: str) -> None:
    """Check the registry and the catalogue of canonical events.

    An invalid registry exits 2; a canonical event that is no closed statement of a fact exits 1.

    \b
    Example:
      contracts lint
    """
    _, domain = project()
    findings = lint(domain)
    if output == "json":
        say_json(
            {
                "success": not findings,
                "registry": domain.registry.digest,
                "contract": domain.contract_digest,
                "judged_by": domain.told,
                "findings": [finding.to_json() for finding in findings],
            }
        )
    else:
        for finding in findings:
            say(f"{finding.where or domain.package}: {finding.rule}: {finding.message}")
            say(f"  next: {finding.next_step}")
        events = counted(len(domain.catalogue.names), "canonical event")
        pairs = counted(len(list(domain.registry.pairs())), "pair")
        say(f"lint: {events}, {pairs}, {counted(len(findings), 'finding')}")
    tell_ci(domain, others=_annotations(findings))
    leave(ExitCode.BROKEN if findings else ExitCode.HOLDS)


def _annotations(findings: tuple[LintFinding, ...]) -> tuple[Annotation, ...]:
    from contracts.report.annotations import complaint

    return tuple(complaint(found.rule, found.message, found.where, found.next_step) for found in findings)
