"""What was found as SARIF, which code scanning reads: GitHub's, and that of editors and other CI systems.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; what GitHub asks for beyond it,
GitHub Docs, "SARIF support for code scanning": each result has a place, and a fingerprint that is the same from run to
run.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from contracts import __version__
from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.rules import RULES
from contracts.model.verdict import Verification
from contracts.report.annotations import Annotation, Level, annotate, inside, registry_places
from contracts.report.ci import checkout

_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTICE: "note"}


def render_sarif(
    runs: Iterable[Verification], domain: Domain, *, others: Iterable[Annotation] = (), root: Path | None = None
) -> str:
    """Return what verifications and other checks found as one SARIF document.

    Args:
        runs: the verifications.
        domain: for the registry's lines.
        others: what other checks found.
        root: the checkout that places are relative to; without one, the CI's, else the current folder.
    """
    found = [*others, *annotate(runs, registry_places(domain))]
    results = list(_results(found, domain, root or checkout()))
    driver = {"name": "contracts", "version": __version__, "rules": [_rule(name) for name in _names(found)]}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _names(found: Iterable[Annotation]) -> list[str]:
    return list(dict.fromkeys(annotation.rule for annotation in found))


def _rule(name: str) -> dict[str, Any]:
    known = RULES.get(name)
    if known is None:
        return {"id": name}
    return {"id": name, "shortDescription": {"text": known.purpose}, "help": {"text": known.next_step}}


def _results(found: list[Annotation], domain: Domain, root: Path) -> Iterator[dict[str, Any]]:
    names = _names(found)
    seen: Counter[tuple[str, ...]] = Counter()
    # A registry from an installed package has no place in the checkout, but code scanning wants some file.
    elsewhere = inside(Where(str(domain.registry_file)), root, Path.cwd()) or Where(domain.registry_file.name)
    for annotation in found:
        number, seen[annotation.identity] = seen[annotation.identity], seen[annotation.identity] + 1
        where = inside(annotation.where, root, Path.cwd()) or replace(elsewhere, line=None)
        region = {"region": {"startLine": where.line}} if where.line else {}
        location = {"artifactLocation": {"uri": quote(where.file)}, **region}
        yield {
            "ruleId": annotation.rule,
            "ruleIndex": names.index(annotation.rule),
            "level": _LEVELS[annotation.level],
            "message": {"text": f"{annotation.title}: {annotation.message}"},
            "locations": [{"physicalLocation": location}],
            "partialFingerprints": {"contracts/v1": _fingerprint((*annotation.identity, str(number)))},
        }


def _fingerprint(parts: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
