"""`contracts init emitter`: what it writes, and what it leaves alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from contracts.model.registry_toml import parse_registry
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.scaffold.request import EmitterKind
from tests.scaffold.repository import COMPLETED, ROOT, TRACKER, contents, init, run

KINDS = ("python", "wordpress")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_time_nothing_changes(repository: Path, kind: str) -> None:
    """The same files again are no conflict."""
    first = init(repository, "--kind", kind)
    assert (first.code, first.err) == (0, "")
    written = contents(repository)
    assert {
        line.partition(": ")[2] for line in first.out.splitlines() if line.startswith("written: ")
    } == written.keys()
    again = init(repository, "--kind", kind)
    assert again.code == 0
    assert again.out.count("unchanged: ") == len(written)
    assert contents(repository) == written


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_is_never_overwritten(repository: Path, kind: str) -> None:
    """It is named, and nothing else is written either; --force overwrites it and says so."""
    (repository / "contracts.toml").write_text('pacts = "pacts"\n', encoding="utf-8")
    (repository / "CONTRACTS.md").write_bytes(b"\xff")
    before = contents(repository)
    refused = init(repository, "--kind", kind)
    assert refused.code == 2
    assert "are there already: contracts.toml, CONTRACTS.md" in refused.err
    assert "--force" in refused.err
    assert contents(repository) == before
    forced = init(repository, "--kind", kind, "--force")
    assert forced.code == 0
    assert [line for line in forced.out.splitlines() if line.startswith("overwritten")] == [
        "overwritten: contracts.toml", "overwritten: CONTRACTS.md",
    ]  # fmt: skip
    assert before.items().isdisjoint(contents(repository).items())


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    """It shows each file, and which are there."""
    (repository / "CONTRACTS.md").write_text("ours\n", encoding="utf-8")
    before = contents(repository)
    done = init(repository, "--kind", "python", "--dry-run")
    assert done.code == 0
    assert "would be written: ci/contracts\n" in done.out
    assert "is there, would be overwritten with --force: CONTRACTS.md\n" in done.out
    assert contents(repository) == before


def test_a_folder_is_made(repository: Path) -> None:
    """--dir names another repository."""
    assert init(repository, "--kind", "python", "--dir", "new/tracker").code == 0
    assert (repository / "new/tracker/ci/contracts").is_file()


def test_a_folder_that_cannot_be_written_to_ends_with_2(repository: Path) -> None:
    """A file stands where a folder has to be."""
    (repository / "ci").write_text("", encoding="utf-8")
    done = init(repository, "--kind", "python")
    assert done.code == 2
    assert "next: " in done.err


@pytest.mark.parametrize("kind", KINDS)
def test_an_emitter_that_the_registry_does_not_have_is_said(repository: Path, kind: str) -> None:
    """The files are written, and the entry that is printed for the architect is one that the registry takes."""
    done = init(repository, "--kind", kind, name="client-webinar-tracker-v3")
    assert done.code == 0
    assert (
        "the registry has no emitter 'client-webinar-tracker-v3' (did you mean 'client-webinar-tracker-v2'?)"
        in done.err
    )
    entry = re.search(r"to emitters\.toml:\n((?:     .*\n)+)", done.out)
    assert entry is not None
    domain = load_domain(load_settings(ROOT))
    text = domain.registry_file.read_text(encoding="utf-8") + dedent(entry[1])
    registry = parse_registry(text, file="emitters.toml", catalogue=domain.catalogue)
    assert [pair.status.value for pair in registry.pairs("client-webinar-tracker-v3")] == ["planned"]
    refused = run(["ci/contracts", "--test-command", "true"], repository)
    assert refused.code == 2
    assert "the registry has no emitter" in refused.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("bad name", "--kind", "python"), "can't be an emitter's name"),
        (("../up", "--kind", "python"), "can't be an emitter's name"),
        ((TRACKER,), "--kind"),
        ((TRACKER, "--kind", "drupal"), "drupal"),
        ((TRACKER, "--kind", "python", "--action", "contracts"), "no address of an action"),
        ((TRACKER, "--kind", "python", "--hook", f"{COMPLETED}=x"), "for --kind wordpress"),
        ((TRACKER, "--kind", "wordpress", "--hook", "x"), "isn't EVENT=ACTION"),
        (
            (TRACKER, "--kind", "wordpress", "--hook", "client_webinar_complete=x"),
            "did you mean 'client_webinar_completed'",
        ),
        ((TRACKER, "--kind", "wordpress", "--hook", f"{COMPLETED}=x' );"), "no name of a hook"),
        ((TRACKER, "--kind", "wordpress", "--destination-option", "x'"), "no name of a hook"),
    ],
)
def test_wrong_use_ends_with_2(repository: Path, options: tuple[str, ...], said: str) -> None:
    """Nothing is written."""
    done = run(["contracts", "init", "emitter", *options], repository)
    assert done.code == 2
    assert said in done.err
    assert contents(repository) == {}


@pytest.mark.parametrize("name", ["a.b", "Tracker-1", "class", "1st"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_name_gives_files_that_can_be_read(repository: Path, kind: str, name: str) -> None:
    """As Python, as TOML, as YAML and as shell."""
    assert init(repository, "--kind", kind, name=name).code == 0
    settings = load_settings(repository)
    assert list(settings.emitters) == [name]
    yaml.safe_load((repository / ".github/workflows/contracts.yml").read_text(encoding="utf-8"))
    subprocess.run(["bash", "-n", "ci/contracts"], cwd=repository, check=True, timeout=60)
    if kind == "python":
        target = str(settings.emitters[name]["python"])
        assert (repository / target.partition(".")[0] / "emitter.py").is_file()
        assert target.partition(".")[0].isidentifier()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", [(), ("--action", "acme/contracts@v1")])
def test_the_job_keeps_the_rules(repository: Path, kind: str, action: tuple[str, ...]) -> None:
    """No expression in a shell line, the secret in the last step alone, and inputs that the action has."""
    assert init(repository, "--kind", kind, *action).code == 0
    workflow: dict[Any, Any] = yaml.safe_load(
        (repository / ".github/workflows/contracts.yml").read_text(encoding="utf-8")
    )
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert "env" not in workflow and "env" not in job  # noqa: PT018 - one thought
    *before, last = job["steps"]
    assert [step for step in before if "PACT_BROKER_TOKEN" in str(step)] == []
    assert last["env"]["PACT_BROKER_TOKEN"] == "${{ secrets.PACT_BROKER_TOKEN }}"
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []
    if action:
        assert last["uses"] == "acme/contracts@v1"
        assert last["with"].keys() <= ACTION["inputs"].keys()
        assert {name for name, declared in ACTION["inputs"].items() if declared.get("required")} <= last["with"].keys()
    else:
        assert last["run"] == "ci/contracts"


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_command_of_ones_own_is_kept_as_it_is(repository: Path, kind: str) -> None:
    """Whatever quotes it holds, for the script and for the action."""
    command = """printf '%s' "it's $HOME"; exit 3"""
    assert init(repository, "--kind", kind, "--test-command", command, "--action", "acme/contracts@v1").code == 0
    done = run(["ci/contracts"], repository, HOME="/my/home")
    assert done.code == 5
    assert "it's /my/home" in done.err
    workflow = yaml.safe_load((repository / ".github/workflows/contracts.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["contracts"]["steps"][-1]["with"]["test-command"] == command


@pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="shellcheck is missing; .ci/install-packages installs it"
)
@pytest.mark.parametrize("kind", [kind.value for kind in EmitterKind])
def test_the_scripts_are_clean(repository: Path, kind: str) -> None:
    """shellcheck has nothing to say of any script that is written, and each can be run."""
    assert init(repository, "--kind", kind).code == 0
    files = [file for file in repository.rglob("*") if file.is_file() and ".git" not in file.parts]
    scripts = [file for file in files if re.match(rb"#!.*\b(ba)?sh\n", file.read_bytes())]
    assert repository / "ci" / "contracts" in scripts
    assert all(os.access(script, os.X_OK) for script in scripts)
    subprocess.run(["shellcheck", *map(str, scripts)], check=True, timeout=60)


def test_where_the_toolkit_comes_from_is_asked_for(repository: Path) -> None:
    """Nobody said it: no name is guessed, anywhere in what is written; a next step and the script ask for it."""
    done = init(repository, "--kind", "node")
    assert "1. say in ci/requirements.txt where the toolkit comes from" in done.out
    assert "or set CONTRACTS_TOOLKIT in CI" in done.out
    said = [path for path, text in contents(repository).items() if b"webinar-contracts" in text]
    assert said == []


def test_where_the_toolkit_comes_from_is_said_once(repository: Path) -> None:
    """By the option, before the variable; a file outside of the repository is said to be this machine's."""
    done = init(repository, "--kind", "php", "--toolkit", "1.2.3")
    assert "requirements.txt" not in done.out.partition("next:")[2]
    found = [path for path, text in contents(repository).items() if b"1.2.3" in text]
    assert found == ["ci/requirements.txt"]
    wheel = repository.parent / "it-1.2-py3-none-any.whl"
    wheel.touch()
    done = init(repository, "--kind", "php", "--toolkit", str(wheel), "--force")
    assert done.err == "note: --toolkit names a file of this machine; CI needs one in the repository, or an address\n"
