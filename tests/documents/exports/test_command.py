"""`contracts export` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from contracts.webinar import CATALOGUE

ROOT = Path(__file__).parents[3]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contracts.cli", "export", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_one_file_an_event(tmp_path: Path) -> None:
    """--out writes a file for each canonical event, the same bytes on each run."""
    assert _run("json-schema", "--out", str(tmp_path / "a")).returncode == 0
    assert _run("json-schema", "--out", str(tmp_path / "b"), "--base-uri", "https://example.org/").returncode == 0
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted(f"{event}.schema.json" for event in CATALOGUE)
    before = (tmp_path / "a" / files[0]).read_bytes()
    assert _run("json-schema", "--out", str(tmp_path / "a")).returncode == 0
    assert (tmp_path / "a" / files[0]).read_bytes() == before
    schema = json.loads((tmp_path / "b" / "client_webinar_left.schema.json").read_text())
    assert schema["$id"] == "https://example.org/client_webinar_left"


def test_printed_documents_are_json(tmp_path: Path) -> None:
    """Without --out, stdout is one JSON document; with it, the file holds the same."""
    whole = json.loads(_run("json-schema").stdout)
    assert set(whole["$defs"]) == set(CATALOGUE)
    one = json.loads(_run("json-schema", "--event", "client_webinar_left").stdout)
    assert one == {**whole["$defs"]["client_webinar_left"]}
    printed = _run("asyncapi").stdout
    assert json.loads(printed)["asyncapi"] == "3.0.0"
    assert _run("asyncapi", "--out", str(tmp_path / "asyncapi.json")).returncode == 0
    assert (tmp_path / "asyncapi.json").read_text(encoding="utf-8") == printed


def test_unknown_event() -> None:
    """An event that isn't canonical exits 2 and names the nearest."""
    answer = _run("json-schema", "--event", "client_webinar_complete")
    assert answer.returncode == 2
    assert "did you mean 'client_webinar_completed'?" in answer.stderr


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A place that is taken by a file exits 2 without a traceback."""
    (tmp_path / "taken").write_text("")
    answer = _run("json-schema", "--out", str(tmp_path / "taken" / "below"))
    assert answer.returncode == 2
    assert "can't be written" in answer.stderr
    assert "Traceback" not in answer.stderr
