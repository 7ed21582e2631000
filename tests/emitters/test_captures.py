"""`--captures`: what is read, what is refused, and that no other line is lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.emitters.captures import read_captures
from contracts.emitters.parts.capture_line import MAX_LINE, write_capture, write_fault
from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities
from contracts.model.emission import Answered, Commit, Emission, Fault, Refused, Trigger

GOOD: dict[str, Any] = {"headers": {"Content-Type": "application/cloudevents+json"}, "body": "{}"}
FULL: dict[str, Any] = GOOD | {
    "at": "2026-01-31T18:00:00+03:00",
    "method": "PUT",
    "url": "https://scenario.example/events",
    "body_encoding": "base64",
    "body": "AP8=",
    "response": {"status": 503},
    "trigger": {"event": "client_webinar_completed", "fact": {"client_id": "c1"}, "attempt": 2, "delivery": "d1"},
    "context": "test_completed",
    "commit": {"id": "4f2a9c1", "clean": False},
    "transport": "http",
}


def line(document: Any) -> bytes:
    """Return one line of a capture file."""
    return json.dumps(document).encode() + b"\n"


def read(content: bytes) -> list[Emission | Fault]:
    """Read a capture file's content."""
    return list(read_captures(io.BytesIO(content), "captures.ndjson"))


def only_fault(content: bytes) -> Fault:
    """Return the one fault that the content comes to."""
    (fault,) = read(content)
    assert isinstance(fault, Fault)
    assert fault.rule == "unreadable-capture"
    return fault


def test_a_full_line_is_read_whole() -> None:
    """Every key of a capture reaches the emission, header names in lower case, the body as bytes."""
    (emission,) = read(line(FULL))
    assert emission == Emission(
        headers={"content-type": "application/cloudevents+json"},
        body=b"\x00\xff",
        method="PUT",
        url="https://scenario.example/events",
        at="2026-01-31T18:00:00+03:00",
        response=Answered(status=503),
        trigger=Trigger(event="client_webinar_completed", fact={"client_id": "c1"}, attempt=2, delivery="d1"),
        context="test_completed",
        commit=Commit(id="4f2a9c1", clean=False),
        transport="http",
        where=Where("captures.ndjson", 1),
    )


def test_headers_and_body_are_enough() -> None:
    """A line with the required keys alone is an emission, and nobody knows whether it was delivered."""
    (emission,) = read(line(GOOD))
    assert isinstance(emission, Emission)
    assert (emission.body, emission.delivered, emission.trigger, emission.context) == (b"{}", None, None, None)


def test_a_refused_delivery_is_read() -> None:
    """A response that says `error` is a delivery that wasn't taken."""
    (emission,) = read(line(GOOD | {"response": {"error": "refused"}}))
    assert isinstance(emission, Emission)
    assert (emission.response, emission.delivered) == (Refused(error="refused"), False)


@pytest.mark.parametrize("key", ["at", "response", "trigger", "context", "commit", "transport"])
def test_null_means_unknown(key: str) -> None:
    """A key that may be unknown may be null."""
    (emission,) = read(line(GOOD | {key: None}))
    assert isinstance(emission, Emission)


def test_a_recorded_fault_is_an_error_and_not_an_emission() -> None:
    """What a recorder couldn't record isn't passed over: whoever reads the captures is told."""
    before, fault, after = read(line(GOOD) + b" " + write_fault("a request had no length") + line(GOOD))
    assert isinstance(before, Emission)
    assert isinstance(after, Emission)
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.message) == ("unreadable-capture", "a request had no length")
    assert fault.where == Where("captures.ndjson", 2)


def test_an_escaped_nul_in_a_body_is_the_emitters() -> None:
    """The capture is fine: what the message holds is judged with it."""
    (emission,) = read(line(GOOD | {"body": '{"a": "\0"}'}))
    assert isinstance(emission, Emission)
    assert emission.body == b'{"a": "\0"}'


@pytest.mark.parametrize("transport", ["kafka", "amqp", "nats", "sqs", "http"])
def test_a_message_that_no_http_carried_has_no_method(transport: str) -> None:
    """Method and URL may be left out where the transport is said; HTTP's own default is HTTP's alone."""
    (emission,) = read(line(GOOD | {"transport": transport}))
    assert isinstance(emission, Emission)
    assert (emission.transport, emission.method) == (transport, "POST" if transport == "http" else "")
    assert read(write_capture(emission)) == [emission]


REFUSED: list[tuple[str, bytes, str]] = [
    ("no JSON", b"nonsense\n", "the line is no JSON: Expecting value at line 1, column 1"),
    ("an array", b"[]\n", "the line holds an array, not an object"),
    ("null", b"null\n", "the line holds null, not an object"),
    ("no headers", line({"body": ""}), "the key 'headers' is missing"),
    ("no body", line({"headers": {}}), "the key 'body' is missing"),
    ("unknown key", line(GOOD | {"heders": {}}), "the key 'heders' isn't known (did you mean 'headers'?)"),
    ("unknown key, none near", line(GOOD | {"zzz": 1}), "the key 'zzz' isn't known"),
    ("body an object", line(GOOD | {"body": {}}), "body: input should be a valid string, not an object"),
    ("header a number", line(GOOD | {"headers": {"a": 1}}), "headers.a: input should be a valid string, not 1"),
    ("headers a list", line(GOOD | {"headers": []}), "headers: input should be a valid dictionary, not an array"),
    ("method null", line(GOOD | {"method": None}), "method: input should be a valid string, not null"),
    ("header twice", line(GOOD | {"headers": {"A": "1", "a": "2"}}), "headers names one header twice: 'A' and 'a'"),
    ("duplicate key", b'{"headers":{},"body":"","body":"x"}\n', "the line names the key 'body' twice in one object"),
    ("duplicate header", b'{"headers":{"a":"1","a":"2"},"body":""}\n', "names the key 'a' twice"),
    ("raw NUL", b'{"headers":{},"body":"\0"}\n', "the line holds a NUL at character 22"),
    ("escaped NUL", line(GOOD | {"context": "\0"}), "the line holds an escaped NUL"),
    ("escaped NUL in a name", line(GOOD | {"body\0": ""}), "the line holds an escaped NUL"),
    ("NaN", b'{"headers":{},"body":NaN}\n', "the line holds NaN, which JSON doesn't have"),
    ("lone surrogate", b'{"headers":{},"body":"\\ud800"}\n', "the line holds a lone surrogate"),
    ("not UTF-8", b'{"headers":{},"body":"\xff"}\n', "the line is not UTF-8: byte 22 can't be decoded"),
    ("byte order mark", b"\xef\xbb\xbf" + line(GOOD), "the line starts with a byte order mark"),
    ("deep nesting", b'{"a":' * 10_000 + b"\n", "the line is nested deeper than 64 levels"),
    ("deep arrays", b"[" * 1_000_000 + b"\n", "the line is nested deeper than 64 levels"),
    ("huge integer", b'{"headers":{},"body":' + b"9" * 5_000 + b"}\n", "the line holds a number of 5000 digits"),
    ("huge exponent", b'{"headers":{},"body":1e999}\n', "the line holds a number too large"),
    ("base64 with a gap", line(FULL | {"body": "AP 8="}), "body is no base64"),
    ("base64 for URLs", line(FULL | {"body": "-_8="}), "body is no base64"),
    ("base64 without padding", line(FULL | {"body": "AP8"}), "body is no base64"),
    ("base64 with stray bits", line(FULL | {"body": "AP9="}), "its last character holds bits that belong to no byte"),
    ("base64 with letters beyond ASCII", line(FULL | {"body": "é==="}), "body is no base64"),
    ("unknown encoding", line(GOOD | {"body_encoding": "utf8"}), "body_encoding: input should be 'utf-8' or 'base64'"),
    ("no date", line(GOOD | {"at": "yesterday"}), "at: 'yesterday' is no RFC 3339 date-time"),
    ("no offset", line(GOOD | {"at": "2026-01-31T18:00:00"}), "at: '2026-01-31T18:00:00' is no RFC 3339 date-time"),
    ("no such day", line(GOOD | {"at": "2026-02-30T18:00:00Z"}), "at: day is out of range"),
    ("epoch time", line(GOOD | {"at": 1769871600}), "at: input should be a valid string, not 1769871600"),
    ("status a text", line(GOOD | {"response": {"status": "202"}}), "response.status: input should be a valid integer"),
    ("status too high", line(GOOD | {"response": {"status": 600}}), "response.status: input should be less"),
    ("empty response", line(GOOD | {"response": {}}), "the key 'response.status' is missing"),
    ("both responses", line(GOOD | {"response": {"status": 202, "error": ""}}), "the key 'response.error' isn't known"),
    ("response slip", line(GOOD | {"response": {"status": 202, "eror": 1}}), "(did you mean 'error'?)"),
    ("trigger slip", line(GOOD | {"trigger": {"event": "e", "atempt": 1}}), "(did you mean 'attempt'?)"),
    ("trigger without event", line(GOOD | {"trigger": {}}), "the key 'trigger.event' is missing"),
    ("commit slip", line(GOOD | {"commit": {"id": "a", "clean": True, "claen": True}}), "(did you mean 'clean'?)"),
    ("commit without id", line(GOOD | {"commit": {"clean": True}}), "the key 'commit.id' is missing"),
    ("clean a text", line(GOOD | {"commit": {"id": "a", "clean": "yes"}}), "commit.clean: input should be a"),
    ("transport a sentence", line(GOOD | {"transport": "by mail"}), "transport: string should match pattern"),
    ("empty fault", line({"fault": ""}), "fault: string should have at least 1 character"),
    ("fault and body", line(GOOD | {"fault": "x"}), "isn't known"),
    ("attempt zero", line(GOOD | {"trigger": {"event": "e", "attempt": 0}}), "trigger.attempt: input should be"),
    ("too long", b"x" * (2 * MAX_LINE) + b"\n", "the line is longer than 1048576 bytes"),
    ("UTF-16", "\ufeff{}".encode("utf-16-le"), "the file is UTF-16: captures are UTF-8"),
    ("torn", line(GOOD)[:-9], "the last line is torn, it has no line end: the line is no JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_line_is_one_fault_and_no_other_line_is_lost(content: bytes, message: str) -> None:
    """A line that is no capture is named by file and line, and its neighbours are read."""
    fault = only_fault(content)
    assert message in fault.message
    assert fault.where == Where("captures.ndjson", 1)
    if content.endswith(b"\n"):
        before, refused, after = read(line(GOOD) + content + line(GOOD))
        assert isinstance(before, Emission)
        assert isinstance(after, Emission)
        assert isinstance(refused, Fault)
        assert (refused.where, after.where) == (Where("captures.ndjson", 2), Where("captures.ndjson", 3))


def test_a_line_of_the_longest_length_is_read() -> None:
    """A line of exactly one mebibyte is read, and one byte more is refused."""
    room = MAX_LINE - len(line(GOOD | {"body": ""})) + 1
    fits = line(GOOD | {"body": "x" * room})
    assert len(fits) == MAX_LINE + 1
    (emission,) = read(fits)
    assert isinstance(emission, Emission)
    assert isinstance(read(fits.rstrip(b"\n"))[0], Emission)
    assert only_fault(line(GOOD | {"body": "x" * (room + 1)})).message == "the line is longer than 1048576 bytes"


def test_a_last_line_without_its_line_end_is_read_if_it_is_whole() -> None:
    """A missing line end at the end of the file costs nothing."""
    first, last = read(line(GOOD) + line(GOOD).rstrip(b"\n"))
    assert isinstance(first, Emission)
    assert isinstance(last, Emission)


@pytest.mark.parametrize("content", [b"", b"\n", b"\n \r\n\t\n"])
def test_an_empty_file_yields_nothing(content: bytes) -> None:
    """Nothing in the file, or empty lines alone: no emission and no fault."""
    assert read(content) == []


def test_windows_line_ends_are_read() -> None:
    """A carriage return before the line feed is white space."""
    assert [type(item) for item in read(line(GOOD).replace(b"\n", b"\r\n") * 2)] == [Emission, Emission]


def test_a_utf16_file_is_a_fault_a_line() -> None:
    """A file in UTF-16 is named as such, and no line of it is taken for an emission."""
    items = read((line(GOOD) * 3).decode().encode("utf-16"))
    assert {type(item) for item in items} == {Fault}
    assert "UTF-16" in str(items[0])


def test_a_file_of_long_lines_is_read_in_bounded_memory() -> None:
    """A line of 64 MiB isn't held in memory."""

    class Endless(io.RawIOBase):
        left = 64 * MAX_LINE

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size

    tracemalloc.start()
    try:
        (fault,) = read_captures(io.BufferedReader(Endless()), "long")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(fault, Fault)
    assert peak < 8 * MAX_LINE


def test_captures_are_read_as_they_come(tmp_path: Path) -> None:
    """An emission is there before the file is at its end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    first_is_read = threading.Event()

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            stream.write(line(GOOD))
            assert first_is_read.wait(10)
            stream.write(line(FULL))

    writer = threading.Thread(target=write)
    writer.start()
    items: Iterator[Any] = iter(open_driver({"captures": str(pipe)}).observe(()))
    assert next(items).body == b"{}"
    first_is_read.set()
    assert next(items).body == b"\x00\xff"
    assert list(items) == []
    writer.join(10)
    assert not writer.is_alive()


def test_several_files_are_read_in_order(tmp_path: Path) -> None:
    """Each emission names its own file and line, and a recording can't be asked for anything."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(line(GOOD))
    two.write_bytes(b"nonsense\n" + line(GOOD))
    driver = open_driver({"captures": [str(one), str(two)]})
    assert driver.capabilities == Capabilities(drives=False, refuses=False, simultaneous=False)
    items: list[Any] = list(driver.observe(()))
    assert [item.where for item in items] == [Where(str(one), 1), Where(str(two), 1), Where(str(two), 2)]


def test_standard_input_is_read() -> None:
    """`-` reads what is piped in."""
    program = (
        "from contracts.emitters import open_driver\n"
        "for item in open_driver({'captures': '-'}).observe(()): print(item.where, item.body)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=line(GOOD), capture_output=True, timeout=60, check=True
    )
    assert done.stdout == b"-:1 b'{}'\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing", "No such file or directory"), ("folder", "Is a directory"), ("a\0b", "embedded null byte")],
)
def test_a_file_that_is_none_is_misuse(tmp_path: Path, name: str, message: str) -> None:
    """A missing file or a folder is refused before anything runs, and named."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(MisuseError, match=message) as raised:
        open_driver({"captures": str(tmp_path / name)})
    assert raised.value.where == Where(str(tmp_path / name))
    assert raised.value.next_step


def test_a_file_that_goes_away_is_misuse(tmp_path: Path) -> None:
    """A file that is removed after it was named is misuse, not a traceback."""
    file = tmp_path / "captures"
    file.write_bytes(line(GOOD))
    driver = open_driver({"captures": str(file)})
    file.unlink()
    with pytest.raises(MisuseError, match="No such file"):
        list(driver.observe(()))
