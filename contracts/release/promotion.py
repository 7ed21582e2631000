"""Taking a pair from planned to implemented, and back: registry, pacts, and the order of what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.broker.client import BrokerClient
from contracts.errors import BrokenContractError, MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Pair, Status
from contracts.model.status_change import StatusChange
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.release.readiness import LiveVersion, live_versions, refuse_file
from contracts.release.registry_edit import own_registry_file, replace_text, with_status


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a promotion rests on.

    Attributes:
        file: the JSON of a verification; without it the results of what is in production.
        environment: the one that counts as production.
        force: promote whatever the evidence says.
    """

    file: Path | None
    environment: str = "production"
    force: bool = False


Recapture = Callable[[Settings, Domain], tuple[str, ...]]
"""Writes the pacts anew and returns the files that changed."""


def promote(
    settings: Settings,
    domain: Domain,
    names: tuple[str, str],
    evidence: Grounds,
    *,
    broker: Callable[[], BrokerClient],
    recapture: Recapture,
) -> StatusChange:
    """Promote a planned pair on the evidence of a verification in which it was ready.

    Args:
        names: the emitter's and the event's.
        broker: returns the client; not asked for where the file alone decides.

    Raises:
        MisuseError: there is no such planned pair, or the registry isn't the project's to change.
        BrokenContractError: there is no evidence, or what is in production isn't ready, and it isn't forced.
        BrokerError: the broker can't be reached or refuses.
    """
    pair = _pair(domain, names, Status.PLANNED)
    own_registry_file(settings, domain)
    notes, freezes = _judge(domain, pair, evidence, broker)
    consumer = domain.registry.consumer.name
    steps = (
        "commit the registry and the pacts",
        "contracts publish (the scenario service's version with these pacts)",
        f"contracts verify {pair.emitter} --broker --publish --version <the version in {evidence.environment}>",
        f"contracts can-i-deploy {consumer} --version <its version> --to-environment {evidence.environment}",
        (
            f"deploy {consumer}, then contracts record-deployment {consumer}; from then on older versions of "
            f"{pair.emitter}, which don't emit {pair.event}, are no rollback targets"
        ),
    )
    files = _change(settings, domain, pair, Status.IMPLEMENTED, None, recapture)
    return StatusChange(pair, Status.IMPLEMENTED, files, freezes, notes, steps)


def demote(
    settings: Settings, domain: Domain, names: tuple[str, str], reason: str, *, recapture: Recapture
) -> StatusChange:
    """Take an implemented pair back to planned and keep the reason.

    Raises:
        MisuseError: there is no such implemented pair, no reason, or the registry isn't the project's to change.
    """
    pair = _pair(domain, names, Status.IMPLEMENTED)
    if not reason.strip():
        raise MisuseError("a pair isn't taken back without a reason", next_step='say --reason "…"')
    own_registry_file(settings, domain)
    consumer = domain.registry.consumer.name
    steps = (
        "commit the registry and the pacts",
        "contracts publish (the scenario service's version with these pacts)",
        f"contracts can-i-deploy {consumer} --version <its version> --to-environment production",
        f"deploy {consumer}, which no longer relies on {pair.event}, then contracts record-deployment {consumer}",
        (
            f"only then may {pair.emitter} stop emitting it: contracts verify {pair.emitter} --broker --publish, "
            "deploy, record"
        ),
    )
    files = _change(settings, domain, pair, Status.PLANNED, reason.strip(), recapture)
    return StatusChange(pair, Status.PLANNED, files, (), (), steps)


def _pair(domain: Domain, names: tuple[str, str], status: Status) -> Pair:
    emitter, event = names
    registry = domain.registry
    where = Where(shown(domain.registry_file))
    if emitter not in registry.emitters:
        raise MisuseError(
            f"the registry has no emitter {emitter!r}{did_you_mean(emitter, registry.emitters)}",
            where=where,
            next_step=f"the emitters are {', '.join(registry.emitters)}",
        )
    pair = registry.pair(emitter, event)
    if pair is None:
        events = registry.emitters[emitter].events
        raise MisuseError(
            f"the registry doesn't permit {event!r} to {emitter}{did_you_mean(event, events)}",
            where=where,
            next_step=f"its events are {', '.join(events)}; a new pair is added to the registry as planned first",
        )
    if pair.status is not status:
        raise MisuseError(
            f"{event} of {emitter} is {pair.status.value} already", where=where, next_step="nothing is to be done"
        )
    return pair


def _judge(
    domain: Domain, pair: Pair, evidence: Grounds, broker: Callable[[], BrokerClient]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the promotion rests on and what it freezes, or refuse it."""
    registry, notes = domain.registry, []
    if evidence.file is not None:
        try:
            refuse_file(evidence.file, registry, pair)
            notes.append(f"{pair.event} was ready in {shown(evidence.file)}")
        except BrokenContractError as error:
            if not evidence.force:
                raise
            notes.append(f"forced: {error.what}")
    if not registry.has_implemented(pair.emitter):
        return _first_pair(pair, evidence, notes)
    live = live_versions(broker(), registry, pair, evidence.environment)
    short = [version for version in live if version.shortcoming]
    notes += [f"{pair.emitter} {v.version} in {evidence.environment} is ready" for v in live if not v.shortcoming]
    if live and not short:
        return tuple(notes), ()
    freezes = _freezes(domain, pair, evidence.environment, short)
    if evidence.force:
        return tuple(notes), freezes
    what = "; ".join(f"{pair.emitter} {v.version}: {v.shortcoming}" for v in short)
    raise BrokenContractError(
        f"{pair.event} isn't ready in {evidence.environment}: "
        + (what or f"no version of {pair.emitter} is recorded there"),
        next_step=f"have {pair.emitter} emit it, verify, deploy and record that version first; --force promotes all "
        f"the same and freezes this: {'; '.join(freezes)}",
    )


def _first_pair(pair: Pair, evidence: Grounds, notes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # A pact without any implemented pair is never published, so that a broker can know nothing of it.
    freezes = (
        (
            f"the scenario service's next version, until a version of {pair.emitter} is verified against the new pact "
            f"and recorded in {evidence.environment}"
        ),
    )
    if evidence.file is None and not evidence.force:
        raise BrokenContractError(
            f"there is no evidence that {pair.event} is ready: {pair.emitter} has no implemented pair yet, so that "
            "its pact was never published and the broker has no result",
            next_step=f"contracts verify {pair.emitter} --output json > verification.json, then promote with "
            "--evidence verification.json",
        )
    notes.append(f"this is the first implemented pair of {pair.emitter}: its pact will be published")
    return tuple(notes), freezes


def _freezes(domain: Domain, pair: Pair, environment: str, short: list[LiveVersion]) -> tuple[str, ...]:
    versions = ", ".join(version.version for version in short)
    first = (
        f"no version of {domain.registry.consumer.name} with the new pact can be released to {environment} until a "
        f"version of {pair.emitter} that emits {pair.event} is verified, deployed and recorded there"
    )
    if not versions:
        return (first,)
    return (first, f"{pair.emitter} {versions} can't be released again once that version of the service is deployed")


def _change(
    settings: Settings, domain: Domain, pair: Pair, status: Status, reason: str | None, recapture: Recapture
) -> tuple[str, ...]:
    file = own_registry_file(settings, domain)
    before = file.read_bytes().decode("utf-8")
    text, registry = with_status(before, domain, pair, status, reason)
    replace_text(file, text)
    try:
        written = recapture(settings, replace(domain, registry=registry))
    except BaseException:
        # Registry and pacts change together or not at all.
        replace_text(file, before)
        raise
    return (shown(file), *written)


def recapture(settings: Settings, domain: Domain, echo: Callable[[str], None]) -> tuple[str, ...]:
    """Capture the pacts anew and return the files that were written or removed.

    Args:
        echo: is handed the output of tests that fail.

    Raises:
        BrokenContractError: a consumer test failed.
        MisuseError: there are no consumer tests.
        HarnessError: the tests couldn't run.
    """
    from contracts.consumer.pact_writing import capture

    done = capture(settings, domain, check=False, echo=echo)
    return tuple(shown(done.folder / change.file) for change in done.changes)
