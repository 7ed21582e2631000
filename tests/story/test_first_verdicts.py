"""A contract and its consumer, as `init` writes them, are green by the commands that it prints: the short story."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.scaffold.repository import ROOT, Done, run
from tests.story.repositories import strange


def next_steps(done: Done) -> list[str]:
    """Return what is printed as next."""
    return [line.partition(". ")[2] for line in done.out.partition("next:\n")[2].splitlines()]


def built(folder: Path) -> Path:
    """Build a repository's wheel with what builds it, and unpack it, which is what installs a pure one."""
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    site = folder.parent / "site"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder.parent)], cwd=folder, check=True, capture_output=True, text=True
    )
    with zipfile.ZipFile(folder.parent / done.stdout.split()[-1]) as wheel:
        wheel.extractall(site)
    return site


def test_both_begin_green(tmp_path: Path) -> None:
    """The contract that holds its consumer's tests brings their pacts in its wheel; a consumer with a repository of its
    own stands on that wheel, in whose registry it is named. No other domain's word is printed or written."""
    folder = tmp_path / "заказы и контракт"
    options = ["--event", "order_placed", "--consumer", "order-desk", "--emitter", "shop", "--with-consumer"]
    said = [run(["contracts", "init", "contract", "orders", *options, "--dir", str(folder)], tmp_path)]
    steps = next_steps(said[0])
    assert steps[0] == f"cd '{folder.name}'"
    assert steps[1].startswith("say in ci/requirements.txt where the toolkit comes from (git+https://…@COMMIT, ")
    said += [run(step.split(), folder) for step in steps if step.startswith("contracts ")]
    assert [done.code for done in said] == [0, 0, 0], said
    assert "1 expectation, 1 pact, up to date" in said[-1].out

    desk = tmp_path / "desk"
    desk.mkdir()
    path = {"PYTHONPATH": f"{ROOT}:{built(folder)}"}
    begun = run(["contracts", "init", "consumer", "--toolkit", "9.9", "--contract", "0.1.0"], desk, **path)
    assert next_steps(begun) == ["contracts capture", "contracts check"]
    assert (desk / "ci/requirements.txt").read_text(encoding="utf-8").splitlines()[1:] == [
        "webinar-contracts==9.9",
        "orders-contract==0.1.0",
    ]
    own = [run(step.split(), desk, **path) for step in next_steps(begun)]
    assert [done.code for done in own] == [0, 0], own
    assert "1 expectation, 1 pact, up to date" in own[-1].out
    assert [done for done in (*said, begun, *own) if strange(done.out + done.err)] == []
    files = [file for place in (folder, desk) for file in place.rglob("*") if file.suffix != ".pyc" and file.is_file()]
    assert [file for file in files if strange(file.read_text(encoding="utf-8"))] == []
