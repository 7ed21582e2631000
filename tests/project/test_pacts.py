"""Pacts are read from what is named, else the project's folder, else the package's copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.errors import MisuseError
from contracts.project.pacts import read_pacts
from contracts.project.settings import Settings

EMITTER = "tiny-emitter"


def pact_text(provider: str = EMITTER, consumer: str = "tiny-service", version: str = "4.0") -> str:
    """Return a pact without interactions."""
    return json.dumps(
        {
            "consumer": {"name": consumer},
            "provider": {"name": provider},
            "interactions": [],
            "metadata": {"pactSpecification": {"version": version}},
        }
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a project without any."""
    return Settings(root=tmp_path)


def put(file: Path, text: str) -> Path:
    """Write `text` to `file`, and its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_projects_folder_is_read_with_what_is_planned(settings: Settings) -> None:
    """Pacts under planned/ are read too, and their place says which they are."""
    put(settings.root / "pacts/a.json", pact_text())
    put(settings.root / "pacts/planned/b.json", pact_text(consumer="other-service"))
    pacts = read_pacts(settings, None, EMITTER)
    assert [pact.consumer for pact in pacts] == ["tiny-service", "other-service"]
    assert [Path(pact.source).parent.name for pact in pacts] == ["pacts", "planned"]


def test_pacts_of_other_providers_are_left_alone(settings: Settings) -> None:
    """Another provider's pact is skipped, of whatever version it is."""
    put(settings.root / "pacts/a.json", pact_text())
    put(settings.root / "pacts/other.json", pact_text(provider="other", version="2.0"))
    assert [pact.provider for pact in read_pacts(settings, None, EMITTER)] == [EMITTER]


def test_a_named_file_or_folder_wins(settings: Settings, tmp_path: Path) -> None:
    """What --pacts names is read instead of the project's folder."""
    put(settings.root / "pacts/a.json", pact_text(consumer="not-this-one"))
    file = put(tmp_path / "elsewhere/a.json", pact_text())
    for named in (file, file.parent, str(file)):
        assert [pact.consumer for pact in read_pacts(settings, named, EMITTER)] == ["tiny-service"]


def test_the_settings_name_the_folder(tmp_path: Path) -> None:
    """The setting `pacts` is read instead of ./pacts."""
    put(tmp_path / "contract/a.json", pact_text())
    settings = Settings(root=tmp_path, pacts=tmp_path / "contract")
    assert len(read_pacts(settings, None, EMITTER)) == 1


@pytest.mark.parametrize("named", ["missing.json", "empty", "others"])
def test_a_named_place_without_the_pact_is_an_error(settings: Settings, tmp_path: Path, named: str) -> None:
    """Nothing is verified against a place that was meant to hold the pact and doesn't."""
    (tmp_path / "empty").mkdir()
    put(tmp_path / "others/a.json", pact_text(provider="other"))
    with pytest.raises(MisuseError) as refused:
        read_pacts(settings, tmp_path / named, EMITTER)
    assert refused.value.where is not None
    assert named in refused.value.where.file
    assert refused.value.next_step


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", pact_text(version="3.0")])
def test_what_is_no_v4_pact_is_an_error(settings: Settings, text: str) -> None:
    """A file of the folder that can't be read as a pact is named."""
    put(settings.root / "pacts/broken.json", text)
    with pytest.raises(MisuseError, match="pact") as refused:
        read_pacts(settings, None, EMITTER)
    assert "broken.json" in str(refused.value.where)


def test_a_pact_that_is_there_twice_is_an_error(settings: Settings) -> None:
    """A promoted emitter's pact moves; two copies would contradict each other."""
    put(settings.root / "pacts/a.json", pact_text())
    put(settings.root / "pacts/planned/a.json", pact_text())
    with pytest.raises(MisuseError, match="twice"):
        read_pacts(settings, None, EMITTER)


def test_an_unreadable_pact_is_an_error(settings: Settings) -> None:
    """A folder under a pact's name is said, not thrown."""
    (settings.root / "pacts/a.json").mkdir(parents=True)
    with pytest.raises(MisuseError, match="can't be read"):
        read_pacts(settings, None, EMITTER)


def test_an_emitter_that_nobody_knows_has_no_pacts(settings: Settings) -> None:
    """Without a folder of its own the project reads the package's copy, which has no such emitter."""
    assert read_pacts(settings, None, EMITTER) == ()
