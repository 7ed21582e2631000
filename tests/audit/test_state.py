"""A run goes on where another one ended: nothing is judged twice, and nothing is lost."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.audit import ledger
from contracts.audit.run import Verdicts, Way, audit
from contracts.errors import HarnessError, MisuseError
from contracts.model.audit import Audit
from tests.audit.support import event, job, lines

LOG = [event(1), event(2), event(1), event(3, id="m-2"), event(4, extra=1), event(5)]


def run(state: Path | None, *files: Path, **way: Any) -> Audit:
    """Audit files, and keep what was judged."""
    return audit(job(), [str(file) for file in files], Verdicts(), Way(1, state, **way))


def told(found: Audit) -> dict[str, Any]:
    """Return all that is told of the traffic."""
    return {key: value for key, value in found.to_json().items() if key not in ("files", "partial", "waiting")}


def test_tomorrows_log_is_judged_with_todays(tmp_path: Path) -> None:
    """Repeats across the two are found, and both together are what one run over both comes to."""
    monday, tuesday, state = tmp_path / "monday", tmp_path / "tuesday", tmp_path / "state"
    monday.write_bytes(lines(*LOG[:2]))
    tuesday.write_bytes(lines(*LOG[2:]))
    assert run(state, monday).events == 2
    both = run(state, tuesday)
    assert told(both) == told(run(None, monday, tuesday))
    assert (both.events, both.files) == (6, (str(monday), str(tuesday)))
    assert told(run(state, monday, tuesday)) == told(both)


def test_a_file_that_has_grown_is_read_on(tmp_path: Path) -> None:
    """From where it ended; its last line waits for its end, and is judged once."""
    log, state, whole = tmp_path / "log", tmp_path / "state", lines(*LOG)
    for cut in (0, 1, 250, 390, 391, 900, len(whole) - 1, len(whole)):
        log.write_bytes(whole[:cut])
        found = run(state, log)
        assert found.events == whole[:cut].count(b"\n")
        assert bool(found.waiting) is not (whole[:cut].endswith(b"\n") or not cut)
    assert told(found) == told(run(None, log))
    assert [instance.at.line for one in found.broken if one.rule == "event-schema" for instance in one.first] == [5]


def test_an_array_that_was_judged_is_not_judged_again(tmp_path: Path) -> None:
    """Its elements are known by their places."""
    log, state = tmp_path / "log", tmp_path / "state"
    log.write_text(json.dumps(LOG))
    assert told(run(state, log)) == told(run(state, log))


def test_what_is_torn_is_told_each_time_and_counted_once_it_is_whole(tmp_path: Path) -> None:
    """An array, and an archive, that end too early: what is whole is kept, and the place is looked at anew."""
    array, archive = json.dumps(LOG).encode(), gzip.compress(lines(*LOG))
    for number, (whole, cut) in enumerate([(array, len(array) - 30), (archive, len(archive) - 9)]):
        log, state = tmp_path / f"{number}.log", tmp_path / f"state-{number}"
        log.write_bytes(whole[:cut])
        for found in (run(state, log), run(state, log)):
            assert [one.count for one in found.broken if one.rule == "unreadable-capture"] == [1]
            assert found.exit_code == 2
        log.write_bytes(whole)
        assert told(run(state, log)) == told(run(None, log))


def test_an_interrupted_run_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was judged before the interrupt is kept, and the rest is judged by the next."""
    monkeypatch.setattr("contracts.audit.records.BLOCK", 400)
    log, state, asked = tmp_path / "log", tmp_path / "state", iter([False, False, *[True] * 9])
    log.write_bytes(lines(*LOG))
    first = run(state, log, is_interrupted=lambda: next(asked))
    assert first.partial
    assert 0 < first.events < 6
    assert told(run(state, log)) == told(run(None, log))


def test_a_run_that_breaks_keeps_what_was_written_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements without the count of them, or the other way round, are never there."""
    monkeypatch.setattr("contracts.audit.records.BLOCK", 400)
    monkeypatch.setattr(ledger, "BATCH", 1)
    log, state = tmp_path / "log", tmp_path / "state"
    log.write_bytes(lines(*LOG))

    class Killed(BaseException):
        pass

    def watch(progress: Any) -> None:
        if progress.events > 2:
            raise Killed

    with pytest.raises(Killed):
        run(state, log, watch=watch)
    monkeypatch.setattr(ledger, "_INSERT", "INSERT INTO nowhere SELECT 1")
    with pytest.raises(HarnessError):
        run(state, log)
    monkeypatch.undo()
    assert told(run(state, log)) == told(run(None, log))


def test_a_state_of_another_audit_is_refused(tmp_path: Path) -> None:
    """Answers by other options don't go together; nor does a file that was cut."""
    log, state = tmp_path / "log", tmp_path / "state"
    log.write_bytes(lines(*LOG))
    run(state, log)
    with pytest.raises(MisuseError, match="of another audit"):
        audit(job(keep=3), [str(log)], Verdicts(), Way(1, state))


def test_another_file_under_the_same_name_is_another_file(tmp_path: Path) -> None:
    """A log that was rotated begins with other bytes: it is judged from its begin."""
    log, state = tmp_path / "log", tmp_path / "state"
    log.write_bytes(lines(*LOG[:3]))
    run(state, log)
    log.write_bytes(lines(*LOG[3:]))
    found = run(state, log)
    assert (found.events, len(found.files)) == (6, 2)
