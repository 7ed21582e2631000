"""A contract that a test run heard of and that became no item: the run isn't green, and says where."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from contracts.testing.project import Project
from tests.verification.support import message

EMITTER = "client-webinar-tracker-v2"
IMPORT = "from contracts.testing import verify_emitter\n"
BAD = f'verify_emitter("{EMITTER}", captures="bad.ndjson")'
GOOD = f'verify_emitter("{EMITTER}", captures="good.ndjson")'
OTHER = "\ndef test_other():\n    pass\n"
USER = f"from test_it import helper\n{OTHER}"
SECTION = "contracts that nothing verified"


@pytest.fixture
def repository(tmp_path: Path) -> Project:
    """An emitter's repository with captures that keep the contract, and others that don't."""
    project = Project.write(tmp_path, {"pyproject.toml": "[tool.contracts]\n[tool.pytest.ini_options]\n"})
    for name, bodies in (("good", [message()]), ("bad", [message(data={}), message("client_webinar_left")])):
        lines = [
            {"headers": {"content-type": "application/cloudevents+json"}, "body": json.dumps(body)} for body in bodies
        ]
        project.put(f"{name}.ndjson", "".join(f"{json.dumps(line)}\n" for line in lines))
    return project


UNSEEN = {
    "unittest": (
        "import unittest",
        "class T(unittest.TestCase):",
        f"    test_contract = {BAD}  # here",
        "    def test_one(self): pass",
    ),
    "name": (f"contract = {BAD}  # here",),
    "no_name": (f"{BAD}  # here",),
    "class": ("class Tracker:", f"    test_contract = {BAD}  # here"),
    "list": (f"test_contracts = [{BAD}]  # here",),
    "in_test": ("def test_contract():", f"    {BAD}  # here"),
    "returned": ("def test_contract():", f"    return {BAD}  # here"),
    "fixture": (
        "import pytest",
        "@pytest.fixture(scope='session', autouse=True)",
        "def contract():",
        f"    {BAD}  # here",
        "def test_one(): pass",
    ),
    "helper_of_a_test": ("def verified():", f"    return {BAD}  # here", "def test_contract(): verified()"),
    "helper_of_the_module": ("def verified():", f"    return {BAD}  # here", "contract = verified()"),
    "beside_another": (f"test_contract = {GOOD}", f"contract = {BAD}  # here"),
}


def put(repository: Project, case: str) -> str:
    """Write the module of a case, and return its line as the run is to say it."""
    lines = [IMPORT.rstrip(), *UNSEEN[case]]
    repository.put(f"test_{case}.py", "\n".join([*lines, ""]))
    return f"test_{case}.py:{next(n for n, line in enumerate(lines, 1) if line.endswith('# here'))}"


@pytest.mark.parametrize("processes", ["-n0", "-n2"])
def test_a_contract_that_became_no_item_fails_the_run(repository: Project, processes: str) -> None:
    """Exit 1 with the file and line of each, in one process and in two, whatever else passed."""
    places = {put(repository, case) for case in UNSEEN}
    run = repository.pytest(processes)
    assert run.status == 1, run.output
    assert " failed" not in run.stdout
    section = run.stdout.partition(SECTION)[2]
    said = [line for line in section.splitlines() if "became no item of this run" in line]
    assert {line.split(": ")[0] for line in said} == places
    assert len(said) == len(places)
    assert "starts with test" in section


@pytest.mark.parametrize("case", ["unittest", "name", "in_test"])
def test_one_of_them_is_enough(repository: Project, case: str) -> None:
    """Also where there is no other test at all."""
    place = put(repository, case)
    run = repository.pytest()
    assert (run.status, f"{place}: verify_emitter('{EMITTER}')" in run.stdout) == (1, True), run.output


SEEN: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "collected": ({"test_it.py": f"{IMPORT}test_contract = {GOOD}\n"}, ()),
    "collected in a class": ({"test_it.py": f"{IMPORT}class TestIt:\n    test_contract = {GOOD}\n"}, ()),
    "deselected by -k": ({"test_it.py": f"{IMPORT}test_contract = {BAD}\n{OTHER}"}, ("-k", "other")),
    "deselected by a node id": ({"test_it.py": f"{IMPORT}test_contract = {BAD}\n{OTHER}"}, ("test_it.py::test_other",)),
    "another name for a collected one": (
        {"test_it.py": f"{IMPORT}contract = {GOOD}\ntest_contract = contract\n"},
        (),
    ),
    "imported by a module that is collected": (
        {"test_it.py": f"{IMPORT}test_contract = {GOOD}\nhelper = 1\n", "test_user.py": USER},
        (),
    ),
    "imported and not itself collected": (
        {"test_it.py": f"{IMPORT}test_contract = {BAD}\nhelper = 1\n", "test_user.py": USER},
        ("test_user.py",),
    ),
    "made elsewhere and collected here": (
        {"shared.py": f"{IMPORT}contract = {GOOD}\n", "test_it.py": "from shared import contract as test_contract\n"},
        (),
    ),
    "one line, several emitters' worth": (
        {"test_it.py": f"{IMPORT}for name in ('a', 'b'):\n    globals()['test_' + name] = {GOOD}\n"},
        (),
    ),
    "a module that was skipped": (
        {"test_it.py": f"{IMPORT}c = {BAD}\nimport pytest; pytest.importorskip('nowhere')", "test_user.py": OTHER},
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "mode"),
    [*((case, "prepend") for case in SEEN), *((case, "importlib") for case in SEEN if "imported" in case)],
)
def test_a_contract_that_was_collected_fails_no_run(repository: Project, case: str, mode: str) -> None:
    """Whatever was then deselected, and whoever else imports its module."""
    files, arguments = SEEN[case]
    for name, text in files.items():
        repository.put(name, text)
    repository.put("pytest.ini", "[pytest]\npythonpath = .\n")
    run = repository.pytest("-p", "no:cacheprovider", f"--import-mode={mode}", *arguments)
    assert run.status == 0, run.output
    assert SECTION not in run.stdout


def test_an_import_while_tests_run_is_seen_where_its_module_is_collected(repository: Project) -> None:
    """And is no yes where it isn't."""
    repository.put("pytest.ini", "[pytest]\npythonpath = .\n")
    repository.put("test_it.py", f"{IMPORT}test_contract = {GOOD}\n")
    repository.put("test_late.py", "def test_late():\n    import test_it\n")
    assert repository.pytest().status == 0
    assert repository.pytest("test_late.py").status == 1


def test_a_run_that_only_collects_fails_for_nothing(repository: Project) -> None:
    """An editor asks what there is; nothing is said to hold."""
    repository.put("test_it.py", f"{IMPORT}contract = {BAD}\n{OTHER}")
    assert repository.pytest("--collect-only").status == 0


def test_a_ci_sees_the_line(repository: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an annotation, like a finding."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository.folder))
    repository.put("test_it.py", f"{IMPORT}contract = {BAD}\n{OTHER}")
    run = repository.pytest()
    assert any(
        line.startswith("::error ") and "file=test_it.py,line=2::" in line for line in run.stdout.splitlines()
    ), run.stdout


def test_a_failed_test_and_its_exit_code_stay(repository: Project) -> None:
    """What is unseen is said beside it."""
    repository.put("test_it.py", f"{IMPORT}contract = {BAD}\ndef test_wrong():\n    assert 0\n")
    run = repository.pytest()
    assert (run.status, "1 failed" in run.stdout, SECTION in run.stdout) == (1, True, True)


def test_two_contracts_of_one_emitter_have_ids_of_their_own(repository: Project) -> None:
    """What one of them recorded fails its own items, and none of the other's; each can be chosen by its id."""
    repository.put("test_two.py", f"{IMPORT}test_in_units = {GOOD}\ntest_in_browser = {BAD}\n")
    ids = [line for line in repository.pytest("--collect-only", "-q").stdout.splitlines() if "::" in line]
    assert len(ids) == len(set(ids)) == 14
    run = repository.pytest("-v", "--junitxml=out.xml")
    failed = {line.split()[0] for line in run.stdout.splitlines() if " FAILED " in line}
    assert failed == {
        f"test_two.py::{EMITTER}:test_in_browser::client_webinar_completed",
        f"test_two.py::{EMITTER}:test_in_browser::undeclared-emission",
    }
    tree = ET.parse(repository.folder / "out.xml")  # noqa: S314 - ours
    cases = [(case.get("classname"), case.get("name")) for case in tree.iter("testcase")]
    assert len(set(cases)) == 14
    for one, status in ((min(failed), 1), (ids[0], 0)):
        run = repository.pytest(one)
        assert (run.status, "1 failed" in run.stdout or "1 passed" in run.stdout) == (status, True), run.output


def test_one_contract_alone_keeps_the_emitter_s_name(repository: Project) -> None:
    """In each of two modules, and beside one of another emitter's."""
    for name in ("a", "b"):
        repository.put(f"test_{name}.py", f"{IMPORT}test_contract = {GOOD}\n")
    ids = [line for line in repository.pytest("--collect-only", "-q").stdout.splitlines() if "::" in line]
    assert {one.split("::")[1] for one in ids} == {EMITTER}
    assert len(set(ids)) == 14
