"""The documents of a contract's repository beside the contract: those that are rendered from it, and hand-kept ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contracts.documents.committed import default_file, first_difference, path_in_project, registry_in_project
from contracts.documents.drift.document import DocumentDrift, drift_of
from contracts.documents.living import LANGUAGES, render_document
from contracts.errors import ExitCode, MisuseError, Where
from contracts.model.check import CheckedDocument, DocumentProblem
from contracts.model.domain import Domain
from contracts.project.kinds import is_own
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.project.translations import load_translations


def check_documents(settings: Settings, domain: Domain) -> tuple[CheckedDocument, ...]:
    """Compare the rendered documents that are committed, and the hand-kept ones that the settings name.

    Raises:
        MisuseError: a document can't be read, or isn't there.
    """
    return (*_rendered(settings, domain), *_kept_by_hand(settings, domain))


def _rendered(settings: Settings, domain: Domain) -> Iterator[CheckedDocument]:
    for lang, file in rendered_documents(settings, domain):
        yield _compared(settings, domain, lang, file)


def rendered_documents(settings: Settings, domain: Domain) -> Iterator[tuple[str, Path]]:
    """Yield the languages in which a contract's repository keeps the rendered document, each with its file."""
    for lang in LANGUAGES if is_own(settings, domain.registry_file) else ():
        file = default_file(settings, lang)
        if file.exists():
            yield lang, file


def rendering(settings: Settings, lang: str, file: Path) -> str:
    """Return the command that renders a document anew."""
    return f"contracts docs --lang {lang} --out {path_in_project(settings, file)}"


def _compared(settings: Settings, domain: Domain, lang: str, file: Path) -> CheckedDocument:
    rendered = render_document(
        domain,
        lang,
        load_translations(domain, lang),
        registry_file=registry_in_project(settings, domain),
        file=path_in_project(settings, file),
    )
    difference = first_difference(file, rendered.text, lang)
    if difference is None:
        return CheckedDocument("docs", shown(file), (), ExitCode.HOLDS)
    line, committed, now = difference
    problem = DocumentProblem(
        Where(shown(file), line),
        f"it says {committed!r}, and would say {now!r}",
        rendering(settings, lang, file),
    )
    return CheckedDocument("docs", shown(file), (problem,), ExitCode.BROKEN)


def _kept_by_hand(settings: Settings, domain: Domain) -> Iterator[CheckedDocument]:
    for name in settings.drift:
        file = settings.root / name
        if not file.is_file():
            raise MisuseError(
                f"there is no document {name!r}",
                where=settings.place_of("drift"),
                next_step="name documents that exist, relative to the settings' folder",
            )
        (found,), code = drift_of([Path(shown(file))], domain, words=settings.documents)
        yield CheckedDocument("drift", found.file, tuple(_problems(found)), code)


def _problems(found: DocumentDrift) -> Iterator[DocumentProblem]:
    for one in found.differences:
        yield DocumentProblem(one.document, one.message, "say what the registry says, or change the registry")
    for place in found.unclear:
        yield DocumentProblem(Where(found.file, place.line), place.message, place.next_step)
    if not found.statements:
        yield DocumentProblem(
            Where(found.file), "it says nothing of emitters that was read", "name one that lists emitters and events"
        )
