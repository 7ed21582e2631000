"""Every rule that captures can show has a folder: captures that break it, and near misses that don't."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.emitters import open_driver
from contracts.errors import ExitCode
from contracts.model.rules import RULES, Severity
from tests.verification.support import rules_of, run

FOLDERS = Path(__file__).with_name("rules")
NOT_BY_CAPTURES = {
    "pact-mismatch": "test_pacts.py",
    "stale-pact": "test_pacts.py",
    "no-expectation": "test_verdicts.py",
    "driver-error": "test_verdicts.py",
    "engines-disagree": "test_second_opinion.py",
}
"""Rules that need another pact or driver, with the file that tests them."""

EXITS = {
    Severity.FINDING: ExitCode.BROKEN,
    Severity.VIOLATION: ExitCode.BROKEN,
    Severity.ERROR: ExitCode.MISUSE,
    Severity.NOTE: ExitCode.HOLDS,
}


def test_every_rule_has_its_folder_or_its_test() -> None:
    """A new rule without one fails here."""
    assert {folder.name for folder in FOLDERS.iterdir()} | NOT_BY_CAPTURES.keys() == RULES.keys()
    for rule, file in NOT_BY_CAPTURES.items():
        assert rule in Path(__file__).with_name(file).read_text(encoding="utf-8")


def verified(folder: Path, name: str) -> tuple[dict[str, set[str]], ExitCode]:
    """Verify one file of a rule's folder, with the folder's registry if it has one."""
    registry = next((f for f in (folder / f"{name}.toml", folder / "emitters.toml") if f.exists()), None)
    driver = open_driver({"captures": str(folder / f"{name}.ndjson")})
    result = run(driver.observe(()), registry=registry)
    return rules_of(result), result.exit_code


@pytest.mark.parametrize("folder", sorted(FOLDERS.iterdir()), ids=lambda folder: folder.name)
def test_a_case_breaks_the_rule_and_a_near_miss_doesnt(folder: Path) -> None:
    """The rule is reported under its name and in its severity's group, with its exit code."""
    rule = RULES[folder.name]
    found, exit_code = verified(folder, "breaks")
    assert rule.id in found[rule.severity.value]
    assert exit_code is EXITS[rule.severity]
    missed, exit_code = verified(folder, "near_miss")
    assert all(rule.id not in group for group in missed.values())
    assert exit_code is ExitCode.HOLDS
