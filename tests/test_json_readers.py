"""JSON from outside has one reader, `contracts.model.strict_json`; what else parses reads what this toolkit wrote."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "contracts"
ALLOWED = {
    "model/strict_json.py": "it is the reader",
    "expectations/recording.py": "what another process of this toolkit wrote",
    "expectations/messages.py": "what this toolkit hands to a handler",
    "registry_diff/states.py": "what another process of this toolkit wrote",
    "pact_core/writing.py": "what Pact's library wrote of what it was given",
    "pact_core/judging.py": "what Pact's core answered",
    "broker/embedded/history.py": "what the broker has stored, which was read on its way in",
    "broker/embedded/records/deployments.py": "what the broker has stored, which was read on its way in",
    "broker/embedded/records/pacts.py": "what the broker has stored, which was read on its way in",
    "broker/embedded/records/results.py": "what the broker has stored, which was read on its way in",
    "broker/embedded/records/webhooks.py": "what the broker has stored, which was read on its way in",
    "verification/forms.py": "it finds where each event of a batch ends, and each is read then",
    "verification/compiled.py": "a copy of a message's text that was read before",
    "emitters/parts/quick_capture.py": "it takes only what the reader reads to the same",
    "audit/reading.py": "the members of a line, before it is read",
}
PARSERS = ("json.loads", "json.load", "json.JSONDecoder", "msgspec.json.Decoder", "msgspec.json.decode")


def parsing(source: str) -> Iterator[str]:
    """Yield each use of another parser in some code, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in ("json", "msgspec.json"):
            yield from (f"{node.lineno}: {one.name}" for one in node.names if one.name != "dumps")
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            # `response.json()` of `requests`, and `get_json` of Flask, are parsers too.
            if called in PARSERS or called.endswith((".json", ".get_json", "JSONDecoder")):
                yield f"{node.lineno}: {called}"


def sources() -> list[str]:
    """Return the package's modules."""
    return sorted(str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", sources())
def test_no_other_parser_reads_what_comes_from_outside(name: str) -> None:
    """It would take what others read differently, exhaust the stack, or keep what can't be written again."""
    found = list(parsing((PACKAGE / name).read_text(encoding="utf-8")))
    if name in ALLOWED:
        assert found, f"{name} parses no more: take it off the list"
    else:
        assert found == []


@pytest.mark.parametrize(
    ("code", "parses"),
    [
        ("json.loads(text)", True),
        ("json.load(file)", True),
        ("from json import loads", True),
        ("answer.json()", True),
        ("request.get_json()", True),
        ("msgspec.json.decode(raw)", True),
        ("json.JSONDecoder()", True),
        ("json.dumps(value)", False),
        ("decode(text)", False),
        ("from json import dumps", False),
    ],
)
def test_what_counts_as_parsing(code: str, parses: bool) -> None:
    """By whatever name, and writing doesn't."""
    assert bool(list(parsing(code))) is parses
