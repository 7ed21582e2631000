"""Drift on whole documents: each one in documents/ against the table of what it must come to."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from contracts.documents.drift.document import drift_of
from contracts.documents.living import render_document
from contracts.errors import ExitCode
from contracts.model.domain import Domain
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.project.translations import load_translations

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOCUMENTS = sorted(HERE.joinpath("documents").glob("*.md"))
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(HERE.joinpath("expected.toml").read_text(encoding="utf-8"))
TRACKER = "client-webinar-tracker-v2"
STATUSES = {
    "en": ("implemented", "planned, not implemented"),
    "ru": ("реализовано", "запланировано, не реализовано"),
}
EVENTS = {"en": "Canonical events and their data", "ru": "Канонические события и их данные"}


@pytest.fixture(scope="module")
def domain() -> Domain:
    """The project's own domain."""
    return load_domain(load_settings(HERE))


def test_table_and_documents_match() -> None:
    """Every document has a row in the table, and every row a document."""
    assert set(EXPECTED) == {document.name for document in DOCUMENTS}
    assert len(DOCUMENTS) >= 30


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_document(document: Path, domain: Domain) -> None:
    """A document's differences, and what isn't understood of it, are exactly those of the table, each at its line."""
    expected = EXPECTED[document.name]
    (found,), code = drift_of([document], domain)
    said = [f"{d.document.line}: {d.kind}, {d.emitter or '-'}, {d.event or '-'}" for d in found.differences]
    assert said == expected.get("differences", [])
    assert [one.line for one in found.unclear] == expected.get("unclear", [])
    assert [one.line for one in found.not_read] == expected.get("not_read", [])
    outcome = ExitCode.BROKEN if said or found.unclear else ExitCode.HOLDS
    assert code is (ExitCode.NOTHING if expected.get("nothing") else outcome)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_strict_holds_where_all_is_read(document: Path, domain: Domain) -> None:
    """With `strict`, a document holds only if it holds without and nothing of it is unread."""
    (found,), code = drift_of([document], domain)
    _, strict = drift_of([document], domain, strict=True)
    assert strict is (ExitCode.BROKEN if found.not_read else code)


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if "wrong" in path.name], ids=lambda path: path.name)
def test_a_contradiction_is_never_agreement(document: Path, domain: Domain) -> None:
    """A document that contradicts the registry doesn't hold, whatever words and structure it uses."""
    _, code = drift_of([document], domain)
    assert code is ExitCode.BROKEN


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if "right" in path.name], ids=lambda path: path.name)
def test_the_truth_holds(document: Path, domain: Domain) -> None:
    """A document that says what the registry says holds."""
    (found,), code = drift_of([document], domain)
    assert (found.differences, found.unclear, code) == ((), (), ExitCode.HOLDS)


PAGES = sorted([*ROOT.joinpath("docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_projects_pages_show_no_difference(page: Path, domain: Domain) -> None:
    """No page of the project is said to differ from the registry."""
    (found,), _ = drift_of([page], domain)
    assert found.differences == ()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_change_nothing(document: Path, line_end: str, domain: Domain, tmp_path: Path) -> None:
    """A document comes to the same, at the same lines, whatever ends its lines."""
    text = document.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\n", line_end)
    copy = tmp_path / document.name
    copy.write_bytes(text.encode())
    (before,), code = drift_of([document], domain)
    (after,), code_after = drift_of([copy], domain)
    assert code is code_after
    assert [(d.kind, d.document.line, d.event) for d in before.differences] == [
        (d.kind, d.document.line, d.event) for d in after.differences
    ]


def _rendered(domain: Domain, lang: str) -> str:
    return render_document(
        domain, lang, load_translations(domain, lang), registry_file="emitters.toml", file="doc.md"
    ).text


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_own_document_agrees(lang: str, domain: Domain, tmp_path: Path) -> None:
    """The project's own rendered document is read wholly, and nothing in it differs."""
    file = tmp_path / "emitters.md"
    file.write_text(_rendered(domain, lang), encoding="utf-8")
    (found,), code = drift_of([file], domain, strict=True)
    assert (found.differences, found.not_read) == ((), ())
    assert found.statements >= 2 * len(domain.catalogue.names)
    assert code is ExitCode.HOLDS


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("event", ["client_webinar_completed", "client_webinar_entered"])
def test_every_status_of_the_own_document_is_read(lang: str, event: str, domain: Domain, tmp_path: Path) -> None:
    """Wherever the rendered document says a pair's status, saying the other one is a difference at that line."""
    text = _rendered(domain, lang)
    done, planned = STATUSES[lang]
    old, new = (done, planned) if event.endswith("completed") else (planned, done)
    lines = text.splitlines()
    changed = 0
    for number, line in enumerate(lines, start=1):
        if f"| {old} |" in line and f"`{event}`" in line:
            file = tmp_path / f"{number}.md"
            edited = [*lines[: number - 1], line.replace(f"| {old} |", f"| {new} |"), *lines[number:]]
            file.write_text("\n".join(edited), encoding="utf-8")
            (found,), _ = drift_of([file], domain)
            assert [(d.kind, d.document.line, d.event) for d in found.differences] == [("status", number, event)]
            changed += 1
    assert changed == 2


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_event_removed_from_the_own_document(lang: str, domain: Domain, tmp_path: Path) -> None:
    """A pair that is missing from every listing of the document is a difference."""
    lines = _rendered(domain, lang).split(f"## {EVENTS[lang]}")[0].splitlines()
    kept = [line for line in lines if "client_webinar_entered" not in line]
    file = tmp_path / "emitters.md"
    file.write_text("\n".join(kept), encoding="utf-8")
    (found,), code = drift_of([file], domain)
    assert [(d.kind, d.event) for d in found.differences] == [("left-out", "client_webinar_entered")]
    assert code is ExitCode.BROKEN


def test_places_of_both_sides(domain: Domain) -> None:
    """A difference names the document's line and the registry's line of the status."""
    (found,), _ = drift_of([HERE / "documents" / "en-wrong-status.md"], domain)
    registry = domain.registry_file.read_text(encoding="utf-8").splitlines()
    document = HERE.joinpath("documents", "en-wrong-status.md").read_text(encoding="utf-8").splitlines()
    assert len(found.differences) == 2
    for difference in found.differences:
        assert f"`{difference.event}`" in document[(difference.document.line or 0) - 1]
        line = difference.registry.line or 0
        assert registry[line - 1].startswith("status = ")
        assert registry[line - 2].endswith(f".events.{difference.event}]")
