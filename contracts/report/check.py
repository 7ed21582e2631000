"""The check of a whole project, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.model.check import Check
from contracts.model.domain import Domain
from contracts.model.printable import counted
from contracts.report.console import render_verification
from contracts.report.look import PLAIN, Look
from contracts.report.pair_matrix import build_matrix, matrix_json, render_matrix
from contracts.report.releases import decision_lines


def render_check(domain: Domain, result: Check, *, folder: str, look: Look = PLAIN) -> str:
    """Return what a check came to, without the last line end.

    Args:
        folder: the folder of the pacts, as people read it.
        look: plain text, or tables for a terminal.
    """
    return "\n".join(_lines(domain, result, folder, look))


def _lines(domain: Domain, result: Check, folder: str, look: Look) -> Iterator[str]:
    for finding in result.lint:
        yield f"lint: {finding.where or domain.package}: {finding.rule}: {finding.message}"
    yield f"lint: {counted(len(result.lint), 'finding')}"
    for change in result.pacts.changes:
        yield f"capture: {change.how}: {folder}/{change.file}"
    stale = "stale: run contracts capture and commit the pacts" if result.pacts.changes else "up to date"
    counts = f"{counted(result.pacts.expectations, 'expectation')}, {counted(len(result.pacts.pacts), 'pact')}"
    yield f"capture: {counts}, {stale}"
    for run in result.runs:
        yield from ("", render_verification(run, look=look))
    for emitter in result.unreached:
        yield f"not verified: {emitter}; name a driver under [tool.contracts.emitters.{emitter}]"
    yield from ("", render_matrix(build_matrix(domain.registry, domain.catalogue, result.runs), look=look), "")
    if not result.releases:
        yield "release: not asked; it takes captured pacts and a verified emitter with an implemented pair"
    for decision in result.releases:
        # What comes next on a throwaway broker is nobody's business.
        yield from decision_lines(decision)[:-1]


def check_json(domain: Domain, result: Check) -> dict[str, Any]:
    """Return what a check came to in the promised JSON shape."""
    return {
        "success": result.exit_code == 0,
        "lint": [finding.to_json() for finding in result.lint],
        "capture": {
            "expectations": result.pacts.expectations,
            "changes": [{"file": change.file, "change": change.how} for change in result.pacts.changes],
        },
        "verifications": [run.to_json() for run in result.runs],
        "unreached": list(result.unreached),
        "releases": [decision.to_json() for decision in result.releases],
        "matrix": matrix_json(build_matrix(domain.registry, domain.catalogue, result.runs)),
    }
