"""Under which released version of the contract a run judges: a tag of its own repository, or a distribution."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.model.domain import Domain
from contracts.project.domain import load_domain
from contracts.project.released_contract import ReleasedContract, is_newer, released_contract, released_version
from contracts.project.settings import load_settings
from tests.project.checkouts import Checkout, make_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a committed repository of the consumer's."""
    made = make_checkout(tmp_path / "contract")
    made.project.put("consumer_tests/test_it.py", "# tests\n")
    made.commit()
    return made


def released(checkout: Checkout) -> ReleasedContract | str:
    """Return what the repository's contract is released as."""
    settings = load_settings(checkout.root)
    return released_contract(settings, load_domain(settings))


@pytest.mark.parametrize(
    ("tags", "version"),
    [
        (("v1.4.0",), "1.4.0"),
        (("1.4",), "1.4"),
        (("contract-1.4.0",), "1.4.0"),
        (("contract/v2.0.0rc1",), "2.0.0rc1"),
        (("v1.9.0", "v1.10.0", "latest"), "1.10.0"),
    ],
)
def test_a_tag_of_a_version_releases_a_clean_checkout(checkout: Checkout, tags: tuple[str, ...], version: str) -> None:
    """With or without a prefix; of several the newest, as versions are compared and not texts."""
    for tag in tags:
        checkout.git("tag", tag)
    found = released(checkout)
    assert isinstance(found, ReleasedContract)
    assert found.version == version
    assert found.source.startswith("the tag ")


@pytest.mark.parametrize("tag", ["release-of-may", "v1.4.0.dev3", "2026", "nightly"])
def test_another_tag_releases_nothing(checkout: Checkout, tag: str) -> None:
    """A name, a developer's version and a single number are no released version."""
    checkout.git("tag", tag)
    assert "no tag of a version is on " in str(released(checkout))


def test_what_differs_from_the_tag_is_not_released(checkout: Checkout) -> None:
    """A registry that was changed since, and a commit further on."""
    checkout.git("tag", "v1.0.0")
    checkout.project.put("emitters.toml", (checkout.root / "emitters.toml").read_text() + "\n# changed\n")
    assert "isn't what" in str(released(checkout))
    checkout.commit()
    assert "no tag of a version" in str(released(checkout))
    settings = load_settings(checkout.root)
    assert released_version(settings, load_domain(settings)) is None


def test_a_tag_of_an_emitters_repository_is_not_the_contracts(tmp_path: Path) -> None:
    """It holds a copy of the registry, and neither consumer tests nor pacts."""
    emitter = make_checkout(tmp_path / "plugin")
    emitter.git("tag", "v3.2.0")
    assert "its tags aren't the contract's" in str(released(emitter))
    emitter.project.put("pacts/one.json", "{}")
    emitter.commit()
    emitter.git("tag", "v3.3.0")
    assert isinstance(released(emitter), ReleasedContract)


def test_a_registry_from_elsewhere_is_released_by_no_tag_here(checkout: Checkout, tmp_path: Path) -> None:
    """Settings that name a file outside of the checkout say nothing of its version."""
    checkout.git("tag", "v1.0.0")
    other = tmp_path / "emitters.toml"
    other.write_text((checkout.root / "emitters.toml").read_text(), encoding="utf-8")
    settings = load_settings(checkout.root)
    domain = load_domain(replace(settings, registry=other))
    assert "lies outside of the checkout" in str(released_contract(replace(settings, registry=other), domain))


def install(site: Path, version: str, origin: str | None = None) -> None:
    """Lay a contract package into a folder as pip does."""
    package = site / "acme_contract"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "emitters.toml").write_text("", encoding="utf-8")
    info = site / f"acme_contract-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme-contract\nVersion: {version}\n")
    (info / "RECORD").write_text("acme_contract/__init__.py,,\nacme_contract/emitters.toml,,\n")
    if origin is not None:
        (info / "direct_url.json").write_text(origin)


@pytest.mark.parametrize(
    ("version", "origin", "found"),
    [
        ("1.4.0", None, "1.4.0"),
        ("1.4.0", '{"url": "file:///x", "dir_info": {}}', "1.4.0"),
        ("1.4.0", '{"url": "file:///x", "dir_info": {"editable": true}}', None),
        ("1.5.dev3", None, None),
        ("current", None, None),
    ],
)
def test_an_installed_distribution_is_a_released_version(
    checkout: Checkout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    origin: str | None,
    found: str | None,
) -> None:
    """Unless it is editable, a developer's version, or no version at all; the registry has to be its own."""
    site = tmp_path / "site"
    install(site, version, origin)
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(__import__("sys").modules, "acme_contract", raising=False)
    settings = load_settings(checkout.root)
    bundled = load_domain(settings)
    own = Domain("acme_contract", bundled.catalogue, bundled.registry, site / "acme_contract" / "emitters.toml")
    assert released_version(settings, own) == found
    other = Domain("acme_contract", bundled.catalogue, bundled.registry, bundled.registry_file)
    assert released_version(settings, other) is None


def test_versions_are_compared_as_versions() -> None:
    """1.10 is newer than 1.9, and a version than its candidates."""
    assert is_newer("1.10.0", "1.9.0")
    assert is_newer("2.0.0", "2.0.0rc1")
    assert not is_newer("1.0", "1.0.0")
