"""When captures were recorded, and whether that was in the commit under which their result is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, Driver, Plan
from contracts.model.emission import Commit, Emission, Observation
from contracts.project.published_version import ALLOW_DIRTY, ComparedVersion
from contracts.project.working_copy import WorkingCopy

ALLOW_OLD = "--allow-old-captures"
UNKNOWN = "when it was recorded isn't known"
TOLERANCE = timedelta(minutes=10)
"""How far the clock of a machine that records may be behind the one that commits."""


@dataclass(slots=True)
class CaptureTimes:
    """What the emissions of a run say of when they were recorded.

    Attributes:
        commits: the commits that they name, each with the first place.
        earliest: the earliest time of those that name none, with its place.
        unknown: how many name neither.
        read: how many there are.
    """

    commits: dict[Commit, Where | None] = field(default_factory=dict)
    earliest: tuple[datetime, Where | None] | None = None
    unknown: int = 0
    read: int = 0

    def note(self, emission: Emission) -> None:
        """Remember one emission."""
        self.read += 1
        if emission.commit is not None:
            self.commits.setdefault(emission.commit, emission.where)
            return
        at = _time(emission.at)
        if at is None:
            self.unknown += 1
        elif self.earliest is None or at < self.earliest[0]:
            self.earliest = (at, emission.where)


@dataclass(frozen=True, slots=True)
class TimedDriver:
    """A driver whose emissions are noted on their way to the engine."""

    driver: Driver
    times: CaptureTimes

    @property
    def capabilities(self) -> Capabilities:
        """Those of the driver."""
        return self.driver.capabilities

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Yield what the driver yields."""
        for observation in self.driver.observe(plan):
            if isinstance(observation, Emission):
                self.times.note(observation)
            yield observation


def timed(driver: Driver, times: CaptureTimes) -> Driver:
    """Return the driver with its emissions noted, where they are a recording; what is driven is of now."""
    return driver if driver.capabilities.drives else TimedDriver(driver, times)


def compare_captures(
    compared: ComparedVersion, times: CaptureTimes, *, allow_old: bool, allow_dirty: bool
) -> tuple[str, ...]:
    """Refuse to publish what captures of another commit, or of a changed checkout, show.

    The commit that a capture names decides; where it names none, its time does, against the commit's.

    Returns:
        What goes with the results: what was allowed, and what isn't known.

    Raises:
        MisuseError: a capture is of another commit, or older than the commit, or of a checkout that wasn't clean.
    """
    remarks = [f"{UNKNOWN} ({times.unknown} of {times.read} emissions)"] if times.unknown else []
    if compared.copy is None:
        return tuple(remarks)
    for what, where in _old(compared.copy, times):
        if not allow_old:
            raise MisuseError(
                f"the captures are old: {what}",
                where=where,
                next_step="record them again in this checkout, contracts record -- COMMAND for example; "
                f"{ALLOW_OLD} publishes them all the same, and says so",
            )
        remarks.append(f"{ALLOW_OLD}: {what}")
    for commit, where in times.commits.items():
        if commit.clean or not compared.copy.holds_tree_of(commit.id):
            continue
        what = f"recorded in a checkout that wasn't what {commit.id[:12]} holds"
        if not allow_dirty:
            raise MisuseError(
                f"the captures were {what}",
                where=where,
                next_step=f"commit the changes and record again; {ALLOW_DIRTY} publishes them all the same",
            )
        remarks.append(f"{ALLOW_DIRTY}: {what}")
    return tuple(remarks)


def _old(copy: WorkingCopy, times: CaptureTimes) -> Iterator[tuple[str, Where | None]]:
    for commit, where in times.commits.items():
        if not copy.holds_tree_of(commit.id):
            yield f"recorded at commit {commit.id[:12]}, and {copy.head[:12]} holds something else", where
    if times.earliest is not None and times.earliest[0] < copy.committed - TOLERANCE:
        at, where = times.earliest
        yield (
            f"recorded at {at.isoformat()}, before the commit {copy.head[:12]} was made ({copy.committed.isoformat()})",
            where,
        )


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
