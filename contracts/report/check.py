"""The check of a whole project, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.model.check import Check, CheckedDocument
from contracts.model.domain import Domain
from contracts.model.printable import counted
from contracts.model.written_pacts import WrittenPacts
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
    if not result.kinds:
        yield "there is nothing to check here: no contract, no consumer tests and no emitter are this repository's"
        yield f"  next: {_NOTHING}"
    yield from _contract(domain, result)
    yield from _capture(result.pacts, folder)
    for run in result.runs:
        yield from ("", render_verification(run, look=look))
    if not result.runs:
        yield "no emitter is verified here; what follows is no yes for any pair"
    for emitter in result.unreached:
        yield f"not verified: {emitter}; name a driver under [tool.contracts.emitters.{emitter}]"
    yield from ("", render_matrix(build_matrix(domain.registry, domain.catalogue, result.runs), look=look), "")
    if not result.releases:
        yield "release: not asked; it takes captured pacts and a verified emitter with an implemented pair"
    for decision in result.releases:
        # What comes next on a throwaway broker is nobody's business.
        yield from decision_lines(decision)[:-1]


_NOTHING = "name a domain of your own, the consumer tests or an emitter in the settings"


def _contract(domain: Domain, result: Check) -> Iterator[str]:
    for finding in result.lint or ():
        yield f"lint: {finding.where or domain.package}: {finding.rule}: {finding.message}"
    if result.lint is not None:
        yield f"lint: {counted(len(result.lint), 'finding')}"
    for document in result.documents:
        for problem in document.problems:
            yield f"{document.command}: {problem.where}: {problem.message}"
            yield f"  next: {problem.next_step}"
        if not document.problems:
            yield f"{document.command}: {document.file}: up to date"
    compared = {document.command for document in result.documents}
    for command, missing in _MISSING.items() if result.contract else ():
        if command not in compared:
            yield f"{command}: {missing}"


_MISSING = {
    "docs": "no emitters document is committed; to have one: contracts docs --lang en --out docs/emitters.en.md",
    "drift": 'no hand-kept document is named; drift = ["…"] in the settings names them',
}
"""What a contract's repository may have and hasn't, by the command that would compare it."""


def _capture(pacts: WrittenPacts | None, folder: str) -> Iterator[str]:
    if pacts is None:
        return
    for change in pacts.changes:
        yield f"capture: {change.how}: {folder}/{change.file}"
    stale = "stale: run contracts capture and commit the pacts" if pacts.changes else "up to date"
    yield f"capture: {counted(pacts.expectations, 'expectation')}, {counted(len(pacts.pacts), 'pact')}, {stale}"


def check_json(domain: Domain, result: Check) -> dict[str, Any]:
    """Return what a check came to in the promised JSON shape."""
    return {
        "success": result.exit_code == 0,
        "kinds": list(result.kinds),
        "lint": [finding.to_json() for finding in result.lint or ()],
        "documents": [_document(document) for document in result.documents],
        "capture": {
            "expectations": result.pacts.expectations if result.pacts else 0,
            "changes": [
                {"file": change.file, "change": change.how} for change in (result.pacts.changes if result.pacts else ())
            ],
        },
        "emitters_verified": [run.emitter for run in result.runs],
        "verifications": [run.to_json() for run in result.runs],
        "unreached": list(result.unreached),
        "releases": [decision.to_json() for decision in result.releases],
        "matrix": matrix_json(build_matrix(domain.registry, domain.catalogue, result.runs)),
    }


def _document(document: CheckedDocument) -> dict[str, Any]:
    problems = [
        {"where": problem.where.to_json(), "message": problem.message, "next": problem.next_step}
        for problem in document.problems
    ]
    holds = document.exit_code == 0
    return {"command": document.command, "file": document.file, "success": holds, "problems": problems}
