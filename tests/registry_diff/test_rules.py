"""Every rule on its own fixture: a change that falls under it, and a near miss that doesn't break anybody."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from contracts.registry_diff import CHANGES, Change, compare
from contracts.registry_diff.states import read_tree
from contracts.registry_diff.values import ContractState

HERE = Path(__file__).parent
CASES = sorted((HERE / "rules").glob("*/*.toml"))


@pytest.fixture(scope="module")
def before() -> ContractState:
    """The state before each change."""
    return read_tree(HERE / "base", "before", shown_under=HERE / "base")


def test_every_rule_has_its_fixture() -> None:
    """A breaking rule has as many near misses as cases that break, one of each at least; a safe one has its case."""
    assert {case.parent.name for case in CASES} == set(CHANGES)
    for rule in CHANGES.values():
        names = {case.stem for case in CASES if case.parent.name == rule.id}
        breaking = {name.removeprefix("breaks") for name in names if name.startswith("breaks")}
        missing = {name.removeprefix("near-miss") for name in names if name.startswith("near-miss")}
        assert (breaking, missing) == ((breaking, breaking) if rule.breaking else (set(), set()))
        assert breaking if rule.breaking else names == {"safe"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_rule(case: Path, before: ContractState, tmp_path: Path) -> None:
    """The change is found under its rule with those whom it breaks, and nothing else is."""
    fixture = tomllib.loads(case.read_text(encoding="utf-8"))
    root = tmp_path / "project"
    shutil.copytree(HERE / "base", root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".git").mkdir()
    for edit in fixture["edit"]:
        file = root / edit["file"]
        text = file.read_text(encoding="utf-8")
        assert edit["old"] in text
        file.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")
    changes = compare(before, read_tree(root, "after", shown_under=root))
    assert sorted(map(_line, changes)) == sorted(fixture["expected"])
    assert any(change.rule.id == case.parent.name for change in changes) is not case.stem.startswith("near-miss")
    for change in changes:
        assert (root / change.where.file).is_file()
        assert change.breaking is change.rule.breaking
    if case.stem == "near-miss":
        assert not any(change.breaking for change in changes)


def _line(change: Change) -> str:
    subject = f"{change.rule.id} {change.emitter or '-'} {change.event or '-'}"
    subject += f" {change.field}" if change.field else ""
    return subject + (f": {', '.join(change.breaks)}" if change.breaks else "")


def test_equal_states_have_no_change(before: ContractState) -> None:
    """A state compared with itself has no change."""
    assert compare(before, before) == ()


def test_without_pacts_the_consumer_expects_everything(tmp_path: Path) -> None:
    """A state without pacts can't say what the consumer reads, so it is taken to read all of it."""
    root = tmp_path / "project"
    shutil.copytree(HERE / "base", root, ignore=shutil.ignore_patterns("__pycache__", "pacts"))
    (root / ".git").mkdir()
    old = read_tree(root, "before", shown_under=root)
    registry = root / "orders" / "emitters.toml"
    pair = '[emitters.import.events.order_shipped]\nstatus = "planned"\n'
    registry.write_text(registry.read_text().replace(pair, ""))
    (change,) = compare(old, read_tree(root, "after", shown_under=root))
    assert (change.rule.id, change.breaks) == ("pair-removed", ("billing",))


def test_without_pacts_what_may_be_left_out_is_in_none(tmp_path: Path) -> None:
    """A pact that isn't at hand holds what is always there, so that alone can be refused by it."""
    root = tmp_path / "project"
    shutil.copytree(HERE / "base", root, ignore=shutil.ignore_patterns("__pycache__", "pacts"))
    (root / ".git").mkdir()
    old = read_tree(root, "before", shown_under=root)
    catalogue = root / "orders" / "__init__.py"
    text = catalogue.read_text().replace('Literal["gift", "sale"]', 'Literal["gift", "sale", "loan"]')
    catalogue.write_text(text.replace('Literal["a", "b"]', 'Literal["a", "b", "c"]'))
    assert sorted(map(_line, compare(old, read_tree(root, "after", shown_under=root)))) == [
        "values-loosened - order_placed data.payment.unread: billing",
        "values-widened - order_placed data.payment.voucher",
    ]


def test_where_nothing_is_said_messages_are_structured(tmp_path: Path, before: ContractState) -> None:
    """Saying so is no change, and leaving the table out takes back what it permitted."""
    root = tmp_path / "project"
    shutil.copytree(HERE / "base", root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".git").mkdir()
    registry = root / "orders" / "emitters.toml"
    text = registry.read_text()
    table = text[text.index("[messages]") : text.index("[emitters.shop]")]
    registry.write_text(text.replace(table, ""))
    silent = read_tree(root, "silent", shown_under=root)
    assert [change.detail for change in compare(before, silent)] == [
        "the mode binary is no longer permitted",
        "the extension traceparent is no longer permitted",
        "the extension tracestate is no longer permitted",
    ]
    registry.write_text(text.replace(table, '[messages]\nmodes = ["structured"]\n'))
    assert compare(silent, read_tree(root, "said", shown_under=root)) == ()
