"""`contracts registry diff` between versions: installed ones, built ones, and revisions that hold no such domain."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.cli.app import run
from tests.registry_diff.test_command import AMOUNT, BASE, _edit, _git

MODULE = "diffed_orders"
NAME = "orders-contract"
NARROWED = AMOUNT.replace("1000", "10")
Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """Run `contracts registry diff …` in this process; its exit code and what it printed."""

    def run_it(*words: str) -> tuple[int, str, str]:
        code = run(["registry", "diff", *words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run_it


def package(folder: Path, amount: str = AMOUNT, module: str = MODULE) -> Path:
    """Write the package of the contract's catalogue, with its pacts as it brings them."""
    shutil.copytree(BASE / "orders", folder / module, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(BASE / "pacts", folder / module / "_pacts")
    _edit(folder / module / "__init__.py", AMOUNT, amount)
    return folder / module


def wheel(folder: Path, version: str, amount: str = AMOUNT, *, name: str = NAME, module: str = MODULE) -> Path:
    """Build a wheel of the contract; its entry point names the module."""
    tree = folder / f"tree-{name}-{version}"
    package(tree, amount, module)
    info = tree / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[contracts.domain]\norders = {module}\n", encoding="utf-8")
    file = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(tree))
    return file


@pytest.fixture
def consumer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A consumer's repository, in which the contract is installed as 1.3.0; 1.2.0 lies in `wheels`, 1.1.0 in `dist`."""
    site, root = tmp_path / "env" / "site-packages", tmp_path / "consumer"
    root.mkdir()
    (root / "contracts.toml").write_text(f'domain = "{MODULE}"\n', encoding="utf-8")
    for folder in ("wheels", "dist"):
        (root / folder).mkdir()
    with zipfile.ZipFile(wheel(tmp_path, "1.3.0", NARROWED)) as archive:
        archive.extractall(site)
        names = archive.namelist()
    info = next(site.glob("*.dist-info"))
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in names), encoding="utf-8")
    wheel(root / "wheels", "1.2.0", AMOUNT.replace("1000", "100"))
    wheel(root / "dist", "1.1.0")
    wheel(root / "wheels", "1.4.0", name="somebody-elses")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    for name in [name for name in sys.modules if name.startswith(MODULE)]:
        monkeypatch.delitem(sys.modules, name)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "commit", "-q", "--allow-empty", "-m", "first")
    _git(root, "tag", "1.2.0")
    monkeypatch.chdir(root)
    return root


def test_two_versions_are_compared(consumer: Path, printed: Printed) -> None:
    """One is installed, one lies in `dist/`, one in a folder that is named; a tag of the consumer's own is none."""
    del consumer
    code, out, _ = printed("1.1.0", "1.3.0")
    assert code == 1
    assert (
        "orders-contract 1.1.0 (dist/orders_contract-1.1.0-py3-none-any.whl) → orders-contract 1.3.0, installed" in out
    )
    assert "values-narrowed" in out
    code, out, _ = printed("1.3.0", "1.2.0", "--find-links", "wheels", "--output", "json")
    document = json.loads(out)
    assert (code, document["from"]) == (0, "orders-contract 1.3.0, installed")
    assert document["to"] == "orders-contract 1.2.0 (wheels/orders_contract-1.2.0-py3-none-any.whl)"
    assert [change["rule"] for change in document["changes"]] == ["values-widened"]
    assert document["changes"][0]["where"]["file"] == f"{MODULE}/__init__.py"


def test_one_version_is_compared_with_what_is_installed(consumer: Path, printed: Printed) -> None:
    """There is no working tree of the contract here; a wheel may be named by its path, spaces included."""
    folder = consumer / "new wheels"
    folder.mkdir()
    shutil.copy(consumer / "wheels" / "orders_contract-1.2.0-py3-none-any.whl", folder)
    code, out, _ = printed("new wheels/orders_contract-1.2.0-py3-none-any.whl")
    assert code == 1
    assert "→ orders-contract 1.3.0, installed: 1 change, 1 breaking" in out
    assert printed("1.3.0")[:2] == (
        0,
        "orders-contract 1.3.0, installed → orders-contract 1.3.0, installed: 0 changes, 0 breaking\n",
    )


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("1.2.0", "1.3.0"), "there is no version 1.2.0 of the contract here: installed is orders-contract 1.3.0"),
        (("1.3.0", "1.4.0", "--find-links", "wheels"), "there is no version 1.4.0"),
        (("main", "1.3.0"), "'main' is no version, and this repository holds no contract"),
        (("1.1.0", "1.2.0", "1.3.0"), "two states are compared, and these are 3"),
        (("dist/none.whl",), "the wheel can't be read"),
        (("contracts.toml.whl",), "the wheel can't be read"),
    ],
)
def test_what_is_no_version_is_said(consumer: Path, printed: Printed, names: tuple[str, ...], words: str) -> None:
    """Not found, somebody else's of that number, a branch of this repository, too many, no wheel: exit 2."""
    shutil.copy(consumer / "contracts.toml", consumer / "contracts.toml.whl")
    code, out, err = printed(*names)
    assert (code, out) == (2, "")
    assert words in err
    assert "next:" in err


def test_a_wheel_of_something_else_is_not_taken_for_what_is_installed(consumer: Path, printed: Printed) -> None:
    """The installed domain isn't read in its place; a renamed module is found by its entry point."""
    other = consumer / "other-1.0-py3-none-any.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("other/__init__.py", "")
    code, _, err = printed("other-1.0-py3-none-any.whl", "1.3.0")
    assert (code, f"the wheel holds no domain {MODULE!r}" in err) == (2, True)
    renamed = wheel(consumer, "2.0.0", NARROWED, module="renamed_orders")
    code, out, _ = printed("1.3.0", renamed.name)
    assert (code, "0 changes" in out) == (0, True)


@pytest.mark.parametrize("settings", ["", 'domain = "webinars"\n', 'domain = "contracts.webinar"\n'])
def test_a_revision_from_before_the_domain_is_said_to_be_one(
    consumer: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch, settings: str
) -> None:
    """Neither what is installed nor the bundled webinar contract takes its place, whatever the settings were then."""
    root = consumer.parent / "contract"
    root.mkdir()
    _git(root, "init", "-q", "-b", "main")
    if settings:
        (root / "contracts.toml").write_text(settings, encoding="utf-8")
    (root / "README.md").touch()
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "before")
    _git(root, "tag", "before")
    package(root)
    (root / "contracts.toml").write_text(f'domain = "{MODULE}"\n', encoding="utf-8")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "the contract")
    monkeypatch.chdir(root)
    code, out, err = printed("before")
    assert (code, out) == (2, "")
    assert f"in before the domain {MODULE!r} didn't exist" in err
    assert printed("HEAD")[:2] == (0, "HEAD → the working tree: 0 changes, 0 breaking\n")
    code, out, _ = printed("HEAD", "1.3.0")
    assert (code, "values-narrowed" in out) == (1, True)


def test_a_package_under_src_is_described_by_its_own_revision(
    consumer: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its older state is imported from the revision's `src`, not from the installation that points to today's."""
    root = consumer.parent / "src layout"
    package(root / "src", AMOUNT)
    (root / "contracts.toml").write_text(f'domain = "{MODULE}"\n', encoding="utf-8")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "first")
    _edit(root / "src" / MODULE / "__init__.py", AMOUNT, NARROWED)
    monkeypatch.chdir(root)
    code, out, _ = printed("HEAD")
    assert code == 1
    assert f"src/{MODULE}/__init__.py:" in out
    assert "values-narrowed" in out
