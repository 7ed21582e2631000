"""Translations of a domain's texts: what isn't a table of texts is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contracts.documents.living import render_document
from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.project.translations import load_translations

ROOT = Path(__file__).parents[2]


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Domain:
    """A domain package of its own, without translations."""
    package = tmp_path / "spoken_domain"
    package.mkdir()
    (package / "__init__.py").write_text("from contracts.webinar import CATALOGUE\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "spoken_domain", raising=False)
    webinar = load_domain(load_settings(ROOT))
    return Domain("spoken_domain", webinar.catalogue, webinar.registry, webinar.registry_file)


def test_missing_file_leaves_the_originals(domain: Domain) -> None:
    """Without translations the texts stay in English, and each of them is named."""
    rendered = render_document(
        domain, "ru", load_translations(domain, "ru"), registry_file="emitters.toml", file="doc.md"
    )
    assert "A client has left a webinar's room." in rendered.untranslated
    assert "A client has left a webinar's room." in rendered.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[translations", "can't be read"),
        ("a = 1", "holds one table"),
        ("translations = 3", "holds one table"),
        ('[translations]\n"A" = 3', "no text"),
        ('[translations]\n"A" = " "', "no text"),
    ],
)
def test_bad_files_are_refused(domain: Domain, tmp_path: Path, content: str, said: str) -> None:
    """A file of translations that can't be used is named, not skipped."""
    (tmp_path / "spoken_domain" / "ru.toml").write_text(content)
    with pytest.raises(MisuseError, match=said) as caught:
        load_translations(domain, "ru")
    assert "ru.toml" in str(caught.value.where)
