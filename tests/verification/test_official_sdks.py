"""What CloudEvents' official SDKs read of an emitter's messages, and what the toolkit takes: an oracle, no dependency.

The PHP SDK comes by Composer alone: `composer require cloudevents/sdk-php nyholm/psr7` in the folder that
`CONTRACTS_COMPOSER_DIR` names. The table says what its version 1.2.0 reads; where it isn't there, nobody asks it again.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from contracts.model.emission import Emission
from tests.npm.modules import ROOT, npm_module
from tests.verification.messages import BATCH, STRUCTURED, batch, binary, verified
from tests.verification.support import message, rules_of

HERE = Path(__file__).parent
OURS, PYTHON, JAVASCRIPT, PHP = "ours", "Python", "JavaScript", "PHP"
SDKS = {PYTHON, JAVASCRIPT, PHP}
ALL = {OURS, *SDKS}


@dataclass(frozen=True)
class Read:
    """One message, who reads it, and why not everybody does.

    Attributes:
        readers: of the toolkit (`ours`) and the SDKs, those that take it.
        why: the reason where they differ.
    """

    name: str
    headers: dict[str, str]
    body: bytes
    readers: set[str]
    why: str = ""


WHOLE = json.dumps(message()).encode()
DATA = binary().body
HEADERS = dict(binary().headers)
IN_STRUCTURE, IN_BATCH = {"content-type": STRUCTURED}, {"content-type": BATCH}
STRICT = "what two parsers read differently can't be judged"


def structured(**changes: Any) -> bytes:
    """The body of a message in structured mode."""
    return json.dumps(message(**changes)).encode()


def without(name: str) -> dict[str, str]:
    """The headers of a binary message without one of them."""
    return {key: value for key, value in HEADERS.items() if key != name}


def with_type(content_type: str) -> dict[str, str]:
    """The headers of a binary message with another content type."""
    return {**HEADERS, "content-type": content_type}


READ = [
    Read("structured", IN_STRUCTURE, WHOLE, ALL),
    Read("with a charset", {"content-type": f"{STRUCTURED}; charset=utf-8"}, WHOLE, ALL),
    Read(
        "in capitals",
        {"content-type": "Application/CloudEvents+JSON"},
        WHOLE,
        ALL - {JAVASCRIPT},
        "case is nothing there (RFC 9110, section 8.3.1)",
    ),
    Read("binary", HEADERS, DATA, ALL),
    Read(
        "binary with a charset",
        with_type("application/json; charset=utf-8"),
        DATA,
        ALL - {PHP},
        "the PHP SDK knows no parameter of datacontenttype; RFC 2046 does",
    ),
    Read("an encoded header", {**HEADERS, "ce-id": "m%2D1"}, DATA, ALL),
    Read("a quoted header", {**HEADERS, "ce-id": '"m-1"'}, DATA, ALL, "the SDKs keep the quotes"),
    Read(
        "without a content type",
        without("content-type"),
        DATA,
        ALL - {PHP},
        "datacontenttype is optional, and the PHP SDK goes by the content type alone",
    ),
    Read("data that is text", with_type("text/plain"), b"x", {PYTHON, JAVASCRIPT}, "the event's data is an object"),
    Read("without data", HEADERS, b"", {PYTHON, JAVASCRIPT}, "the event has data"),
    Read("without specversion", without("ce-specversion"), DATA, {PYTHON, JAVASCRIPT}, "those take 1.0 for granted"),
    Read("version 0.3", {**HEADERS, "ce-specversion": "0.3"}, DATA, {PYTHON, JAVASCRIPT}, "the event is of 1.0"),
    Read("without type", without("ce-type"), DATA, set()),
    Read("data that is no JSON", HEADERS, b"{", {PYTHON}, "the Python SDK hands it on as text"),
    Read("two documents", HEADERS, DATA + DATA, {PYTHON}, "the Python SDK hands it on as text"),
    Read("a batch", IN_BATCH, batch(message()).body, ALL - {PYTHON}, "the Python SDK reads no batches"),
    Read("a batch of none", IN_BATCH, b"[]", {JAVASCRIPT, PHP}, "it states nothing"),
    Read("a batch that is an object", IN_BATCH, WHOLE, {PYTHON}, "the Python SDK takes it for structured mode"),
    Read("a key twice", IN_STRUCTURE, WHOLE.replace(b'"id"', b'"id": "m-2", "id"'), SDKS, STRICT),
    Read("a key twice in data", HEADERS, b'{"client_id": "c-2", ' + DATA[1:], SDKS, STRICT),
    Read("NaN", IN_STRUCTURE, WHOLE.replace(b'"client-1"', b"NaN"), {PYTHON}, STRICT),
    Read("NUL", IN_STRUCTURE, WHOLE.replace(b"client-1", b"c\\u0000"), SDKS, STRICT),
    Read("a lone surrogate", IN_STRUCTURE, WHOLE.replace(b"client-1", b"c\\ud800"), {PYTHON, JAVASCRIPT}, STRICT),
    Read("a byte order mark", IN_STRUCTURE, b"\xef\xbb\xbf" + WHOLE, set()),
    Read("no date", IN_STRUCTURE, structured(time="yesterday"), {JAVASCRIPT}, "that SDK doesn't look at it"),
    Read("no id", IN_STRUCTURE, structured(id=...), {PYTHON, JAVASCRIPT}, "those make one up"),
    Read("an empty id", IN_STRUCTURE, structured(id=""), {JAVASCRIPT}, "that SDK makes one up"),
    Read("an extension", IN_STRUCTURE, structured(traceparent="00"), ALL),
    Read("a name with a line", IN_STRUCTURE, structured(trace_parent="00"), set()),
    Read(
        "an object as extension",
        IN_STRUCTURE,
        structured(traceparent={}),
        {PYTHON, JAVASCRIPT},
        "an attribute is a text, a number or a truth value; those SDKs don't look at it",
    ),
    Read("plain JSON", {"content-type": "application/json"}, WHOLE, {PYTHON}, "no mode is said"),
]


def test_each_difference_has_its_reason() -> None:
    """Where a message isn't read by everybody or by nobody, the table says why; and it has some of each kind."""
    assert all(case.readers in (ALL, set()) or case.why for case in READ)
    assert {OURS in case.readers for case in READ if case.readers != ALL} == {True, False}


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_what_the_official_python_sdk_reads_and_we_do(everything: Path, case: Read) -> None:
    """Asked in this process, as the toolkit is."""
    done = verified(everything, Emission(case.headers, case.body))
    assert {OURS: done.success, PYTHON: _read_by_python(case)} == _by_table(case, OURS, PYTHON)


def _by_table(case: Read, *readers: str) -> dict[str, bool]:
    return {reader: reader in case.readers for reader in readers}


def _read_by_python(case: Read) -> bool:
    try:
        from_http_event(HTTPMessage(case.headers, case.body))
    except Exception:  # noqa: BLE001 - whatever it raises, it doesn't read it
        return False
    return True


def test_what_the_official_javascript_sdk_reads() -> None:
    """All of the table at once, in one process of node."""
    module = npm_module("cloudevents")
    if shutil.which("node") is None:
        pytest.skip("node isn't installed")
    assert _asked(["node", str(HERE / "sdk.js"), str(module)]) == _column(JAVASCRIPT)


def test_what_the_official_php_sdk_reads() -> None:
    """All of the table at once, in one process of PHP."""
    folder = Path(os.environ.get("CONTRACTS_COMPOSER_DIR") or ROOT / ".cache" / "composer")
    if not (folder / "vendor" / "autoload.php").is_file() or shutil.which("php") is None:
        pytest.skip("PHP with Composer's cloudevents/sdk-php and nyholm/psr7 isn't in CONTRACTS_COMPOSER_DIR")
    assert _asked(["php", str(HERE / "sdk.php"), str(folder)]) == _column(PHP)


def _column(reader: str) -> dict[str, bool]:
    return {case.name: reader in case.readers for case in READ}


def _asked(words: Sequence[str]) -> dict[str, bool]:
    """Hand the whole table to a program that reads it with an SDK."""
    lines = [{"headers": case.headers, "body": base64.b64encode(case.body).decode()} for case in READ]
    asked = "".join(f"{json.dumps(line)}\n" for line in lines)
    done = subprocess.run(words, input=asked, capture_output=True, text=True, timeout=60, check=True)
    answers = [json.loads(line) is not None for line in done.stdout.splitlines()]
    return dict(zip((case.name for case in READ), answers, strict=True))


def test_the_rules_are_the_ones_that_there_are(everything: Path) -> None:
    """No mode brings a rule of its own: scripts that know the table know what can come."""
    done = verified(everything, *(Emission(case.headers, case.body) for case in READ))
    assert rules_of(done)["finding"] <= {"event-schema", "content-type", "not-a-fact", "pact-mismatch", *REPEATS}


REPEATS = {"repeat-changes-id", "repeat-changes-content", "id-reused", "repeated-emission"}
