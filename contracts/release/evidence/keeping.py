"""Keeping what a run sends while it is judged: the whole of it, or nothing and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Driver, Plan
from contracts.model.emission import Driven, Emission, Fault, Observation, Settled
from contracts.model.posting import Posting
from contracts.release.evidence.keepable import Unkept, why_not_asked, why_not_kept
from contracts.release.evidence.sealed import MAX_CAPTURES, Packed, Packer, Sealed

SWITCHED_OFF = "--no-evidence"


class RunKeeper:
    """Hears a run and packs it; from the first thing on that may not be kept, nothing is held any more."""

    def __init__(self, domain: Domain, emitter: str, posting: Posting, *, wanted: bool = True) -> None:
        self._domain = domain
        self._packer = Packer(_sealed(emitter, posting)) if wanted else None
        self._why = "" if wanted else SWITCHED_OFF
        self._heard = 0

    def hearing(self, driver: Driver) -> Driver:
        """Return a driver whose run is heard on its way to the engine."""
        return _HeardDriver(driver, self)

    def hear(self, observation: Observation) -> None:
        """Take what the driver yields."""
        if self._packer is None:
            return
        match observation:
            case Emission():
                self._heard += 1
                self._emission(self._packer, observation)
            case Settled():
                if (refused := why_not_asked(observation.trigger, self._domain)) is not None:
                    self._leave(f"a fact that was asked for, {refused.path}: {refused.why}")
                else:
                    self._packer.asked(observation)
            case Driven():
                self._packer.driven(observation)
            case Fault():
                self._leave("something of the run couldn't be read or done, and a part of a run is no evidence")

    @property
    def kept(self) -> Packed | str:
        """The whole run; or why nothing is kept of it."""
        return self._why if self._packer is None else self._packer.packed()

    def _emission(self, packer: Packer, emission: Emission) -> None:
        refused = why_not_kept(emission, self._domain)
        if refused is not None:
            self._leave(_named(emission, self._heard, refused))
            return
        packer.emission(emission)
        if packer.size > MAX_CAPTURES:
            self._leave(f"the run is larger than {MAX_CAPTURES // 1024 // 1024} MiB")

    def _leave(self, why: str) -> None:
        self._packer, self._why = None, why


def _sealed(emitter: str, posting: Posting) -> Sealed:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Sealed(emitter, posting.version, posting.run, posting.contract, posting.toolkit, at)


def _named(emission: Emission, number: int, refused: Unkept) -> str:
    place = str(emission.where) if emission.where else f"emission {number}"
    return f"it may be personal: {place}, {refused.path}: {refused.why}"


@dataclass(frozen=True, slots=True)
class _HeardDriver:
    driver: Driver
    keeper: RunKeeper

    @property
    def capabilities(self) -> Capabilities:
        """Those of the driver."""
        return self.driver.capabilities

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Yield what the driver yields."""
        can = self.capabilities
        if can.drives:
            self.keeper.hear(Driven(can.refuses, can.simultaneous))
        for observation in self.driver.observe(plan):
            self.keeper.hear(observation)
            yield observation
