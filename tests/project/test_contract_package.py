"""The contract comes from the package that the settings name, else the installed one, else it is the webinar's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from contracts.errors import MisuseError
from contracts.model.domain import Distribution
from contracts.project.contract_package import BUNDLED, contract_package
from contracts.project.domain import load_domain
from contracts.project.pacts import own_pacts, read_pacts
from contracts.project.settings import Settings
from contracts.provider.verify import UNKNOWN_TODAY, local_pacts
from tests.cli.process import ROOT, contracts
from tests.project.test_pacts import EMITTER, pact_text, put

SOURCE = ROOT / "tests" / "domains" / "tiny"


def install(site: Path, name: str, version: str, module: str, *, origin: str | None = None) -> Path:
    """Write what an installer writes of a contract package; returns the package's folder."""
    package = site / module
    for file in SOURCE.iterdir():
        if file.is_file():
            put(package / file.name, file.read_text(encoding="utf-8"))
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    put(info / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    put(info / "entry_points.txt", f"[contracts.domain]\n{module} = {module}\n")
    if origin is not None:
        put(info / "direct_url.json", origin)
    return package


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, on the path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project that names no contract."""
    return Settings(root=tmp_path / "project")


@pytest.fixture(autouse=True)
def _forget_what_was_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("parcels_")]:
        monkeypatch.delitem(sys.modules, name)


def test_without_another_it_is_the_webinars(settings: Settings) -> None:
    """Its version is the toolkit's, which brings it."""
    found = contract_package(settings)
    assert (found.module, found.distribution and found.distribution.name) == (BUNDLED, "webinar-contracts")


def test_the_installed_one_counts(site: Path, settings: Settings) -> None:
    """One that names its module as an entry point is found, and loaded."""
    install(site, "parcels-contract", "1.2.0", "parcels_one")
    domain = load_domain(settings)
    assert (domain.package, domain.told) == ("parcels_one", "parcels-contract 1.2.0")
    assert "parcel_weighed" in domain.catalogue


def test_of_several_the_setting_decides(site: Path, settings: Settings) -> None:
    """Without it an error lists them; with it each can be had, and one that isn't installed too."""
    install(site, "parcels-contract", "1.2.0", "parcels_one")
    install(site, "other-contract", "0.3", "parcels_two")
    with pytest.raises(MisuseError) as refused:
        contract_package(settings)
    assert "other-contract 0.3 (parcels_two), parcels-contract 1.2.0 (parcels_one)" in str(refused.value.what)
    for module, told in (
        ("parcels_one", "parcels-contract 1.2.0"),
        ("parcels_two", "other-contract 0.3"),
        ("tests.domains.tiny", "tests.domains.tiny of this checkout"),
    ):
        assert load_domain(Settings(root=settings.root, domain=module)).told == told


@pytest.mark.parametrize(
    ("origin", "editable"),
    [
        ('{"url": "file:///x", "dir_info": {"editable": true}}', True),
        ('{"url": "file:///x", "dir_info": {"editable": "true"}}', False),
        ('{"url": "file:///x", "dir_info": {}}', False),
        ('{"url": "https://x/a.whl", "archive_info": {}}', False),
        ("[1]", False),
        ("{", False),
    ],
)
def test_an_editable_installation_is_a_checkout(site: Path, settings: Settings, origin: str, editable: bool) -> None:
    """What its files hold isn't what was released under its version."""
    install(site, "parcels-contract", "1.2.0", "parcels_one", origin=origin)
    assert contract_package(settings).distribution == Distribution("parcels-contract", "1.2.0", editable)
    assert contract_package(settings).told.endswith(" (a checkout)") is editable


def test_its_pacts_are_read_where_the_project_has_none(site: Path, settings: Settings) -> None:
    """Two consumers' pacts come with it; what they read today isn't known, and of those it is said."""
    package = install(site, "parcels-contract", "1.2.0", "parcels_one")
    put(package / "_pacts/a.json", pact_text(consumer="desk"))
    put(package / "_pacts/planned/b.json", pact_text(consumer="counter"))
    put(package / "_pacts/other.json", pact_text(provider="somebody else"))
    put(settings.root / "pacts/c.json", pact_text(consumer="third"))
    found = local_pacts(settings, EMITTER)
    assert [(pact.document.consumer, pact.reasons) for pact in found] == [
        ("third", ()),
        ("desk", (UNKNOWN_TODAY,)),
        ("counter", (UNKNOWN_TODAY,)),
    ]
    assert [pact.document.source for pact in found[1:]] == [
        "parcels-contract 1.2.0: a.json",
        "parcels-contract 1.2.0: b.json",
    ]


def test_a_consumers_pact_from_two_places_is_an_error(site: Path, settings: Settings) -> None:
    """It names both; the same pact twice is one, and where the consumer's tests stand its own folder speaks."""
    package = install(site, "parcels-contract", "1.2.0", "parcels_one")
    put(package / "_pacts/a.json", pact_text(consumer="desk"))
    put(package / "_pacts/b.json", pact_text(consumer="counter"))
    put(settings.root / "pacts/a.json", pact_text(consumer="desk"))
    assert [pact.consumer for pact in read_pacts(settings, None, EMITTER)] == ["desk", "counter"]

    changed = json.loads(pact_text(consumer="counter"))
    changed["metadata"]["pactSpecification"]["version"] = "4.1"
    mine = put(settings.root / "pacts/mine.json", json.dumps(changed))
    with pytest.raises(MisuseError) as refused:
        read_pacts(settings, None, EMITTER)
    assert "counter has two different pacts" in refused.value.what
    assert "parcels-contract 1.2.0: b.json" in refused.value.what
    assert refused.value.where is not None
    assert refused.value.where.file.endswith("mine.json")
    assert [pact.consumer for pact in read_pacts(settings, mine, EMITTER)] == ["counter"]

    (settings.root / "consumer_tests").mkdir()
    own = read_pacts(settings, None, EMITTER)
    assert [Path(pact.source).name for pact in own if pact.consumer == "counter"] == ["mine.json"]


def test_an_own_folder_comes_before_it(site: Path, settings: Settings) -> None:
    """For what a consumer publishes, its own captured pacts count and those of the package don't."""
    package = install(site, "parcels-contract", "1.2.0", "parcels_one")
    put(package / "_pacts/a.json", pact_text(consumer="desk"))
    put(package / "_pacts/x.json", pact_text(provider="second-emitter", consumer="desk"))
    put(settings.root / "pacts/a.json", pact_text(consumer="desk"))
    found = own_pacts(settings, [EMITTER, "second-emitter"])
    assert [Path(pact.source).name for pact in found] == ["a.json", "parcels-contract 1.2.0: x.json"]


def test_every_command_says_which_contract_it_is(site: Path, tmp_path: Path) -> None:
    """Its version is asked for, and stands over what is verified; two that are installed are told by name."""
    install(site, "parcels-contract", "1.2.0", "parcels_one")
    here = tmp_path / "project"
    here.mkdir()
    path = {"PYTHONPATH": f"{ROOT}:{site}"}
    assert contracts("--version", cwd=here, env=path).text.splitlines()[1] == (
        "contract parcels-contract 1.2.0 (parcels_one)"
    )
    shown = contracts("verify", "scales", "--captures", "/dev/null", cwd=here, env=path)
    assert shown.text.startswith("scales, judged by parcels-contract 1.2.0\n"), shown
    install(site, "other-contract", "0.3", "parcels_two")
    assert "contract: not known: several contracts are installed" in contracts("--version", cwd=here, env=path).text
    refused = contracts("matrix", cwd=here, env=path)
    assert (refused.code, "other-contract 0.3" in refused.errors) == (2, True)


def test_a_project_with_a_registry_of_its_own_is_the_contract(site: Path, settings: Settings) -> None:
    """What a package brings belongs to another contract: it is read only where the project has nothing."""
    package = install(site, "parcels-contract", "1.2.0", "parcels_one")
    put(package / "_pacts/a.json", pact_text(consumer="desk"))
    put(package / "_pacts/b.json", pact_text(consumer="counter"))
    own = Settings(root=settings.root, registry=put(settings.root / "emitters.toml", ""))
    assert [pact.consumer for pact in read_pacts(own, None, EMITTER)] == ["desk", "counter"]
    put(settings.root / "pacts/a.json", pact_text(consumer="desk"))
    assert [pact.consumer for pact in read_pacts(own, None, EMITTER)] == ["desk"]
