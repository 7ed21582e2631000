"""Every rule has a folder: a case that breaks it, and a near miss that doesn't.

A case is `<name>.ndjson`, captures, or `<name>.py`, an emitter that is driven. Beside it may lie a registry
(`<name>.toml`, or `emitters.toml` for both), a pact (`<name>.json`, or `pact.json` for both), and what the second
opinion answers (`<name>.answers.json`).
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.emitters import open_driver
from contracts.errors import ExitCode
from contracts.model.driver import Driver
from contracts.model.pact import parse_pact
from contracts.model.rules import RULES, Severity
from contracts.model.verdict import Verification
from contracts.pact_core.verifier import Replayed
from contracts.verification.job import Replay
from tests.verification.support import agrees, pact, rules_of, run_driver

FOLDERS = Path(__file__).with_name("rules")

EXITS = {
    Severity.FINDING: ExitCode.BROKEN,
    Severity.VIOLATION: ExitCode.BROKEN,
    Severity.ERROR: ExitCode.MISUSE,
    Severity.NOTE: ExitCode.HOLDS,
}


def test_every_rule_has_its_folder() -> None:
    """A new rule without one fails here."""
    assert {folder.name for folder in FOLDERS.iterdir()} == RULES.keys()


def verified(folder: Path, name: str) -> Verification:
    """Verify one case of a rule's folder."""
    registry = _first(folder, f"{name}.toml", "emitters.toml")
    document = _first(folder, f"{name}.json", "pact.json")
    answers = _first(folder, f"{name}.answers.json")
    return run_driver(
        _driver(folder, name),
        registry=registry,
        pacts=[parse_pact(document.read_bytes(), source=document.name) if document else pact()],
        replay=_answering(json.loads(answers.read_text(encoding="utf-8"))) if answers else agrees,
    )


def _first(folder: Path, *names: str) -> Path | None:
    return next((folder / name for name in names if (folder / name).exists()), None)


def _answering(answers: Sequence[bool]) -> Replay:
    def replay(_: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
        assert len(cases) == len(answers)
        return tuple(answers)

    return replay


def _driver(folder: Path, name: str) -> Driver:
    captures = folder / f"{name}.ndjson"
    if captures.exists():
        return open_driver({"captures": str(captures)})
    module = f"rule_{folder.name.replace('-', '_')}_{name}"
    spec = importlib.util.spec_from_file_location(module, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    sys.modules[module] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[module])
    return open_driver({"python": f"{module}:emit"})


@pytest.mark.parametrize("folder", sorted(FOLDERS.iterdir()), ids=lambda folder: folder.name)
def test_a_case_breaks_the_rule_and_a_near_miss_doesnt(folder: Path) -> None:
    """The rule is reported under its name and in its severity's group, with its exit code."""
    rule = RULES[folder.name]
    broken = verified(folder, "breaks")
    assert rule.id in rules_of(broken)[rule.severity.value]
    assert broken.exit_code is EXITS[rule.severity]
    missed = verified(folder, "near_miss")
    assert all(rule.id not in group for group in rules_of(missed).values())
    assert missed.exit_code is ExitCode.HOLDS
