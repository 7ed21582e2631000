"""What a broker knows of a release: which versions count, and the results between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.broker.client import BrokerClient
from contracts.broker.environments import Placement, all_placements, environment
from contracts.broker.pacts import PublishedInteraction, expected, pact_of_version
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import MatrixRow, every_result, release_matrix, results_matrix
from contracts.broker.versions import branches_of, find_version
from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.pact import Interaction, PactDocument
from contracts.model.registry import Registry, Status
from contracts.model.release import (
    Decision,
    DecisionRow,
    Knowledge,
    PairReason,
    PairState,
    Presence,
    Question,
    Standing,
)
from contracts.model.release_decision import decide
from contracts.pact_core.judgeable import why_unjudgeable
from contracts.release.counted import Counted, counting, standing_in

BROKEN = "contracts-broken"
"""The tag of a version whose last run broke its contract where no pact could carry a result that says so."""


def release_decision(
    client: BrokerClient, domain: Domain, asked: Question, own_pacts: Iterable[PactDocument] = ()
) -> Decision:
    """Ask the broker and decide.

    Args:
        own_pacts: the contract's own pacts with the pacticipant that is asked about: what they ask has to be published.

    Raises:
        MisuseError: the broker has no such environment.
        BrokerError: the broker can't be reached, or refuses.
    """
    place = environment(client, asked.environment)
    version = find_version(client, asked.pacticipant, asked.version)
    present = all_placements(client, place)
    if version is None:
        return decide(asked, Knowledge(False, None, "the version is unknown"))
    known = {(asked.pacticipant, asked.version): version.branches[0]} if version.branches else {}
    broker = _Broker(client, domain, present, known, own_runs_only=asked.own_runs_only)
    found = (_of_emitter if asked.is_emitter else _of_service)(broker, asked, tuple(own_pacts))
    return decide(asked, replace(_without_others(found), broken=BROKEN in version.tags))


def _without_others(found: Knowledge) -> Knowledge:
    """Return what is known without the broker's own answer, where that counts results which were left out."""
    counted = [row for row in found.rows if not row.ignored]
    if not any(row.left_out for row in counted):
        return found
    return replace(found, deployable=True if all(row.success is True for row in counted) else found.deployable)


def asks_something(pact: PactDocument, registry: Registry) -> bool:
    """Does a pact hold an interaction that is required: one that isn't pending there, or is implemented here?"""
    return any(
        not interaction.pending or _is_implemented(registry, pact.provider, interaction.event)
        for interaction in pact.interactions
    )


@dataclass(frozen=True, slots=True)
class _Broker:
    """A broker, and by what its answers are read.

    Attributes:
        present: what is in the environment that is asked about.
        branches: those of versions that may have to be verified.
        own_runs_only: what was judged again doesn't count; the emitter's latest run of its own does in its place.
    """

    client: BrokerClient
    domain: Domain
    present: Sequence[Placement]
    branches: Mapping[tuple[str, str], str]
    own_runs_only: bool = False

    @property
    def registry(self) -> Registry:
        """The registry that is judged by now."""
        return self.domain.registry

    def versions_present(self, pacticipant: str) -> tuple[str, ...]:
        """Return the versions of a pacticipant in the environment."""
        return tuple(dict.fromkeys(p.version for p in self.present if p.pacticipant == pacticipant))

    def presences(self) -> dict[tuple[str, str], tuple[Presence, ...]]:
        """Return how each version in the environment is recorded there."""
        found: dict[tuple[str, str], tuple[Presence, ...]] = {}
        for placement in self.present:
            key = placement.pacticipant, placement.version
            found[key] = (*found.get(key, ()), Presence(placement.kind, placement.instance))
        return found

    def row(self, row: MatrixRow, standing: Standing = Standing.IN_ENVIRONMENT) -> DecisionRow:
        """Return a row of the broker's matrix with what its result, or else its pact, says of each pair."""
        found = result(self.client, row.result_url) if row.result_url else None
        if self.own_runs_only and found is not None and found.run is not None and found.run.judged_again:
            return replace(self.row(self._own(row), standing), left_out=True)
        pairs: Iterable[PairReason] = ()
        if found:
            pairs = _pairs_of_result(row.emitter, found)
        elif row.pact_url:
            pairs = self.pairs_of_pact(row.emitter, expected(self.client, row.pact_url))
        return DecisionRow(
            consumer=row.consumer,
            consumer_version=row.consumer_version,
            emitter=row.emitter,
            emitter_version=row.emitter_version,
            success=row.success,
            pairs=merged(pairs),
            other_registry=_is_other(found, self.domain),
            ignored=row.ignored,
            empty=found is not None and found.empty,
            violations=found.violations if found else (),
            standing=standing,
            run=found.run if found else None,
            posted_by=found.posted_by if found else None,
            posted_at=row.verified_at if found else "",
        )

    def _own(self, row: MatrixRow) -> MatrixRow:
        """Return a row with the latest result that is no run's judged again; without one where there is none."""
        for other in every_result(self.client, row.consumer, row.emitter, str(row.emitter_version)):
            if other.consumer_version == row.consumer_version and other.result_url:
                run = result(self.client, other.result_url).run
                if run is None or not run.judged_again:
                    return replace(
                        row, success=other.success, verified_at=other.verified_at, result_url=other.result_url
                    )
        return replace(row, success=None, verified_at="", result_url=None)

    def pairs_of_pact(
        self, emitter: str, interactions: Iterable[PublishedInteraction | Interaction]
    ) -> Iterator[PairReason]:
        """Yield what is known of a pact's pairs without a result."""
        for interaction in interactions:
            owed = not interaction.pending or _is_implemented(self.registry, emitter, interaction.event)
            yield PairReason(emitter, interaction.event, PairState.NEVER_VERIFIED if owed else PairState.PENDING)


def _of_emitter(broker: _Broker, asked: Question, own_pacts: Sequence[PactDocument]) -> Knowledge:
    client, emitter = broker.client, asked.pacticipant
    matrix = release_matrix(client, emitter, asked.version, asked.environment, asked.ignored)
    rows = [broker.row(row) for row in matrix.rows]
    counted = counting(client, emitter)
    all_heads, published = counted.heads, counted.consumers
    _refuse_unknown(asked.ignored, {*(head.consumer for head in all_heads), *(row.consumer for row in rows)}, broker)
    present = {placement.pacticipant for placement in broker.present}
    rows += [_head_row(broker, asked, head) for head in standing_in(all_heads, present)]
    results = tuple(_results(broker, asked, published))
    unjudgeable = dict(_unjudgeable(broker, rows))
    successful = [row for row in (*rows, *results) if row.success is True and not row.empty]
    return Knowledge(
        known=True,
        deployable=matrix.deployable,
        reason=matrix.reason,
        rows=tuple(rows),
        verified=bool(successful),
        results=results,
        judged=any(_asks(broker, emitter, head) for head in all_heads) or any(row.demands for row in rows),
        unpublished=not published and any(asks_something(pact, broker.registry) for pact in own_pacts),
        branches=broker.branches,
        present=broker.presences(),
        unjudgeable=unjudgeable,
    )


def _refuse_unknown(ignored: Iterable[str], counted: Collection[str], broker: _Broker) -> None:
    known = sorted({broker.registry.consumer.name, *broker.registry.emitters, *counted})
    for name in ignored:
        if name not in known:
            raise MisuseError(
                f"--ignore {name}: it is no consumer of the emitter{did_you_mean(name, known)}",
                next_step=f"the consumers are {', '.join(sorted(counted)) or 'none so far'}",
            )


def _asks(broker: _Broker, emitter: str, head: Counted) -> bool:
    pairs = broker.pairs_of_pact(emitter, head.pact.interactions)
    return any(pair.state is not PairState.PENDING for pair in pairs)


def _head_row(broker: _Broker, asked: Question, head: Counted) -> DecisionRow:
    emitter, version = asked.pacticipant, asked.version
    found = results_matrix(broker.client, head.consumer, emitter, version, consumer_version=head.version).rows
    ignored = head.consumer in asked.ignored
    row = next((row for row in found if row.emitter_version == version), None)
    if row is not None:
        judged = broker.row(row, head.standing)
        return replace(judged, ignored=ignored)
    pairs = merged(broker.pairs_of_pact(emitter, head.pact.interactions))
    return DecisionRow(head.consumer, head.version, emitter, None, None, pairs, ignored=ignored, standing=head.standing)


def _results(broker: _Broker, asked: Question, of_consumers: Iterable[str]) -> Iterator[DecisionRow]:
    """Yield every result of this version of the emitter, whether its consumer's version counts or not."""
    for consumer in of_consumers:
        for row in results_matrix(broker.client, consumer, asked.pacticipant, asked.version).rows:
            if row.emitter_version == asked.version and row.result_url:
                yield broker.row(row)


def _of_service(broker: _Broker, asked: Question, own_pacts: Sequence[PactDocument]) -> Knowledge:
    client = broker.client
    matrix = release_matrix(client, asked.pacticipant, asked.version, asked.environment, asked.ignored)
    rows = tuple(broker.row(row) for row in matrix.rows)
    names = dict.fromkeys(row.emitter for row in rows if not row.ignored)
    live = {name: broker.versions_present(name) for name in names}
    branches = {
        (name, version): branch
        for name, versions in live.items()
        for version in versions
        for branch in (branches_of(client, name, version) or ())[:1]
    }
    return Knowledge(
        known=True,
        deployable=matrix.deployable,
        reason=matrix.reason,
        rows=rows,
        live=live,
        unpublished=not rows and any(asks_something(pact, broker.registry) for pact in own_pacts),
        branches={**broker.branches, **branches},
        present=broker.presences(),
        candidates=dict(_candidates(broker, asked, (name for name in names if not live[name]))),
        unjudgeable=dict(_unjudgeable(broker, rows)),
    )


def _unjudgeable(broker: _Broker, rows: Iterable[DecisionRow]) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield the pacts that are owed a result and that can't be judged in full."""
    for row in rows:
        if row.success is not None or row.ignored or not row.demands:
            continue
        try:
            found = pact_of_version(broker.client, row.emitter, row.consumer, row.consumer_version)
            why = why_unjudgeable(found.document) if found else ""
        except MisuseError as error:
            why = error.what
        if why:
            yield (row.emitter, row.consumer, row.consumer_version), why


def _candidates(broker: _Broker, asked: Question, emitters: Iterable[str]) -> Iterator[tuple[str, DecisionRow]]:
    """Yield, for emitters that are nowhere, the latest result with the service, a successful one if there is one."""
    for emitter in emitters:
        rows = results_matrix(broker.client, asked.pacticipant, emitter, consumer_version=asked.version).rows
        judged = [row for row in rows if row.success is not None and row.emitter_version]
        if judged:
            yield emitter, broker.row(max(judged, key=lambda row: (row.success is True, row.verified_at)))


def _is_other(found: PostedResult | None, domain: Domain) -> bool:
    if found is None:
        return False
    if found.run is not None:
        return found.run.contract != domain.contract_digest
    # A result of before there were contract digests names the registry, prose and all.
    return found.registry is not None and found.registry != domain.registry.digest


def _is_implemented(registry: Registry, emitter: str, event: str) -> bool:
    pair = registry.pair(emitter, event)
    return pair is not None and pair.status is Status.IMPLEMENTED


def _pairs_of_result(emitter: str, found: PostedResult) -> Iterator[PairReason]:
    for test in found.tests:
        untested = found.run.untested.get(test.event, ()) if found.run else ()
        if test.pending:
            yield PairReason(emitter, test.event, PairState.PENDING, ready=test.ready, untested=untested)
        elif test.success:
            yield PairReason(emitter, test.event, PairState.PASSED, untested=untested)
        else:
            yield PairReason(emitter, test.event, PairState.FAILED, test.breaches, untested=untested)


_WORST_FIRST = (PairState.FAILED, PairState.NEVER_VERIFIED, PairState.PENDING, PairState.PASSED)


def merged(pairs: Iterable[PairReason]) -> tuple[PairReason, ...]:
    """Return one reason a pair: several expectations of one event speak as the worst of them."""
    by_event: dict[str, list[PairReason]] = {}
    for pair in pairs:
        by_event.setdefault(pair.event, []).append(pair)
    return tuple(
        PairReason(
            emitter=group[0].emitter,
            event=event,
            state=min((pair.state for pair in group), key=_WORST_FIRST.index),
            breaches=tuple(dict.fromkeys(breach for pair in group for breach in pair.breaches)),
            ready=all(pair.ready for pair in group),
            untested=tuple(dict.fromkeys(rule for pair in group for rule in pair.untested)),
        )
        for event, group in by_event.items()
    )
