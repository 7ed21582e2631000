"""Verifying one emitter: what joins the registry, the pacts, a driver and the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contracts import __version__
from contracts.emitters import OptionInput, open_driver
from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.driver import Driver
from contracts.model.facts import RestOfFact
from contracts.model.pact import PactUnderTest
from contracts.model.run_events import Finished, RunEvent
from contracts.model.verdict import Verification
from contracts.project.contract_package import contract_package
from contracts.project.facts import rest_of_facts
from contracts.project.named_emitters import refuse_unknown_emitter
from contracts.project.pacts import is_brought, read_pacts
from contracts.project.settings import STAND_IN, Settings
from contracts.verification.job import Job

DriverOptions = Mapping[str, OptionInput]
"""A driver's options by name, as the command line or the settings gave them."""


UNKNOWN_TODAY = "a pact of the contract: what the consumer reads today isn't known"

Listen = Callable[[Iterator[RunEvent], str], Iterator[RunEvent]]
"""Passes the events of an emitter's run on, and may show them: `contracts.report.progress.watch`."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run is judged.

    Attributes:
        strict_pending: a planned pair that is ready fails the run.
        report_only: everything is shown and the exit is 0.
    """

    strict_pending: bool = False
    report_only: bool = False


def driver_for(settings: Settings, emitter: str, options: DriverOptions) -> Driver:
    """Return the driver that the options name, else the one that the settings name for the emitter.

    Raises:
        MisuseError: neither names one, or its options aren't right.
    """
    own = settings.emitters.get(emitter, {})
    chosen = options or {name: value for name, value in own.items() if name != STAND_IN}
    if not chosen:
        raise MisuseError(
            f"nothing says how to reach {emitter}",
            where=settings.place_of("emitters", emitter) if emitter in settings.emitters else None,
            next_step=f"name its captures (--captures FILE), or a driver under [tool.contracts.emitters.{emitter}]",
        )
    return open_driver(chosen, where=None if options else settings.place_of("emitters", emitter))


def run_verification(
    settings: Settings,
    domain: Domain,
    emitter: str,
    *,
    options: DriverOptions | None = None,
    pacts: Sequence[PactUnderTest] | None = None,
    mode: Mode = Mode(),
    listen: Listen | None = None,
    through: Callable[[Driver], Driver] | None = None,
) -> Verification:
    """Verify an emitter from the project's settings: its driver, its pacts, the run, and what it came to.

    Args:
        options: the driver and its options; those of the settings where there are none.
        pacts: what is verified; None for the pacts at hand.
        listen: hears the run.
        through: hands the driver on, so that what it yields is heard on its way to the engine.

    Raises:
        ContractsError: nothing says how to reach the emitter, its driver's options aren't right, a pact can't be
            read, or the registry has no such emitter.
    """
    refuse_unknown_emitter(domain, emitter)
    driver = driver_for(settings, emitter, options or {})
    asked = local_pacts(settings, emitter) if pacts is None else pacts
    rest = rest_of_facts(settings, domain, emitter)
    events = verification_events(domain, emitter, through(driver) if through else driver, asked, mode, rest)
    return verification_of(listen(events, emitter) if listen else events)


def captures_named(settings: Settings, emitter: str, options: DriverOptions) -> tuple[Path, ...]:
    """Return the files of captures that would be read: a test run writes them anew."""
    chosen = options or settings.emitters.get(emitter, {})
    said = chosen.get("captures")
    return tuple(Path(file) for file in _words(said) if file != "-") if said else ()


def _words(value: OptionInput) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def local_pacts(settings: Settings, emitter: str, explicit: Path | None = None) -> tuple[PactUnderTest, ...]:
    """Return the emitter's pacts from a folder, a file or the contract package; of the last it is said."""
    # Looked up once: without a setting every installed distribution is asked.
    package = contract_package(settings)
    return tuple(
        PactUnderTest(pact, reasons=(UNKNOWN_TODAY,) if is_brought(package, pact) else ())
        for pact in read_pacts(settings, explicit, emitter)
    )


def verification_events(
    domain: Domain,
    emitter: str,
    driver: Driver,
    pacts: Sequence[PactUnderTest],
    mode: Mode = Mode(),
    rest: RestOfFact | None = None,
) -> Iterator[RunEvent]:
    """Verify an emitter, and yield the engine's events; the last one holds the verification.

    Args:
        rest: returns what triggers carry beside the fact key.

    Raises:
        MisuseError: the registry has no such emitter.
    """
    from contracts.pact_core.verifier import replay
    from contracts.verification.engine import verify

    refuse_unknown_emitter(domain, emitter)
    job = Job(
        domain=domain,
        emitter=emitter,
        pacts=tuple(pacts),
        replay=replay,
        today=datetime.now(UTC).date(),
        toolkit=__version__,
        strict_pending=mode.strict_pending,
        report_only=mode.report_only,
        rest=rest,
    )
    return verify(job, driver)


def verification_of(events: Iterator[RunEvent]) -> Verification:
    """Run the events to their end and return what was found out."""
    last: RunEvent | None = None
    for last in events:  # noqa: B007 - the last one is asked for; ten thousand others needn't be kept
        pass
    if not isinstance(last, Finished):
        raise TypeError("a run ends with Finished")
    return last.verification
