"""Changing a pair where the registry lies in a package: which one holds it, and the way through the repositories."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.cli.app import run
from contracts.project.domain import load_domain
from contracts.project.installed import Holder, holder_of
from contracts.project.kinds import Kinds, kinds_of
from contracts.project.settings import load_settings
from tests.cli.process import ROOT

PACKAGE = "installed_parcels"
Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment's folder with two distributions, `parcels-contract` 1.2.0 and a neighbour, each with a domain."""
    folder = tmp_path / "env" / "site-packages"
    for name, package in (("parcels-contract", PACKAGE), ("neighbour", f"{PACKAGE}_next")):
        shutil.copytree(ROOT / "tests/domains/tiny", folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        info = folder / f"{name.replace('-', '_')}-1.2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.0\n", encoding="utf-8")
        files = [str(file.relative_to(folder)) for file in (folder / package).iterdir()]
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files), encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        monkeypatch.delitem(sys.modules, name)
    return folder


@pytest.fixture
def project(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that takes its contract from the environment."""
    del site
    root = tmp_path / "project"
    root.mkdir()
    (root / ".git").mkdir()
    (root / "contracts.toml").write_text(f'domain = "{PACKAGE}"\n', encoding="utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """Run a command and return its exit code and what it printed."""

    def run_it(*words: str) -> tuple[int, str, str]:
        code = run(list(words))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run_it


def _from(site: Path, document: object) -> None:
    text = json.dumps(document)
    (site / "parcels_contract-1.2.0.dist-info" / "direct_url.json").write_text(text, encoding="utf-8")


def _steps(err: str) -> list[str]:
    lines = [line for line in err.splitlines() if line.startswith("  [ ] ")]
    assert [line.split()[2] for line in lines] == [f"{number}." for number in range(1, len(lines) + 1)]
    return [line.split(". ", 1)[1] for line in lines]


def test_a_promotion_prints_the_way_through_the_repositories(project: Path, printed: Printed) -> None:
    """Package and version are named, nothing is changed, and every repository has its commands, in their order."""
    del project
    code, out, err = printed("promote", "scales", "parcel_delivered", "--environment", "test")
    assert (code, out) == (2, "")
    assert "it belongs to parcels-contract 1.2.0, an installed package" in err
    upgrade = "raise parcels-contract where it is required, pip install --upgrade 'parcels-contract>1.2.0'"
    steps = [
        f"in parcel-desk's repository: {upgrade}, contracts capture, commit both, contracts publish --reverify",
        f"in scales's repository: {upgrade}, commit it, contracts verify scales --broker --publish",
        "in parcel-desk's repository: contracts can-i-deploy parcel-desk --to-environment test",
    ]
    first, release, *middle, deployment, last = _steps(err)
    assert first.startswith(
        "in parcels-contract's repository (1.2.0 is installed here): contracts promote scales parcel_delivered "
        "--environment test, then commit emitters.toml"
    )
    built = "python -m pip wheel --no-deps --wheel-dir dist ."
    assert release == f"raise the version of parcels-contract there, build and release it: {built}"
    assert middle == steps
    assert deployment.startswith(
        "deploy parcel-desk, then contracts record-deployment parcel-desk --to-environment test"
    )
    assert deployment.endswith("older versions of scales, which don't emit parcel_delivered, are no rollback targets")
    assert last == f"in van's repository, each at its own time: {upgrade}, contracts verify van"


def test_a_demotion_has_the_consumer_go_first(project: Path, printed: Printed) -> None:
    """The emitter's step comes after the consumer's deployment, and the reason stands in the command."""
    del project
    code, _, err = printed("demote", "scales", "parcel_weighed", "--reason", "it's wrong")
    steps = _steps(err)
    assert code == 2
    assert """contracts demote scales parcel_weighed --reason 'it'"'"'s wrong'""" in steps[0]
    said = ("contracts capture", "can-i-deploy", "deploy parcel-desk", "may scales stop emitting")
    order = [next(number for number, step in enumerate(steps) if words in step) for words in said]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("settings", "here", "not_here"),
    [
        ('consumer_tests = "tests"\n', "parcel-desk's repository, this one", "scales's repository, this"),
        ('[emitters.scales]\ncaptures = "c"\n', "scales's repository, this one", "parcel-desk's repository, this"),
        ('[emitters.van]\ncaptures = "c"\n', "van's repository, this one", "scales's repository, this"),
    ],
)
def test_the_way_says_which_repository_is_this_one(
    project: Path, printed: Printed, settings: str, here: str, not_here: str
) -> None:
    """Consumer or emitter: the steps that are to be taken here are marked, and no others."""
    with (project / "contracts.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    _, _, err = printed("promote", "scales", "parcel_delivered")
    assert here in err
    assert not_here not in err


def test_what_a_repository_installs_is_raised_where_it_is_said(project: Path, printed: Printed) -> None:
    """In the file that `contracts init` wrote, by the script that it wrote."""
    (project / "ci").mkdir()
    (project / "ci" / "requirements.txt").touch()
    _, _, err = printed("promote", "scales", "parcel_delivered")
    assert "raise parcels-contract in ci/requirements.txt, then ci/install, contracts capture, commit both" in err


def test_the_evidence_and_force_go_along(project: Path, printed: Printed) -> None:
    """What was said here is said in the command that is typed there, the file by its whole path."""
    _, _, err = printed("promote", "van", "parcel_delivered", "--evidence", "my run.json", "--force")
    file = project / "my run.json"
    assert f"contracts promote van parcel_delivered --evidence '{file}' --force, then" in _steps(err)[0]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"url": "https://ci:secret@wheels.example/p.whl", "archive_info": {}}, "https://wheels.example/p.whl"),
        ({"url": "git+ssh://git@git.example/parcels.git", "vcs_info": {}}, "git+ssh://git.example/parcels.git"),
    ],
)
def test_a_package_from_no_index_is_not_asked_of_one(
    project: Path, site: Path, printed: Printed, document: object, words: str
) -> None:
    """Its name on an index could be somebody else's: the address that it came from is named, without credentials."""
    del project
    _from(site, document)
    _, _, err = printed("promote", "scales", "parcel_delivered")
    assert f"install its new release in place of {words}" in err
    assert "secret" not in err
    assert "pip install" not in err


def test_json_has_the_steps_as_a_list(project: Path, printed: Printed) -> None:
    """A script finds what is wrong, where, and each step."""
    del project
    code, out, _ = printed("promote", "scales", "parcel_delivered", "-o", "json")
    error = json.loads(out)["error"]
    assert code == 2
    assert error["where"].endswith(f"site-packages/{PACKAGE}/emitters.toml")
    assert len(error["steps"]) == 7


def test_what_cannot_be_promoted_is_said_first(project: Path, printed: Printed) -> None:
    """A slip, and a pair that is implemented already, have no way to be taken."""
    del project
    for event, words in (("parcel_deliverd", "did you mean"), ("parcel_weighed", "implemented already")):
        code, _, err = printed("promote", "scales", event)
        assert (code, words in err, _steps(err)) == (2, True, [])


def test_the_contracts_own_repository_edits_and_leaves_the_capture_to_the_consumer(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch, printed: Printed
) -> None:
    """Without consumer tests the registry alone is changed, no pact is written, and the way goes on from there."""
    del site
    root = tmp_path / "contract"
    (root / ".git").mkdir(parents=True)
    shutil.copytree(ROOT / "tests/domains/tiny", root / "own_parcels", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text(
        '[project]\nname = "parcels-contract"\n[tool.contracts]\ndomain = "own_parcels"\n', encoding="utf-8"
    )
    (root / "docs").mkdir()
    (root / "docs" / "emitters.en.md").touch()
    monkeypatch.chdir(root)
    code, _, err = printed("promote", "scales", "parcel_delivered", "--embedded")
    assert (code, "the broker has no result of a version of scales in production" in err) == (1, True), err
    assert "in scales's checkout: contracts verify scales --broker --publish, deploy that version" in err
    code, out, err = printed("demote", "scales", "parcel_weighed", "--reason", "broken")
    assert (code, err) == (0, "")
    assert "no pact was captured: the tests of parcel-desk stand in its own repository" in out
    render = "the documents show the status: contracts docs --lang en --out docs/emitters.en.md"
    assert f"1. {render}\n  2. commit the registry\n  3. raise the version of parcels-contract there" in out
    assert not (root / "pacts").exists()
    assert 'reason = "broken"' in (root / "own_parcels" / "emitters.toml").read_text(encoding="utf-8")
    code, _, err = printed("capture")
    assert (code, "there are no consumer tests here" in err) == (2, True)
    assert "in parcel-desk's own repository, capture and publish there" in err
    code, _, err = printed("publish", "--version", "1", "--branch", "main")
    assert code == 2
    settings = load_settings(root)
    assert kinds_of(settings, load_domain(settings)) == Kinds(contract=True, consumer=False, emitters=())


def test_a_named_folder_of_consumer_tests_that_is_not_there_stops_a_promotion(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch, printed: Printed
) -> None:
    """Tests that the settings name are never passed over in silence, and the registry stays as it was."""
    del site
    root = tmp_path / "contract"
    (root / ".git").mkdir(parents=True)
    shutil.copytree(ROOT / "tests/domains/tiny", root / "named_parcels", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "contracts.toml").write_text('domain = "named_parcels"\nconsumer_tests = "tsts"\n', encoding="utf-8")
    before = (root / "named_parcels" / "emitters.toml").read_bytes()
    monkeypatch.chdir(root)
    code, _, err = printed("demote", "scales", "parcel_weighed", "--reason", "broken")
    assert (code, "there are no consumer tests here" in err) == (2, True)
    assert (root / "named_parcels" / "emitters.toml").read_bytes() == before


def test_a_file_is_held_by_the_distribution_that_lists_it(site: Path, tmp_path: Path) -> None:
    """Not by its neighbour, not by the folder alone; an editable one holds what lies in its checkout."""
    held = (site / PACKAGE / "emitters.toml").resolve()
    assert holder_of(held) == Holder("parcels-contract", "1.2.0")
    assert holder_of((site / f"{PACKAGE}_next" / "emitters.toml").resolve()) == Holder("neighbour", "1.2.0")
    (site / PACKAGE / "other.toml").touch()
    assert holder_of((site / PACKAGE / "other.toml").resolve()) is None
    checkout = (tmp_path / "my checkout").resolve()
    _from(site, {"url": checkout.as_uri(), "dir_info": {"editable": True}})
    found = holder_of(checkout / "parcels" / "emitters.toml")
    assert found is not None
    assert (str(found), found.checkout) == ("parcels-contract 1.2.0", checkout)
    _from(site, {"url": checkout.as_uri(), "dir_info": {}})
    assert holder_of(checkout / "parcels" / "emitters.toml") is None
    (site / "parcels_contract-1.2.0.dist-info" / "direct_url.json").write_text("no JSON", encoding="utf-8")
    assert holder_of(held) == Holder("parcels-contract", "1.2.0")
