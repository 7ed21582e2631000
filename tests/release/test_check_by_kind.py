"""`contracts check` in each kind of repository: what it does there, and what it comes to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.process import ROOT
from tests.release.commands import Cli, emissions
from tests.release.project import COMPLETED, TRACKER, add_consumer_tests

CONSUMER, CONTRACT, EMITTER = "consumer", "contract", "emitter"
NOBODY = "no emitter is verified here"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, the current folder, which takes the contract that is installed."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def own_contract(root: Path) -> None:
    """Give a repository a catalogue of its own and its document; the registry needs nothing but itself."""
    package = f"check_{root.parent.name.replace('-', '_')}"
    shutil.copytree(ROOT / "tests/domains/tiny", root / package, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "contracts.toml").write_text(f'domain = "{package}"\n', encoding="utf-8")


def says(root: Path, text: str) -> None:
    """Add to the settings."""
    with (root / "contracts.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_in_a_contracts_repository(own_cli: Cli, repository: Path) -> None:
    """Lint and documents; the docs and the drift of each document count, and no emitter is a yes."""
    own_contract(repository)
    done = own_cli("check")
    assert done.code == 0
    assert "lint: 0 findings" in done.out
    assert "docs: no emitters document is committed" in done.out
    assert "drift: no hand-kept document is named" in done.out
    assert NOBODY in done.out
    assert "capture" not in done.out.partition("release:")[0]
    for lang in ("en", "ru"):
        assert own_cli("docs", "--lang", lang, "--out", f"docs/emitters.{lang}.md").code == 0
    done = own_cli("check", "--output", "json")
    assert (done.code, done.document["kinds"], done.document["emitters_verified"]) == (0, [CONTRACT], [])
    assert [document["success"] for document in done.document["documents"]] == [True, True]
    with (repository / "docs" / "emitters.ru.md").open("a", encoding="utf-8") as file:
        file.write("\nmore\n")
    done = own_cli("check", "--output", "json")
    assert done.code == 1
    assert [document["success"] for document in done.document["documents"]] == [True, False]
    assert done.document["documents"][1]["problems"][0]["next"].startswith("contracts docs --lang ru")


def test_hand_kept_documents_are_compared_where_the_settings_name_them(own_cli: Cli, repository: Path) -> None:
    """One that differs breaks the check, one that says nothing of emitters is nothing, a missing one is an error."""
    own_contract(repository)
    (repository / "right.md").write_text("- `scales` → `parcel_weighed`: implemented\n", encoding="utf-8")
    (repository / "wrong.md").write_text("- `scales` → `parcel_delivered`: implemented\n", encoding="utf-8")
    (repository / "other.md").write_text("# Cooking\n\nSalt.\n", encoding="utf-8")
    says(repository, 'drift = ["right.md"]\n')
    done = own_cli("check")
    assert (done.code, "drift: right.md: up to date" in done.out) == (0, True)
    for names, code, said in (
        ('"right.md", "wrong.md"', 1, "drift: wrong.md:1: "),
        ('"other.md", "right.md"', 3, "drift: other.md: it says nothing of emitters"),
        ('"other.md", "wrong.md"', 1, "drift: wrong.md:1: "),
        ('"right.md", "gone.md"', 2, "there is no document 'gone.md'"),
    ):
        text = (repository / "contracts.toml").read_text(encoding="utf-8").splitlines()[0]
        (repository / "contracts.toml").write_text(f"{text}\ndrift = [{names}]\n", encoding="utf-8")
        done = own_cli("check")
        assert (done.code, said in done.out + done.err) == (code, True), names


def test_in_a_consumers_repository(own_cli: Cli, repository: Path) -> None:
    """Lint and capture: stale pacts break it, captured ones hold; emitters are said to be verified elsewhere."""
    add_consumer_tests(repository)
    done = own_cli("check", "--output", "json")
    assert (done.code, done.document["kinds"], len(done.document["capture"]["changes"])) == (1, [CONSUMER], 1)
    assert own_cli("capture").code == 0
    done = own_cli("check")
    assert done.code == 0
    assert "lint: 0 findings" in done.out
    assert "capture: 3 expectations, 1 pact, up to date" in done.out
    assert NOBODY in done.out
    assert "docs:" not in done.out


def test_in_an_emitters_repository(own_cli: Cli, repository: Path) -> None:
    """Verification alone, whose verdict is the check's; one that reads nothing isn't made a yes."""
    emissions(repository / "run.ndjson", [COMPLETED])
    says(repository, f'[emitters.{TRACKER}]\ncaptures = "run.ndjson"\n')
    done = own_cli("check")
    assert done.code == 0
    assert NOBODY not in done.out
    assert "lint" not in done.out
    done = own_cli("check", "--output", "json")
    assert (done.document["kinds"], done.document["emitters_verified"]) == ([EMITTER], [TRACKER])
    emissions(repository / "run.ndjson", ["client_webinar_left"])
    assert own_cli("check").code == 1
    emissions(repository / "run.ndjson", [])
    assert own_cli("check").code == 3


@pytest.mark.parametrize(
    ("named", "missing"),
    [
        ('handler = "intake:Intake"\n', "there are no consumer tests here"),
        ('consumer_tests = "tsts"\n', "there are no consumer tests here"),
        (f"[emitters.{TRACKER}]\n", f"how to reach {TRACKER}"),
    ],
)
def test_what_the_settings_name_and_is_not_there_is_an_error(
    own_cli: Cli, repository: Path, named: str, missing: str
) -> None:
    """A handler without tests, a folder that doesn't exist, an emitter without a way: none of them is passed over."""
    says(repository, named)
    done = own_cli("check")
    assert done.code == 2
    assert missing in done.err or "way to the emitter" in done.err


def test_where_there_is_nothing_to_check(own_cli: Cli, repository: Path) -> None:
    """Exit 3, and what to do; an installed contract is nobody's here."""
    del repository
    done = own_cli("check")
    assert done.code == 3
    assert "there is nothing to check here" in done.out
    done = own_cli("check", "--output", "json")
    assert (done.code, done.document["kinds"], done.document["success"]) == (3, [], False)


def test_a_repository_that_is_several(own_cli: Cli, repository: Path) -> None:
    """Contract and emitters in one: each part is checked, and the worst counts."""
    own_contract(repository)
    (repository / "scales.ndjson").touch()
    says(repository, '[emitters.scales]\ncaptures = "scales.ndjson"\n')
    done = own_cli("check", "--output", "json")
    assert (done.document["kinds"], done.document["emitters_verified"]) == ([CONTRACT, EMITTER], ["scales"])
    assert done.code == 3
    assert done.document["unreached"] == ["van"]
    registry = next(repository.glob("check_*/emitters.toml"))
    registry.write_text(registry.read_text(encoding="utf-8").replace("[vocabulary.free_text]", "[vocabulary.allow]"))
    assert own_cli("check").code == 1
