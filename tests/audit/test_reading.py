"""What can be read of which input, and what is said of the rest."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO

import fsspec  # type: ignore[import-untyped]  # it has none
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.audit.inputs import files_of
from contracts.audit.records import Record, Unreadable, partitions_of, records_of
from contracts.audit.run import Verdicts, Way, audit
from contracts.audit.unpacking import unpacked
from contracts.emitters.parts.capture_line import MAX_LINE, write_asked, write_capture, write_driven
from contracts.model.emission import Driven, Settled, Trigger
from contracts.model.rules import Severity
from contracts.stores import StoreError
from tests.audit.support import audited, counts, event, job, lines
from tests.verification.support import emission

EVENTS = [event(number) for number in range(3)]
FORMS = {
    "lines": lines(*EVENTS),
    "windows": lines(*EVENTS).replace(b"\n", b"\r\n"),
    "no-last-line-end": lines(*EVENTS).rstrip(),
    "array": json.dumps(EVENTS).encode(),
    "pretty-array": json.dumps(EVENTS, indent=2).encode(),
    "arrays": lines(EVENTS[:1], EVENTS[1:]),
    "batches-and-events": lines(EVENTS[0], EVENTS[1:]),
    "captures": b"".join(write_capture(emission(one)) for one in EVENTS),
    "capture-and-bare": write_capture(emission(EVENTS[0])) + lines(*EVENTS[1:]),
    "gzip": gzip.compress(lines(*EVENTS)),
    "two-gzips": gzip.compress(lines(EVENTS[0])) + gzip.compress(lines(*EVENTS[1:])),
    "padded-gzip": gzip.compress(lines(*EVENTS)) + bytes(512),
    "zstd": zstandard.compress(lines(*EVENTS)),
    "two-zstds": zstandard.compress(lines(EVENTS[0])) + zstandard.compress(lines(*EVENTS[1:])),
    "gzipped-array": gzip.compress(json.dumps(EVENTS, indent=1).encode()),
}


def records(pieces: Iterable[bytes]) -> list[Record | Unreadable]:
    """Return the records of a file that is read in these pieces."""
    return [record for partition in partitions_of(pieces, 0) for record in records_of(partition)]


@pytest.mark.parametrize("form", FORMS)
def test_one_log_in_every_form_comes_to_the_same(form: str, tmp_path: Path) -> None:
    """Three right events are three right events, however they were kept."""
    found = audited(tmp_path, FORMS[form])
    assert (found.events, found.exit_code, counts(found)) == (3, 0, {})
    assert found.pairs[0].facts == 3


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([FORMS["lines"], FORMS["pretty-array"], FORMS["arrays"]]), st.integers(1, 700))
def test_the_pieces_that_it_is_read_in_are_all_one(log: bytes, size: int) -> None:
    """Places and records are the same, wherever a piece ends; a place is where its record stands."""
    found = records([log[at : at + size] for at in range(0, len(log), size)])
    assert found == records([log])
    for record in found:
        assert isinstance(record, Record)
        assert log[record.at.offset :].startswith(record.raw)
        assert record.at.line == log.count(b"\n", 0, record.at.offset) + 1


@pytest.mark.parametrize(
    ("log", "judged", "said"),
    [
        (lines(*EVENTS) + b'{"specversion": "1.', 3, "torn"),
        (lines(EVENTS[0], b"no JSON", EVENTS[1]), 2, "no JSON"),
        (lines(EVENTS[0], b"17", EVENTS[1]), 2, "no object"),
        (lines(EVENTS[0], [17], EVENTS[1]), 2, "rest of the line"),
        (lines(EVENTS[0], b"x" * (MAX_LINE + 1), EVENTS[1]), 2, "longer than"),
        (lines(EVENTS[0]) + b"x" * (3 * MAX_LINE), 1, "longer than"),
        (lines(EVENTS[0], {"headers": {}}, EVENTS[1]), 2, "'body' is missing"),
        (lines(EVENTS[0]) + lines(EVENTS[1]).decode().encode("utf-16"), 1, "UTF-16"),
        (json.dumps(EVENTS).encode()[:-9], 2, "array is torn"),
        (b"[" + json.dumps(EVENTS[0]).encode() + b" oops]", 1, "isn't read"),
        (gzip.compress(lines(*EVENTS))[:-6], 3, "gzip archive is torn"),
    ],
)
def test_what_can_be_read_is_judged_beside_what_cannot(log: bytes, judged: int, said: str, tmp_path: Path) -> None:
    """The exit is 2, the place is named, and nothing before or after it is lost."""
    found = audited(tmp_path, log)
    (unread,) = [one for one in found.broken if one.severity is Severity.ERROR]
    assert (found.events, found.exit_code) == (judged, 2)
    assert said in unread.first[0].message


def test_a_broken_archive_loses_nothing_before_the_broken_byte() -> None:
    """What gzip gives for each whole byte before is what was packed."""
    log = lines(*(event(number) for number in range(300)))
    whole = gzip.compress(log)
    broken = whole[: len(whole) // 2] + bytes([0xFF] * 64) + whole[len(whole) // 2 + 64 :]
    found = records(unpacked(BytesIO(broken)))
    *before_it, last = found
    assert isinstance(last, Unreadable)
    # Behind it a few bytes may unpack to something else, until that shows.
    before = [one.raw for one in before_it[:100] if isinstance(one, Record)]
    assert before == log.splitlines()[:100]


def test_a_fault_of_the_emitter_is_no_fault_of_the_log(tmp_path: Path) -> None:
    """A key that stands twice is what was sent: a violation, as a verification has it; the exit is 1."""
    found = audited(tmp_path, lines(EVENTS[0], b'{"type": "a", "type": "b"}', b'{"id": NaN}', b'{"x": "\xff"}'))
    assert (found.exit_code, counts(found)) == (1, {"unknown-event": 3})


def test_a_bucket_is_read_as_a_folder_is(tmp_path: Path) -> None:
    """Whatever address fsspec knows, globs and archives too; a state knows what was judged of it."""
    store = fsspec.filesystem("memory")
    for number, name in enumerate(("monday.ndjson", "tuesday.ndjson.gz")):
        log = lines(event(number), event(9, extra=number))
        store.pipe_file(f"/logs-{tmp_path.name}/{name}", gzip.compress(log) if name.endswith("gz") else log)
    files = files_of([f"memory://logs-{tmp_path.name}/*.ndjson*"])
    assert [file.rpartition("/")[2] for file in files] == ["monday.ndjson", "tuesday.ndjson.gz"]
    for _ in range(2):
        found = audit(job(), files, Verdicts(), Way(1, tmp_path / "state"))
        assert (found.events, counts(found)) == (
            4,
            {"event-schema": 2, "repeat-changes-content": 1, "repeated-emission": 1},
        )
    store.rm(f"/logs-{tmp_path.name}", recursive=True)
    with pytest.raises(StoreError, match="can't be read"):
        audit(job(), files, Verdicts())


def test_a_line_of_100_mb_is_told_and_not_held() -> None:
    """No more than a piece of it is held in memory, and the next line is judged."""
    piece = b"x" * (1 << 20)
    tracemalloc.start()
    found = records(chain([lines(EVENTS[0])], repeat(piece, 100), [b"\n", lines(EVENTS[1])]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    first, long, last = found
    assert isinstance(long, Unreadable)
    assert (long.at.line, last.at.line, last.at.offset) == (2, 3, len(lines(EVENTS[0])) + (100 << 20) + 1)
    assert isinstance(first, Record)
    assert most < 16 << 20


def test_an_archive_that_holds_a_thousand_times_its_size_is_not_held() -> None:
    """No more than a part of what it gives is in memory at a time."""
    packed = gzip.compress(bytes(1 << 26))
    tracemalloc.start()
    given = sum(map(len, unpacked(BytesIO(packed))))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert given == 1 << 26
    assert most < 1 << 25


def test_a_file_that_grows_is_read_to_the_end_that_it_has(tmp_path: Path) -> None:
    """What is written while it is read is judged, and what is torn at the end is told."""
    log = tmp_path / "log"
    log.write_bytes(lines(*EVENTS[:1]))

    def grow(_: object) -> None:
        with log.open("ab") as file:
            file.write(lines(*EVENTS[1:]) + b'{"torn')

    with log.open("rb") as stream:
        found = records(unpacked(_Growing(stream, grow)))
    assert [isinstance(one, Record) for one in found] == [True, True, True, True]
    assert found[-1] == Record(found[-1].at, b'{"torn', whole=False)


class _Growing:
    """A file to which something is written after its first piece was read."""

    def __init__(self, stream: BinaryIO, grow: Callable[[object], None]) -> None:
        self._stream, self._grow, self._pieces = stream, grow, 0

    def read(self, size: int) -> bytes:
        """Return the next piece."""
        piece = self._stream.read(size)
        self._pieces += 1
        if self._pieces == 1:
            self._grow(piece)
        return piece


def test_what_a_driven_run_asked_for_is_no_message(tmp_path: Path) -> None:
    """Captures that tell of the run beside its emissions are read; a line that tells of it wrongly can't be."""
    said = write_driven(Driven(refuses=True, simultaneous=False)) + write_asked(Settled(Trigger(event="e")))
    assert counts(audited(tmp_path, said + FORMS["captures"])) == {}
    found = audited(tmp_path, said + b'{"asked": 1}\n' + FORMS["captures"])
    assert (found.events, counts(found), found.exit_code) == (3, {"unreadable-capture": 1}, 2)


def test_nothing_is_nothing(tmp_path: Path) -> None:
    """An empty file comes to 3, and one in which nothing can be read to 2."""
    assert audited(tmp_path, b"").exit_code == 3
    assert audited(tmp_path, b"\n \n").exit_code == 3
    assert audited(tmp_path, b"nothing\n").exit_code == 2
