"""The GitHub Action keeps the rules of composite actions, and hands everything to the script by variables."""

from __future__ import annotations

import copy
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.repository import ROOT, SCRIPT, SWITCHES, TEXTS, TRACKER, ci_environment, line, read_outputs

FILE = ROOT / "action.yml"
ACTION = yaml.safe_load(FILE.read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def texts(node: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from texts(child)


def defects(action: dict[str, Any]) -> Iterator[str]:
    """Yield what breaks the rules of a composite action.

    Source: GitHub Docs, "Metadata syntax reference" and "Secure use reference".
    """
    if {"name", "description", "runs"} - action.keys() or action["runs"].get("using") != "composite":
        yield "it is no composite action"
    steps = action["runs"]["steps"]
    expressions = [found for text in texts(action) for found in EXPRESSION.findall(text)]
    expressions += [step["if"] for step in steps if "if" in step]
    known = {step["id"] for step in steps if "id" in step}
    for found in expressions:
        yield from (
            f"{name} is no input" for name in re.findall(r"inputs\.([\w-]+)", found) if name not in action["inputs"]
        )
        yield from (f"{name} is no step" for name in re.findall(r"steps\.([\w-]+)", found) if name not in known)
        if "secrets." in found:
            yield "a composite action has no secrets"
    used = set(re.findall(r"inputs\.([\w-]+)", " ".join(expressions)))
    yield from (f"nothing reads the input {name}" for name in action["inputs"] if name not in used)
    for name, declared in {**action["inputs"], **action["outputs"]}.items():
        if not declared.get("description"):
            yield f"{name} has no description"
        if "default" in declared and not isinstance(declared["default"], str):
            yield f"{name}: a default is a text"
    for step in steps:
        yield from _of_step(step)


def _of_step(step: dict[str, Any]) -> Iterator[str]:
    if ("run" in step) == ("uses" in step):
        yield "a step runs something or uses something"
    if "run" in step:
        if step.get("shell") != "bash":
            yield "a step that runs something names its shell"
        if "${{" in step["run"]:
            yield "an expression in a run is code from outside"
    if "uses" in step and not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"]):
        yield f"{step['uses']} is pinned to no commit"


def test_the_action_keeps_the_rules() -> None:
    """Nothing is wrong with it."""
    assert list(defects(ACTION)) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("runs", "steps", 1, "run"), 'echo "${{ inputs.emitter }}"', "code from outside"),
        (("runs", "steps", 1, "shell"), None, "names its shell"),
        (("runs", "steps", 1, "env", "CONTRACTS_EMITTER"), "${{ inputs.emiter }}", "emiter is no input"),
        (("runs", "steps", 1, "env", "CONTRACTS_EMITTER"), "x", "nothing reads the input emitter"),
        (("runs", "steps", 1, "env", "CONTRACTS_EMITTER"), "${{ secrets.X }}", "no secrets"),
        (("runs", "steps", 0, "uses"), "actions/setup-python@v5", "pinned to no commit"),
        (("runs", "steps", 0, "if"), "inputs.pythn != ''", "pythn is no input"),
        (("outputs", "success", "value"), "${{ steps.other.outputs.success }}", "other is no step"),
        (("inputs", "report-only", "default"), False, "a default is a text"),
        (("inputs", "emitter", "description"), "", "no description"),
        (("runs", "using"), "node20", "no composite action"),
    ],
)
def test_a_planted_defect_is_found(path: tuple[str | int, ...], value: Any, said: str) -> None:
    """The rules can be broken."""
    action = copy.deepcopy(ACTION)
    node = action
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert said in "; ".join(defects(action))


def test_every_variable_is_one_of_the_command() -> None:
    """What the action hands over is read, and every option of the script can be reached from the action."""
    of_script = set(re.findall(r"\$\{(CONTRACTS_[A-Z_]+):-", SCRIPT.read_text(encoding="utf-8"))) - {"CONTRACTS_PYTHON"}
    assert set(ACTION["runs"]["steps"][1]["env"]) == of_script | {*TEXTS, *SWITCHES}


def test_the_outputs_are_those_that_are_written(repository: Path) -> None:
    """The step itself, run with its own command and its variables, writes each output that the action promises."""
    (step,) = [step for step in ACTION["runs"]["steps"] if "run" in step]
    (repository / "recorded").write_text(line(), encoding="utf-8")
    said = {f"inputs.{name}": declared.get("default", "") for name, declared in ACTION["inputs"].items()}
    said |= {"inputs.emitter": TRACKER, "inputs.captures": "recorded"}
    variables = {
        name: EXPRESSION.sub(lambda match: said.get(match[1].strip(), ""), value) for name, value in step["env"].items()
    }
    environ = ci_environment(repository, GITHUB_ACTION_PATH=str(ROOT), **variables)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository, env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = read_outputs(Path(environ["GITHUB_OUTPUT"]))
    promised = set(re.findall(r"outputs\.([\w-]+)", " ".join(o["value"] for o in ACTION["outputs"].values())))
    assert promised == ACTION["outputs"].keys()
    assert promised <= written.keys()
    assert (written["success"], written["passed"]) == ("true", "1")


def test_the_page_shows_inputs_and_outputs_that_exist() -> None:
    """The job on the page hands over inputs of the action, and every output is named there."""
    page = (ROOT / "docs" / "provider-ci.md").read_text(encoding="utf-8")
    shown = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)]
    (step,) = [
        step for job in shown for step in job.get("jobs", {}).get("contracts", {}).get("steps", []) if "with" in step
    ]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert {name for name in ACTION["outputs"] if f"`{name}`" not in page} == set()
