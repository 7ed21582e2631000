"""When captures were recorded, beside the commit under which their result is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, Plan
from contracts.model.emission import Commit, Emission, Observation, Settled, Trigger
from contracts.model.identity import Found
from contracts.project.capture_times import UNKNOWN, CaptureTimes, TimedDriver, compare_captures
from contracts.project.domain import load_domain
from contracts.project.published_version import ComparedVersion, compare_version
from contracts.project.settings import load_settings
from tests.project.checkouts import Checkout, make_checkout

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A project whose last commit was made at a known time."""
    made = make_checkout(tmp_path / "repository")
    monkeypatch.chdir(made.root)
    made.commit(at=MADE)
    return made


def compared(checkout: Checkout, version: str | None = None) -> ComparedVersion:
    """Compare the working copy with a version, HEAD where none is said."""
    settings = load_settings(checkout.root)
    found = Found(version or checkout.git("rev-parse", "HEAD"), "--version")
    return compare_version(settings, load_domain(settings), found, allow_dirty=False)


def emission(line: int, *, at: datetime | str | None = None, commit: str | None = None, clean: bool = True) -> Emission:
    """Return an emission that was recorded then and there."""
    return Emission(
        headers={},
        body=b"",
        at=at.isoformat() if isinstance(at, datetime) else at,
        commit=None if commit is None else Commit(id=commit, clean=clean),
        where=Where("captures.ndjson", line),
    )


def judge(
    version: ComparedVersion, *emissions: Emission, allow_old: bool = False, allow_dirty: bool = False
) -> tuple[str, ...]:
    """Judge emissions as a run meets them."""
    times = CaptureTimes()
    for one in emissions:
        times.note(one)
    return compare_captures(version, times, allow_old=allow_old, allow_dirty=allow_dirty)


def test_captures_of_this_commit_hold_whatever_their_time_says(checkout: Checkout) -> None:
    """The commit decides where it is named."""
    head = checkout.git("rev-parse", "HEAD")
    old = MADE - timedelta(days=100)
    assert judge(compared(checkout), emission(1, commit=head, at=old), emission(2, commit=head)) == ()


def test_captures_of_another_commit_are_refused_at_their_line(checkout: Checkout) -> None:
    """One among several is enough; --allow-old-captures publishes them with a remark."""
    first = checkout.git("rev-parse", "HEAD")
    checkout.project.put("plugin/emit.php", "<?php // mended\n")
    head = checkout.commit()
    emissions = [emission(1, commit=head), emission(2, commit=first), emission(3, commit="0" * 40)]
    with pytest.raises(MisuseError, match=f"captures.ndjson:2: the captures are old: recorded at commit {first[:12]}"):
        judge(compared(checkout), *emissions)
    with pytest.raises(MisuseError):
        judge(compared(checkout), *emissions, allow_dirty=True)
    remarks = judge(compared(checkout), *emissions, allow_old=True)
    assert [remark.partition(",")[0] for remark in remarks] == [
        f"--allow-old-captures: recorded at commit {first[:12]}",
        f"--allow-old-captures: recorded at commit {'0' * 12}",
    ]


def test_captures_hold_after_a_commit_was_amended_without_a_change(checkout: Checkout) -> None:
    """And not after one that changed something."""
    first = checkout.git("rev-parse", "HEAD")
    assert checkout.commit(at=MADE + timedelta(days=1), amend=True) != first
    assert judge(compared(checkout), emission(1, commit=first)) == ()
    checkout.project.put("plugin/emit.php", "<?php // mended\n")
    checkout.commit(amend=True)
    with pytest.raises(MisuseError, match="the captures are old"):
        judge(compared(checkout), emission(1, commit=first))


def test_captures_of_a_checkout_that_wasnt_clean_are_refused(checkout: Checkout) -> None:
    """What ran wasn't the commit; --allow-dirty publishes them with a remark, --allow-old-captures doesn't."""
    head = checkout.git("rev-parse", "HEAD")
    emissions = [emission(1, commit=head), emission(2, commit=head, clean=False)]
    for allow_old in (False, True):
        with pytest.raises(
            MisuseError, match=r"captures\.ndjson:2: the captures were recorded in a checkout that wasn't"
        ):
            judge(compared(checkout), *emissions, allow_old=allow_old)
    remarks = judge(compared(checkout), *emissions, allow_dirty=True)
    assert remarks == (f"--allow-dirty: recorded in a checkout that wasn't what {head[:12]} holds",)


@pytest.mark.parametrize(("minutes", "holds"), [(-11, False), (-10, True), (-9, True), (0, True), (100, True)])
def test_without_a_commit_the_time_decides(checkout: Checkout, minutes: int, holds: bool) -> None:
    """Ten minutes before the commit was made are within what clocks differ by."""
    at = MADE + timedelta(minutes=minutes)
    late = MADE + timedelta(days=1)
    emissions = [emission(1, at=late), emission(2, at=at), emission(3, at=late)]
    if holds:
        assert judge(compared(checkout), *emissions) == ()
    else:
        with pytest.raises(
            MisuseError, match=r"captures\.ndjson:2: the captures are old: recorded at 2026-03-01T11:49"
        ):
            judge(compared(checkout), *emissions)
        assert len(judge(compared(checkout), *emissions, allow_old=True)) == 1


def test_times_are_compared_across_their_offsets(checkout: Checkout) -> None:
    """13:00 at +03:00 is two hours before noon."""
    with pytest.raises(MisuseError, match="the captures are old"):
        judge(compared(checkout), emission(1, at="2026-03-01T13:00:00+03:00"))
    assert judge(compared(checkout), emission(1, at="2026-03-01T09:00:00-05:00")) == ()


@pytest.mark.parametrize("at", [None, "", "yesterday", "2026-03-01T12:00:00"])
def test_what_names_neither_is_said_to_be_unknown(checkout: Checkout, at: str | None) -> None:
    """It is published with that remark, beside others that are known."""
    head = checkout.git("rev-parse", "HEAD")
    known = (emission(1, commit=head), emission(2, at=MADE))
    assert judge(compared(checkout), *known) == ()
    assert judge(compared(checkout), *known, emission(3, at=at), emission(4)) == (f"{UNKNOWN} (2 of 4 emissions)",)


def test_a_version_that_is_no_commit_makes_no_capture_old(checkout: Checkout) -> None:
    """There is nothing to compare with; what isn't known is said all the same."""
    version = compared(checkout, "1.4.0")
    assert judge(version, emission(1, commit="0" * 40), emission(2, at=MADE - timedelta(days=9))) == ()
    assert judge(version, emission(1)) == (f"{UNKNOWN} (1 of 1 emissions)",)


@dataclass(frozen=True)
class Recorded:
    """A driver with emissions and something else between them."""

    observations: tuple[Observation, ...]
    capabilities: Capabilities = field(default_factory=Capabilities)

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Yield them."""
        del plan
        yield from self.observations


def test_a_timed_driver_yields_what_its_driver_yields() -> None:
    """And notes every emission."""
    observations = (emission(1), Settled(Trigger(event="x")), emission(2, at=MADE))
    times = CaptureTimes()
    driver = TimedDriver(Recorded(observations), times)
    assert tuple(driver.observe(())) == observations
    assert (times.read, times.unknown, times.earliest) == (2, 1, (MADE, Where("captures.ndjson", 2)))
