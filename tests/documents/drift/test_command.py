"""`contracts drift` as it is typed: output, exit codes, unreadable documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.cli.app import run

ROOT = Path(__file__).parents[3]
DOCUMENTS = Path("tests/documents/drift/documents")


UNKNOWN = """# Events of `client-webinar-tracker-v2`

| Event | Status |
|---|---|
| `client_webinar_completed` | implemented |
| `client_webinar_entered` | mothballed |
| `client_webinar_form_submitted` | planned |
"""
SETTINGS = '[documents]\nplanned = ["mothballed"]\nstatus = ["Reife"]\n'


@dataclass(frozen=True)
class Answer:
    """What the command came to."""

    returncode: int
    stdout: str
    stderr: str


Drift = Callable[..., Answer]


@pytest.fixture
def drift(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Drift:
    """Type `contracts drift …` in the checkout, or in another folder."""

    def typed(*arguments: str, cwd: Path = ROOT) -> Answer:
        monkeypatch.chdir(cwd)
        code = run(["drift", *arguments])
        return Answer(code, *capsys.readouterr())

    return typed


def test_own_documents_hold(drift: Drift) -> None:
    """The committed documents in both languages agree with the registry, and are read to the last sentence."""
    answer = drift("--strict", "docs/emitters.en.md", "docs/emitters.ru.md")
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.count(", 0 differences") == 2


def test_difference_is_shown_with_both_places(drift: Drift) -> None:
    """A line names the document's place, the pair, both sides, and the registry's place."""
    answer = drift(str(DOCUMENTS / "ru-wrong-status.md"))
    assert answer.returncode == 1
    assert (
        "tests/documents/drift/documents/ru-wrong-status.md:4: status: "
        "`client-webinar-tracker-v2` → `client_webinar_completed`: "
        "the document says not implemented, the registry says implemented (contracts/webinar/emitters.toml:37)"
    ) in answer.stdout
    assert answer.stdout.endswith(", 2 differences\n")


def test_json_is_one_document(drift: Drift) -> None:
    """The JSON output holds each document with its differences, and nothing else is on stdout."""
    answer = drift(str(DOCUMENTS / "ru-wrong-status.md"), str(DOCUMENTS / "en-right-headings.md"), "--output", "json")
    document = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert document["success"] is False
    assert [len(one["differences"]) for one in document["documents"]] == [2, 0]
    assert document["documents"][0]["differences"][0]["document"]["line"] == 4
    assert document["documents"][0]["differences"][0]["registry"]["file"] == "contracts/webinar/emitters.toml"


def test_nothing_said_of_emitters(drift: Drift) -> None:
    """A document without a statement exits 3, says so, and lists what names an event without being read."""
    answer = drift(str(DOCUMENTS / "en-in-passing.md"))
    assert answer.returncode == 3
    assert [line.split(": ")[0].rpartition(":")[2] for line in answer.stdout.splitlines()] == ["3", "4", "6", "7"]
    assert all(": not read: " in line for line in answer.stdout.splitlines())
    assert "says nothing of emitters" in answer.stderr


def test_unclear_is_no_agreement(tmp_path: Path, drift: Drift) -> None:
    """A status that isn't known exits 1, with its line, the word, and what to add."""
    file = tmp_path / "events.md"
    file.write_text(UNKNOWN, encoding="utf-8")
    answer = drift(str(file))
    assert answer.returncode == 1
    assert (
        f"{file}:6: unclear: “client_webinar_entered mothballed”: its “Status” isn't understood; "
        "next: use a known word, or add yours to [tool.contracts.documents]\n"
    ) in answer.stdout
    assert answer.stdout.endswith(" statements, 0 differences, 1 unclear\n")
    document = json.loads(drift(str(file), "-o", "json").stdout)
    assert document["success"] is False
    (unclear,) = document["documents"][0]["unclear"]
    assert unclear["document"] == {"file": str(file), "line": 6}
    assert document["documents"][0]["not_read"] == []


def test_strict_refuses_what_is_not_read(drift: Drift) -> None:
    """What only mentions a name is listed, and with --strict it exits 1."""
    document = str(DOCUMENTS / "right-handler-column.md")
    answer = drift(document)
    assert answer.returncode == 0
    assert ":5: not read: " in answer.stdout
    assert answer.stdout.endswith(": 3 statements, 0 differences, 1 not read\n")
    assert drift(document, "--strict").returncode == 1
    assert drift(str(DOCUMENTS / "right-parentheses.md"), "--strict").returncode == 0


def test_words_of_the_project(tmp_path: Path, drift: Drift) -> None:
    """A word that the project's settings teach is read, in a status's cell and at the head of a column."""
    for file, text in (("contracts.toml", SETTINGS), ("events.md", UNKNOWN.replace("Status", "Reife"))):
        (tmp_path / file).write_text(text, encoding="utf-8")
    answer = drift("events.md", cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout
    (tmp_path / "contracts.toml").write_text(SETTINGS.replace("planned", "implemented"), encoding="utf-8")
    answer = drift("events.md", cwd=tmp_path)
    assert answer.returncode == 1
    assert "events.md:6: status: " in answer.stdout


def test_an_unknown_meaning_is_refused(tmp_path: Path, drift: Drift) -> None:
    """A key that no word can have is an error at its line."""
    (tmp_path / "contracts.toml").write_text('[documents]\nshipped = ["out"]\n', encoding="utf-8")
    answer = drift("events.md", cwd=tmp_path)
    assert answer.returncode == 2
    assert "contracts.toml:2: " in answer.stderr


def test_worst_of_several_documents_speaks(drift: Drift) -> None:
    """A document that differs speaks louder than one that says nothing."""
    assert drift(str(DOCUMENTS / "empty.md"), str(DOCUMENTS / "ru-wrong-status.md")).returncode == 1
    assert drift(str(DOCUMENTS / "empty.md"), str(DOCUMENTS / "en-right-headings.md")).returncode == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# Эмиттеры".encode("cp1251"), "not UTF-8"),
        ("# Emitters".encode("utf-16"), "not UTF-8"),
        (b"# Emitters\0", "holds a NUL"),
        (None, "No such file"),
    ],
)
def test_unreadable_documents(tmp_path: Path, content: bytes | None, said: str, drift: Drift) -> None:
    """A document that can't be read exits 2 with a message, also as JSON."""
    file = tmp_path / "document.md"
    if content is not None:
        file.write_bytes(content)
    answer = drift(str(file))
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert said in json.loads(drift(str(file), "-o", "json").stdout)["error"]["what"]


def test_directory_is_no_document(tmp_path: Path, drift: Drift) -> None:
    """A directory exits 2."""
    answer = drift(str(tmp_path))
    assert answer.returncode == 2
    assert "can't be read" in answer.stderr
