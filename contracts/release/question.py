"""Asking a broker what the release decision rests on, once or until it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from contracts.broker.client import BrokerClient
from contracts.broker.environments import Environment, environment, placements
from contracts.broker.verifications import PostedResult, expected, result
from contracts.broker.version_matrix import MatrixRow, VersionMatrix, release_matrix, results_matrix
from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Registry, Status
from contracts.model.release import Answer, Decision, DecisionRow, Knowledge, PairReason, PairState, Question
from contracts.model.release_decision import decide


def known_pacticipant(registry: Registry, name: str) -> str:
    """Return `name` where the registry knows it: the scenario service or an emitter.

    Raises:
        MisuseError: it doesn't.
    """
    known = (registry.consumer.name, *registry.emitters)
    if name not in known:
        raise MisuseError(
            f"{name!r} is neither the scenario service nor an emitter of the registry{did_you_mean(name, known)}",
            next_step=f"the pacticipants are {', '.join(known)}",
        )
    return name


def question(
    registry: Registry,
    pacticipant: str,
    version: str,
    place: str,
    *,
    ignore: Iterable[str] = (),
    allow_unverified: bool = False,
) -> Question:
    """Return what is asked, with what the registry has to say to it.

    Raises:
        MisuseError: the registry doesn't know the pacticipant or a name that is to be ignored.
    """
    ignored = tuple(known_pacticipant(registry, name) for name in ignore)
    is_emitter = known_pacticipant(registry, pacticipant) != registry.consumer.name
    if allow_unverified and not is_emitter:
        raise MisuseError(
            "--allow-unverified is for emitters: the scenario service's pacts have to be verified",
            next_step="leave it out, or say --ignore with an emitter that doesn't count",
        )
    emitter = pacticipant if is_emitter else None
    return Question(
        pacticipant=pacticipant,
        version=version,
        environment=place,
        is_emitter=is_emitter,
        implemented=registry.has_implemented(emitter),
        planned=tuple((pair.emitter, pair.event) for pair in registry.pairs(emitter) if pair.status is Status.PLANNED),
        allow_unverified=allow_unverified,
        ignored=ignored,
    )


def release_decision(client: BrokerClient, domain: Domain, asked: Question) -> Decision:
    """Ask the broker and decide.

    Raises:
        MisuseError: the broker has no such environment.
        BrokerError: the broker can't be reached, or refuses.
    """
    place = environment(client, asked.environment)
    registry = domain.registry
    number = client.link("pb:pacticipant-version", pacticipant=asked.pacticipant, version=asked.version)
    consumer = registry.consumer.name
    relied_on = asked.is_emitter and not asked.implemented and _relied_on(client, place, consumer, asked.pacticipant)
    if client.find(number, doing="looking for the version") is None:
        return decide(asked, Knowledge(False, None, "the version is unknown", relied_on=relied_on))
    matrix = release_matrix(client, asked.pacticipant, asked.version, asked.environment, asked.ignored)
    rows = tuple(_row(client, row, registry.digest) for row in matrix.rows)
    live: dict[str, tuple[str, ...]] = {}
    if not asked.is_emitter:
        names = dict.fromkeys(row.emitter for row in rows if not row.ignored)
        live = {name: _live(client, place, name) for name in names}
    verified = asked.is_emitter and _verified(client, consumer, asked)
    return decide(asked, Knowledge(True, matrix.deployable, matrix.reason, rows, live, verified, relied_on))


def decision_when_known(
    ask: Callable[[], Decision], *, retries: int, interval: float, sleep: Callable[[float], None]
) -> Decision:
    """Ask again while the answer is unknown.

    Args:
        retries: how often at most, after the first time.
        interval: seconds between two questions.
    """
    decision = ask()
    for _ in range(retries):
        if decision.answer is not Answer.UNKNOWN:
            break
        sleep(interval)
        decision = ask()
    return decision


def _live(client: BrokerClient, place: Environment, pacticipant: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(placement.version for placement in placements(client, place, pacticipant)))


def _verified(client: BrokerClient, consumer: str, asked: Question) -> bool:
    if client.find(client.link("pb:pacticipant", pacticipant=consumer), doing="looking for the consumer") is None:
        return False
    matrix: VersionMatrix = results_matrix(client, consumer, asked.pacticipant, asked.version)
    successes = {row.result_url for row in matrix.rows if row.success is True and row.emitter_version == asked.version}
    return any(url and not result(client, url).empty for url in successes)


def _relied_on(client: BrokerClient, place: Environment, consumer: str, emitter: str) -> bool:
    for version in _live(client, place, consumer):
        url = client.link("pb:publish-pact", provider=emitter, consumer=consumer, consumerApplicationVersion=version)
        if not all(interaction.pending for interaction in expected(client, url)):
            return True
    return False


def _row(client: BrokerClient, row: MatrixRow, registry: str) -> DecisionRow:
    found = result(client, row.result_url) if row.result_url else None
    pairs = _pairs_of_result(row.emitter, found) if found else _pairs_of_pact(client, row)
    judged_by = found.registry if found else None
    return DecisionRow(
        consumer=row.consumer,
        consumer_version=row.consumer_version,
        emitter=row.emitter,
        emitter_version=row.emitter_version,
        success=row.success,
        pairs=_merged(pairs),
        other_registry=judged_by is not None and judged_by != registry,
        ignored=row.ignored,
        empty=found is not None and found.empty,
        violations=found.violations if found else (),
    )


def _pairs_of_result(emitter: str, found: PostedResult) -> Iterator[PairReason]:
    for test in found.tests:
        if test.pending:
            yield PairReason(emitter, test.event, PairState.PENDING, ready=test.ready)
        elif test.success:
            yield PairReason(emitter, test.event, PairState.PASSED)
        else:
            yield PairReason(emitter, test.event, PairState.FAILED, test.rules)


def _pairs_of_pact(client: BrokerClient, row: MatrixRow) -> Iterator[PairReason]:
    for interaction in expected(client, row.pact_url) if row.pact_url else ():
        state = PairState.PENDING if interaction.pending else PairState.NEVER_VERIFIED
        yield PairReason(row.emitter, interaction.event, state)


_WORST_FIRST = (PairState.FAILED, PairState.NEVER_VERIFIED, PairState.PENDING, PairState.PASSED)


def _merged(pairs: Iterable[PairReason]) -> tuple[PairReason, ...]:
    """Return one reason a pair: several expectations of one event speak as the worst of them."""
    by_event: dict[str, list[PairReason]] = {}
    for pair in pairs:
        by_event.setdefault(pair.event, []).append(pair)
    return tuple(
        PairReason(
            emitter=group[0].emitter,
            event=event,
            state=min((pair.state for pair in group), key=_WORST_FIRST.index),
            rules=tuple(dict.fromkeys(rule for pair in group for rule in pair.rules)),
            ready=all(pair.ready for pair in group),
        )
        for event, group in by_event.items()
    )
