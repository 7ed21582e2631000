"""Running a validator of npm's ecosystem."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.npm.modules import npm_module

HERE = Path(__file__).parent


def ask(script: str, package: str, question: Any) -> Any:
    """Give `question` to a script of this folder and return its answer; skipped without node or the package."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node isn't installed")
    modules = npm_module(package).parent
    while modules.name != "node_modules":
        modules = modules.parent
    answer = subprocess.run(
        [node, str(HERE / script)],
        input=json.dumps(question), capture_output=True, text=True, timeout=120, check=False,
        env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)
