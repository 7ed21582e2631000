"""Evidence that a planned pair is ready: a verification's JSON, or the results of what is in production."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from contracts.broker.client import BrokerClient
from contracts.broker.environments import environments, placements
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import results_matrix
from contracts.broker.versions import branches_of
from contracts.errors import BrokenContractError, MisuseError, Where
from contracts.model import next_steps, strict_json
from contracts.model.domain import Domain
from contracts.model.registry import Pair
from contracts.project.kinds import captures_here
from contracts.project.pacts import own_pacts
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.release.counted import consumers
from contracts.release.knowledge import asks_something


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


class Lack(Enum):
    """What a version in production lacks to be known as ready."""

    RESULT = "a verification of this very version"
    REGISTRY = "a version that is verified under this registry"
    EMISSION = "a version that emits the event rightly"


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A version of the emitter in production.

    Attributes:
        shortcoming: why it isn't known to be ready; None where it is ready.
        lacks: what would make it known to be ready; None where it is.
    """

    version: str
    shortcoming: str | None
    branch: str | None = None
    lacks: Lack | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a promotion rests on, and what it does to releases.

    Attributes:
        freezes: what can't be released until more has happened.
        live: the versions of the emitter that were asked about.
    """

    notes: tuple[str, ...]
    freezes: tuple[str, ...]
    live: tuple[LiveVersion, ...]


def refuse_file(file: Path, domain: Domain, pair: Pair) -> None:
    """Accept the JSON of `contracts verify --output json` as evidence, or say why it is none.

    Raises:
        MisuseError: the file can't be read as such a document.
        BrokenContractError: it is another emitter's or of another contract, or the pair wasn't ready.
    """
    where = Where(shown(file))
    try:
        document = strict_json.read(file.read_bytes())
        emitter, digest, errors = document["emitter"], document["contract"], document["errors"]
        entry = next((p for p in document["pairs"] if p["event"] == pair.event), None)
        ready = entry is not None and entry["ready"] is True
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MisuseError(
            f"this is no verification: {type(error).__name__}: {error}",
            where=where,
            next_step=f"write it with contracts verify {pair.emitter} --output json",
        ) from None
    why = None
    if emitter != pair.emitter:
        why = f"it is a verification of {emitter}"
    elif digest != domain.contract_digest:
        why = "it was judged by another contract than this one"
    elif errors:
        why = "the run had errors of the harness"
    elif not ready:
        why = f"{pair.event} wasn't ready in it: it wasn't emitted, or something was found"
    if why:
        raise BrokenContractError(
            f"no evidence that {pair.event} is ready: {why}",
            where=where,
            next_step=f"verify {pair.emitter} again with this contract: contracts verify {pair.emitter} --output json",
        )


def judge(
    settings: Settings, domain: Domain, pair: Pair, grounds: Grounds, broker: Callable[[], BrokerClient]
) -> Readiness:
    """Return what a promotion rests on and what it freezes, or refuse it.

    Args:
        broker: returns the client; not asked for where the file alone decides.

    Raises:
        BrokenContractError: there is no evidence, or what is in production isn't ready, and it isn't forced.
        MisuseError: the file can't be read.
        BrokerError: the broker can't be reached or refuses.
    """
    notes = _of_file(domain, pair, grounds)
    published = [pact for pact in own_pacts(settings, [pair.emitter]) if asks_something(pact, domain.registry)]
    if not any(True for pact in published for _ in pact.of_event(pair.event)):
        # The broker may hold results all the same: other consumers' pacts are published from their own projects.
        live = live_versions(broker(), domain, pair, grounds.environment) if not grounds.file else ()
        # Where the consumer's tests stand in its own repository, the broker knows more than the pacts here.
        judged = not captures_here(settings) and any(v.lacks in (Lack.REGISTRY, Lack.EMISSION) for v in live)
        if not live or (any(version.shortcoming for version in live) and not judged):
            return _by_file(settings, domain, pair, grounds, notes)
    else:
        live = live_versions(broker(), domain, pair, grounds.environment)
    short = [version for version in live if version.shortcoming]
    notes += [f"{pair.emitter} {v.version} in {grounds.environment} is ready" for v in live if not v.shortcoming]
    if live and not short:
        return Readiness(tuple(notes), (), live)
    freezes = _freezes(domain, pair, grounds.environment, short)
    if grounds.force:
        return Readiness(tuple(notes), freezes, live)
    what = "; ".join(f"{pair.emitter} {v.version}: {v.shortcoming}" for v in short)
    raise BrokenContractError(
        f"{pair.event} isn't ready in {grounds.environment}: "
        + (what or f"no version of {pair.emitter} is recorded there"),
        next_step=f"{_way_out(pair, short, grounds.environment)}; --force promotes all the same and freezes this: "
        f"{'; '.join(freezes)}",
    )


def _way_out(pair: Pair, short: Sequence[LiveVersion], environment: str) -> str:
    unknown = next((version for version in short if version.lacks is Lack.RESULT), None)
    if unknown is not None:
        return next_steps.verify(pair.emitter, unknown.version, unknown.branch)
    older = any(version.lacks is Lack.REGISTRY for version in short)
    first = "take over this registry" if older else f"emit {pair.event}"
    return (
        f"have {pair.emitter} {first}, then {next_steps.verify(pair.emitter)}, deploy that version, then "
        f"{next_steps.record(pair.emitter, None, environment)}"
    )


def _of_file(domain: Domain, pair: Pair, grounds: Grounds) -> list[str]:
    if grounds.file is None:
        return []
    try:
        refuse_file(grounds.file, domain, pair)
    except BrokenContractError as error:
        if not grounds.force:
            raise
        return [f"forced: {error.what}"]
    return [f"{pair.event} was ready in {shown(grounds.file)}"]


def _by_file(settings: Settings, domain: Domain, pair: Pair, grounds: Grounds, notes: list[str]) -> Readiness:
    """Judge a pair that no pact holds which is published from here: the broker can't know whether it is ready."""
    if not captures_here(settings):
        return _by_file_elsewhere(domain, pair, grounds, notes)
    expected = any(True for pact in own_pacts(settings, [pair.emitter]) for _ in pact.of_event(pair.event))
    if grounds.file is None and not grounds.force:
        raise BrokenContractError(
            f"there is no evidence that {pair.event} is ready, and the broker can't have any: "
            + (
                f"every pair that is expected of {pair.emitter} is planned, so that its pact was never published"
                if expected
                else f"no consumer test expects it of {pair.emitter}"
            ),
            next_step=f"contracts verify {pair.emitter} --output json > verification.json, then "
            f"contracts promote {pair.emitter} {pair.event} --evidence verification.json"
            + ("" if expected else "; or expect it in a consumer test first, then contracts capture"),
        )
    if not expected:
        unread = f"no consumer test expects {pair.event}: no pact changes, and nothing freezes"
        return Readiness((*notes, unread), (), ())
    freezes = (
        (
            f"the consumer's next version, until a version of {pair.emitter} is verified against the new pact "
            f"and recorded in {grounds.environment}"
        ),
    )
    first = f"this is the first pair that {pair.emitter} is relied on for: its pact will be published"
    return Readiness((*notes, first), freezes, ())


def _by_file_elsewhere(domain: Domain, pair: Pair, grounds: Grounds, notes: list[str]) -> Readiness:
    """Judge a pair where nobody knows what is read: the consumer's tests stand in its own repository."""
    consumer = domain.registry.consumer.name
    if grounds.file is None and not grounds.force:
        raise BrokenContractError(
            f"there is no evidence that {pair.event} is ready: the broker has no result of a version of "
            f"{pair.emitter} in {grounds.environment}",
            next_step=f"{next_steps.verify(pair.emitter)}, deploy that version, then "
            f"{next_steps.record(pair.emitter, None, grounds.environment)}; where {consumer} relies on nothing of "
            f"{pair.emitter} yet: contracts verify {pair.emitter} --output json > verification.json, then here "
            f"contracts promote {pair.emitter} {pair.event} --evidence verification.json",
        )
    freezes = (
        f"the next version of {consumer} that reads it, until a version of {pair.emitter} is verified against the new "
        f"pact and recorded in {grounds.environment}"
    )
    return Readiness(tuple(notes), (freezes,), ())


def _freezes(domain: Domain, pair: Pair, environment: str, short: Sequence[LiveVersion]) -> tuple[str, ...]:
    versions = ", ".join(version.version for version in short)
    first = (
        f"no version of {domain.registry.consumer.name} with the new pact can be released to {environment} until a "
        f"version of {pair.emitter} that emits {pair.event} is verified, deployed and recorded there"
    )
    if not versions:
        return (first,)
    return (first, f"{pair.emitter} {versions} can't be released again once that version of the service is deployed")


def live_versions(client: BrokerClient, domain: Domain, pair: Pair, environment: str) -> tuple[LiveVersion, ...]:
    """Return each version of the pair's emitter in production, and whether its latest run shows the pair ready.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    place = next((e for e in environments(client) if e.name == environment), None)
    if place is None:
        return ()
    versions = dict.fromkeys(p.version for p in placements(client, place, pair.emitter))
    return tuple(_live_version(client, domain, pair, version) for version in versions)


def _live_version(client: BrokerClient, domain: Domain, pair: Pair, version: str) -> LiveVersion:
    run = _latest_run(client, pair.emitter, version)
    tests = [test for found in run for test in found.tests if test.event == pair.event]
    branch = next(iter(branches_of(client, pair.emitter, version) or ()), None)
    lacks: Lack | None = Lack.RESULT
    if not run:
        why = "it has no verification result"
    elif others := [found for found in run if found.run is None]:
        poster = others[0].posted_by or "an older toolkit"
        why = f"its latest result was posted by {poster}, which says nothing of readiness"
    elif any(found.run and found.run.contract != domain.contract_digest for found in run):
        lacks, why = Lack.REGISTRY, "its latest result was judged by another contract than this one"
    elif not tests:
        why = f"its latest result says nothing of {pair.event}"
    elif not all(test.success for test in tests):
        lacks = Lack.EMISSION
        why = f"in its latest result {pair.event} wasn't ready: it wasn't emitted, or something was found"
    else:
        return LiveVersion(version, None, branch)
    return LiveVersion(version, why, branch, lacks)


def _latest_run(client: BrokerClient, emitter: str, version: str) -> tuple[PostedResult, ...]:
    """Return the results of the run that was posted last: one a pact, of every consumer's.

    What belongs together is said by the run's id. Where results of two runs arrived in the last second, a broker's
    clock can't tell which was the later one: both count. Where it judged runs again, theirs count too, as far as it
    replaced none of them: what it left as it was is no less true.
    """
    rows = [
        row
        for consumer in consumers(client, emitter)
        for row in results_matrix(client, consumer, emitter, version).rows
        if row.result_url and row.emitter_version == version
    ]
    posted = [(result(client, url), at) for url, at in {str(row.result_url): row.verified_at for row in rows}.items()]
    last = max((at for _, at in posted), default="")
    latest = {_run_id(found) for found, at in posted if at == last}
    latest |= {source.id for found, at in posted if at == last and found.run for source in found.run.judged_again}
    return tuple(found for found, at in posted if _run_id(found) in latest and (found.run or at == last))


def _run_id(found: PostedResult) -> str | None:
    return found.run.id if found.run else None
