"""Taking a pair from planned to implemented, and back: registry, pacts, and the order of what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from shlex import quote

from contracts.broker.client import BrokerClient
from contracts.errors import MisuseError, Where
from contracts.model import next_steps
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Pair, Status
from contracts.model.registry_toml import parse_registry
from contracts.model.status_change import StatusChange
from contracts.project.kinds import captures_here
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.release.alone import alone
from contracts.release.check_documents import rendered_documents, rendering
from contracts.release.elsewhere import Wanted, refuse_foreign_registry, way_from_the_registry
from contracts.release.readiness import Grounds, LiveVersion, judge
from contracts.release.registry_edit import own_registry_file, replace_text, with_status

RewritePacts = Callable[[Settings, Domain], tuple[str, ...]]
"""Writes the pacts anew and returns the files that changed."""


def promote(
    settings: Settings,
    domain: Domain,
    names: tuple[str, str],
    evidence: Grounds,
    *,
    broker: Callable[[], BrokerClient],
    rewrite_pacts: RewritePacts,
    echo: Callable[[str], None] = lambda _: None,
) -> StatusChange:
    """Promote a planned pair on the evidence of a verification in which it was ready.

    Args:
        names: the emitter's and the event's.
        broker: returns the client; not asked for where the file alone decides.
        echo: is told where another process has to be waited for.

    One that was killed after it had written the registry is finished by the next.

    Raises:
        MisuseError: there is no such pair, nothing is to be done for it, or the registry isn't the project's to change.
        BrokenContractError: there is no evidence, or what is in production isn't ready, and it isn't forced.
        BrokerError: the broker can't be reached or refuses.
    """
    with alone(settings, echo):
        domain = _as_it_is_now(domain)
        pair, place = _pair(domain, names), evidence.environment
        if pair.status is Status.IMPLEMENTED:
            return _finished(settings, domain, pair, _promotion_steps(domain, pair, place), rewrite_pacts)
        wanted = Wanted(pair, Status.IMPLEMENTED, place, _promote_command(pair, evidence))
        refuse_foreign_registry(settings, domain, wanted)
        ready = judge(settings, domain, pair, evidence, broker)
        steps = _promotion_steps(domain, pair, place, ready.live)
        if not captures_here(settings):
            live = tuple((one.version, one.branch) for one in ready.live)
            steps = _after_release(settings, domain, replace(wanted, live=live))
        files = _change(settings, domain, pair, Status.IMPLEMENTED, None, rewrite_pacts)
    notes = (*ready.notes, *_uncaptured(settings, domain))
    return StatusChange(pair, Status.IMPLEMENTED, files, ready.freezes, notes, (*_documents(settings, domain), *steps))


def demote(
    settings: Settings,
    domain: Domain,
    names: tuple[str, str],
    reason: str,
    *,
    rewrite_pacts: RewritePacts,
    environment: str = "production",
    echo: Callable[[str], None] = lambda _: None,
) -> StatusChange:
    """Take an implemented pair back to planned and keep the reason.

    Args:
        environment: the one that counts as production.
        echo: is told where another process has to be waited for.

    One that was killed after it had written the registry is finished by the next.

    Raises:
        MisuseError: there is no such pair, nothing is to be done for it, no reason, or the registry isn't the project's
            to change.
    """
    if not reason.strip():
        raise MisuseError("a pair isn't taken back without a reason", next_step='say --reason "…"')
    with alone(settings, echo):
        domain = _as_it_is_now(domain)
        pair = _pair(domain, names)
        steps = _demotion_steps(domain, pair, environment)
        if pair.status is Status.PLANNED:
            return _finished(settings, domain, pair, steps, rewrite_pacts)
        wanted = Wanted(pair, Status.PLANNED, environment, next_steps.demote(*names, reason.strip()))
        refuse_foreign_registry(settings, domain, wanted)
        if not captures_here(settings):
            steps = _after_release(settings, domain, wanted)
        files = _change(settings, domain, pair, Status.PLANNED, reason.strip(), rewrite_pacts)
    notes = _uncaptured(settings, domain)
    return StatusChange(pair, Status.PLANNED, files, (), notes, (*_documents(settings, domain), *steps))


def _promotion_steps(domain: Domain, pair: Pair, place: str, live: Sequence[LiveVersion] = ()) -> tuple[str, ...]:
    consumer = domain.registry.consumer.name
    verify = [next_steps.verify(pair.emitter, one.version, one.branch) for one in live]
    return (
        "commit the registry and the pacts (tagged as a version, so that what is judged again is posted)",
        f"{next_steps.publish(consumer)} --reverify (these pacts; what {pair.emitter} once sent is judged by them)",
        *(f"{step} (unless it was judged again)" for step in verify or [next_steps.verify(pair.emitter)]),
        f"in {consumer}'s checkout: {next_steps.ask(consumer, None, place)}",
        (
            f"deploy {consumer}, then {next_steps.record(consumer, None, place)}; from then on older versions of "
            f"{pair.emitter}, which don't emit {pair.event}, are no rollback targets"
        ),
    )


def _demotion_steps(domain: Domain, pair: Pair, place: str) -> tuple[str, ...]:
    consumer = domain.registry.consumer.name
    return (
        "commit the registry and the pacts",
        f"{next_steps.publish(consumer)} (the consumer's version with these pacts)",
        f"in {consumer}'s checkout: {next_steps.ask(consumer, None, place)}",
        (f"deploy {consumer}, which no longer relies on {pair.event}, then {next_steps.record(consumer, None, place)}"),
        f"only then may {pair.emitter} stop emitting it: {next_steps.verify(pair.emitter)}, deploy, record",
    )


def _promote_command(pair: Pair, evidence: Grounds) -> str:
    options = f" --evidence {quote(str(evidence.file.resolve()))}" if evidence.file else ""
    options += f" --environment {quote(evidence.environment)}" if evidence.environment != "production" else ""
    return f"contracts promote {pair.emitter} {pair.event}{options}{' --force' if evidence.force else ''}"


def _after_release(settings: Settings, domain: Domain, wanted: Wanted) -> tuple[str, ...]:
    return ("commit the registry", *way_from_the_registry(settings, domain, wanted))


def _documents(settings: Settings, domain: Domain) -> tuple[str, ...]:
    """Return the step that brings the committed documents up to date: each of them shows the status."""
    commands = [rendering(settings, *one) for one in rendered_documents(settings, domain)]
    return (f"the documents show the status: {', '.join(commands)}",) if commands else ()


def _uncaptured(settings: Settings, domain: Domain) -> tuple[str, ...]:
    if captures_here(settings):
        return ()
    return (f"no pact was captured: the tests of {domain.registry.consumer.name} stand in its own repository",)


def _pair(domain: Domain, names: tuple[str, str]) -> Pair:
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
    return pair


def _as_it_is_now(domain: Domain) -> Domain:
    """Return the domain with its registry read again: another process may have changed it while this one waited."""
    text = domain.registry_file.read_text(encoding="utf-8")
    registry = parse_registry(text, file=shown(domain.registry_file), catalogue=domain.catalogue)
    return replace(domain, registry=registry)


def _finished(
    settings: Settings, domain: Domain, pair: Pair, steps: tuple[str, ...], rewrite_pacts: RewritePacts
) -> StatusChange:
    """Finish what a process that was ended between the registry and the pacts has begun.

    Raises:
        MisuseError: registry and pacts agree: nothing is to be done.
    """
    is_own = domain.registry_file.resolve().is_relative_to(settings.root.resolve())
    written = rewrite_pacts(settings, domain) if is_own else ()
    if not written:
        raise MisuseError(
            f"{pair.event} of {pair.emitter} is {pair.status.value} already",
            where=Where(shown(domain.registry_file)),
            next_step="nothing is to be done",
        )
    note = f"the registry said {pair.status.value} already, and the pacts didn't: they are written now"
    return StatusChange(pair, pair.status, written, (), (note,), steps)


def _change(
    settings: Settings, domain: Domain, pair: Pair, status: Status, reason: str | None, rewrite_pacts: RewritePacts
) -> tuple[str, ...]:
    # The registry first: whoever is killed in between finds by it, the next time, that the pacts are to be written.
    file = own_registry_file(settings, domain)
    before = file.read_bytes().decode("utf-8")
    text, registry = with_status(before, domain, pair, status, reason)
    try:
        replace_text(file, text)
        written = rewrite_pacts(settings, replace(domain, registry=registry))
    except BaseException:
        # Registry and pacts change together or not at all.
        replace_text(file, before)
        raise
    return (shown(file), *written)


def rewrite_pacts(settings: Settings, domain: Domain, echo: Callable[[str], None]) -> tuple[str, ...]:
    """Capture the pacts anew where the consumer's tests are, and return the files that were written or removed.

    Args:
        echo: is handed the output of tests that fail.

    Raises:
        BrokenContractError: a consumer test failed.
        MisuseError: the settings name consumer tests, and there are none.
        HarnessError: the tests couldn't run.
    """
    from contracts.consumer.pact_writing import write_pacts

    if not captures_here(settings):
        # The consumer's tests stand in a repository of its own, and nobody else speaks in its name.
        return ()
    done = write_pacts(settings, domain, check=False, echo=echo)
    return tuple(shown(done.folder / change.file) for change in done.changes)
