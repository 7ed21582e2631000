"""May this version be released? A decision over what a broker knows; nothing is asked for here.

A broker's "yes" is necessary and not sufficient. It says yes to an emitter that was never verified while no
consumer is deployed, and to a consumer while only one of two live emitter versions has a result. Here such an
answer is "unknown" until the result is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.model import next_steps
from contracts.model.posting import RunRecord
from contracts.model.release import (
    Answer,
    Blocker,
    Breach,
    Decision,
    DecisionRow,
    Knowledge,
    PairState,
    Question,
    Standing,
    Untested,
)


def decide(question: Question, knowledge: Knowledge) -> Decision:
    """Decide whether the version may be released, and why."""
    untested = tuple(_untested(question, knowledge))
    blockers = tuple(_blockers(question, knowledge, untested))
    answers = {blocker.answer for blocker in blockers}
    answer = Answer.NO if Answer.NO in answers else Answer.UNKNOWN if answers else Answer.YES
    worst_first = sorted(blockers, key=lambda blocker: blocker.answer is not Answer.NO)
    before = [p for (name, _), there in knowledge.present.items() if name == question.pacticipant for p in there]
    record = next_steps.record(question.pacticipant, question.version, question.environment, before)
    return Decision(
        question=question,
        answer=answer,
        rows=knowledge.rows,
        blockers=blockers,
        warnings=tuple(_warnings(question, knowledge)),
        waits_for=_waits_for(question, knowledge),
        next_step=worst_first[0].next_step if worst_first else f"deploy it, then: {record}",
        reason=knowledge.reason,
        untested=untested,
        rests_on="" if answer is not Answer.YES else _rests_on(question, knowledge),
    )


def _rests_on(question: Question, knowledge: Knowledge) -> str:
    relied_on = any(row.standing is Standing.IN_ENVIRONMENT for row in knowledge.rows)
    if not question.is_emitter or relied_on or not knowledge.verified:
        return ""
    return f"nothing in {question.environment} relies on it yet; a successful result for {question.version} exists"


def _blockers(question: Question, knowledge: Knowledge, untested: Iterable[Untested]) -> Iterator[Blocker]:
    if not knowledge.known:
        text = f"the broker has no version {question.version} of {question.pacticipant}"
        yield Blocker(Answer.NO, text, _first_step(question, knowledge))
        return
    judged = [row for row in knowledge.rows if not row.ignored]
    found = [blocker for row in judged for blocker in _row_blocker(question, knowledge, row)]
    found += _of_emitter(question, knowledge) if question.is_emitter and not found else ()
    found += () if question.is_emitter else _of_service(question, knowledge, judged)
    yield from found
    if knowledge.deployable is not True and not found:
        answer = Answer.NO if knowledge.deployable is False else Answer.UNKNOWN
        yield Blocker(answer, f"the broker says no: {knowledge.reason}", _first_step(question, knowledge))
    if question.require_tested:
        for promise in untested:
            yield Blocker(Answer.NO, f"--require-tested: {promise.text}", _test(promise, knowledge))
        for emitter, what in _broken(knowledge):
            yield Blocker(Answer.NO, f"--require-tested: {what}", f"mend {emitter}, then {next_steps.verify(emitter)}")


def _first_step(question: Question, knowledge: Knowledge) -> str:
    if question.is_emitter:
        return _verify(question.pacticipant, question.version, knowledge)
    return next_steps.publish(question.pacticipant, question.version)


def _verify(emitter: str, version: str, knowledge: Knowledge, consumer: tuple[str, str] | None = None) -> str:
    return next_steps.verify(emitter, version, knowledge.branches.get((emitter, version)), consumer)


def _named(question: Question) -> tuple[str, str] | None:
    """Return the consumer's version that is asked about: what is verified by default needn't hold it."""
    return None if question.is_emitter else (question.pacticipant, question.version)


def _row_blocker(question: Question, knowledge: Knowledge, row: DecisionRow) -> Iterator[Blocker]:
    service = f"{row.consumer} {row.consumer_version}{_standing(row)}"
    between = f"{service} and {row.emitter}"
    if row.success is False:
        yield _failed(question, knowledge, row, between)
    elif row.empty:
        yield Blocker(
            Answer.UNKNOWN,
            f"the result between {between} {row.emitter_version} is successful and tested no interaction",
            _verify(row.emitter, row.emitter_version or question.version, knowledge, _named(question)),
        )
    elif row.success is None and not row.demands:
        yield from _nothing_to_verify(question, row)
    elif row.success is None and question.allow_unverified and row.standing is not Standing.IN_ENVIRONMENT:
        return
    elif row.success is None and (why := knowledge.unjudgeable.get((row.emitter, row.consumer, row.consumer_version))):
        yield _unjudgeable(question, row, f"{between} were never verified with each other", why)
    elif row.success is None and question.is_emitter:
        yield Blocker(
            Answer.UNKNOWN,
            f"{between} {question.version} were never verified with each other",
            _verify(row.emitter, question.version, knowledge),
        )
    elif row.success is None:
        yield _unverified(question, knowledge, row)


def _standing(row: DecisionRow) -> str:
    return "" if row.standing is Standing.IN_ENVIRONMENT else f" ({row.standing.value})"


def _failed(question: Question, knowledge: Knowledge, row: DecisionRow, between: str) -> Blocker:
    broken = [pair for pair in row.pairs if pair.state is PairState.FAILED]
    faults = [f"{pair.event} ({_breaches(pair.breaches) or 'no rule given'})" for pair in broken]
    faults += [f"{breach} (a violation{': ' if breach.text else ''}{breach.text})" for breach in row.violations]
    step = f"mend {row.emitter}, then {next_steps.verify(row.emitter)}"
    if not question.is_emitter:
        step = "; ".join([f"{step}, {_deploy(question, knowledge, row)}", *_back(question, row)])
    what = f"the verification between {between} {row.emitter_version} failed"
    return Blocker(Answer.NO, f"{what}: {', '.join(faults) or 'no pair is named'}", step)


_MOST_BREACHES = 5


def _breaches(breaches: Iterable[Breach]) -> str:
    each = list(dict.fromkeys(map(str, breaches)))
    more = [f"{len(each) - _MOST_BREACHES} more"] if len(each) > _MOST_BREACHES else []
    return ", ".join([*each[:_MOST_BREACHES], *more])


def _deploy(question: Question, knowledge: Knowledge, row: DecisionRow) -> str:
    """Return what makes a mended version of an emitter count in place of the one that failed."""
    version = str(row.emitter_version)
    presences = knowledge.present.get((row.emitter, version), ())
    return f"deploy it, then {next_steps.replace(row.emitter, version, question.environment, presences)}"


def _back(question: Question, row: DecisionRow) -> Iterator[str]:
    """Yield what the service can do without the emitter: rely on the pair no more."""
    for pair in row.pairs:
        if pair.state is PairState.FAILED:
            demote = next_steps.demote(row.emitter, pair.event, f"{row.emitter} {row.emitter_version} fails")
            publish = next_steps.publish(question.pacticipant)
            again = next_steps.ask(question.pacticipant, None, question.environment)
            if (row.emitter, pair.event) in question.taken:
                yield f"or take the pair back: {demote}, commit, then {publish}, then {again}"
            else:
                # An older version demands what this registry has taken back, or never had: a newer one asks no more.
                yield f"or release a version that doesn't rely on {pair.event}: {publish}, then {again}"
            return


def _nothing_to_verify(question: Question, row: DecisionRow) -> Iterator[Blocker]:
    """A pact that is pending as a whole never gets a result; a broker waits for one all the same."""
    if row.standing is not Standing.IN_ENVIRONMENT:
        return
    other = row.consumer if question.is_emitter else row.emitter
    yield Blocker(
        Answer.UNKNOWN,
        f"every interaction between {row.consumer} {row.consumer_version} and {row.emitter} is pending, so that no "
        "result of it is ever posted, and the broker waits for one",
        f"leave it out of the decision: {next_steps.ask(question.pacticipant, question.version, question.environment)} "
        f"--ignore {other}",
    )


def _unjudgeable(question: Question, row: DecisionRow, what: str, why: str) -> Blocker:
    """No verification from here ends in a result; another tool's, which has the plugin for example, would count."""
    other = row.consumer if question.is_emitter else row.emitter
    ask = next_steps.ask(question.pacticipant, question.version, question.environment)
    return Blocker(
        Answer.UNKNOWN,
        f"{what}: {why}",
        f"leave it out of the decision: {ask} --ignore {other}; or have {row.consumer} write the pact without that",
    )


def _unverified(question: Question, knowledge: Knowledge, row: DecisionRow) -> Blocker:
    service = f"{row.consumer} {row.consumer_version}"
    live = knowledge.live.get(row.emitter, ())
    if live:
        where = f"{row.emitter} {' and '.join(live)}"
        step = _verify(row.emitter, live[0], knowledge, _named(question))
    else:
        where = f"any version of {row.emitter} in {question.environment}, for none is recorded there"
        candidate = knowledge.candidates.get(row.emitter)
        if candidate is not None and candidate.success is False:
            return _failed(question, knowledge, candidate, f"{service} and {row.emitter}")
        step = (
            f"release {row.emitter} first: "
            f"{next_steps.ask(row.emitter, candidate.emitter_version, question.environment)}"
            if candidate
            else f"{next_steps.verify(row.emitter, consumer=_named(question))}, then "
            f"{next_steps.ask(row.emitter, None, question.environment)}"
        )
    return Blocker(Answer.UNKNOWN, f"{service} was never verified with {where}", step)


def _of_emitter(question: Question, knowledge: Knowledge) -> Iterator[Blocker]:
    """An empty matrix is no evidence: where a result can be there, a successful one of this very version is owed."""
    if knowledge.broken:
        emitter, version = question.pacticipant, question.version
        yield Blocker(
            Answer.NO,
            f"the last run of {emitter} {version} broke its contract, where no pact could carry a result that says so",
            f"mend {emitter}, then {next_steps.verify(emitter)}; if it was the run that was wrong: "
            f"{_verify(emitter, version, knowledge)}",
        )
        return
    if knowledge.verified or question.allow_unverified:
        return
    failed = [row for row in knowledge.results if row.success is False]
    if failed:
        for row in failed:
            yield _failed(question, knowledge, row, f"{row.consumer} {row.consumer_version} and {row.emitter}")
    elif knowledge.judged:
        yield Blocker(
            Answer.UNKNOWN,
            f"{question.pacticipant} {question.version} was never verified successfully: "
            "an empty matrix is no evidence",
            _verify(question.pacticipant, question.version, knowledge),
        )
    elif knowledge.unpublished:
        yield Blocker(
            Answer.UNKNOWN,
            f"the contract's own pacts ask something of {question.pacticipant}, and the broker holds no pact of it",
            f"{next_steps.publish(question.consumer)}; then {_first_step(question, knowledge)}",
        )


def _of_service(question: Question, knowledge: Knowledge, judged: Iterable[DecisionRow]) -> Iterator[Blocker]:
    yield from _uncovered(question, knowledge, judged)
    if knowledge.unpublished and not knowledge.rows:
        yield Blocker(
            Answer.NO,
            f"no pact is published for {question.pacticipant} {question.version}",
            next_steps.publish(question.pacticipant, question.version),
        )


def _uncovered(question: Question, knowledge: Knowledge, judged: Iterable[DecisionRow]) -> Iterator[Blocker]:
    """Live emitter versions without a row: a broker is content with one result where several versions are live."""
    covered: dict[str, set[str | None]] = {}
    for row in judged:
        covered.setdefault(row.emitter, set()).add(row.emitter_version)
    for emitter, versions in covered.items():
        if None in versions:
            # The row without a version says already that results are missing.
            continue
        for version in knowledge.live.get(emitter, ()):
            if version not in versions:
                yield Blocker(
                    Answer.UNKNOWN,
                    f"{emitter} {version} is in {question.environment} too and has no result for "
                    f"{question.pacticipant} {question.version}; the broker's answer rests on another version",
                    _verify(emitter, version, knowledge, _named(question)),
                )


def _untested(question: Question, knowledge: Knowledge) -> Iterator[Untested]:
    """Promises that none of the successful results of an emitter's version tested."""
    if not knowledge.known:
        return
    rows = [row for row in knowledge.rows if not row.ignored]
    successful = [row for row in (*rows, *knowledge.results) if row.success is True and row.emitter_version]
    # Where a result is still owed, the answer says so; where none can be, nobody tested anything.
    asked = [(question.pacticipant, question.version)] if question.is_emitter and not _owed(knowledge) else []
    others = [(row.emitter, str(row.emitter_version)) for row in successful]
    for emitter, version in dict.fromkeys([*asked, *others]):
        own = [row for row in successful if (row.emitter, row.emitter_version) == (emitter, version)]
        demanded = {pair.event for row in own for pair in row.pairs if pair.state is PairState.PASSED}
        for promise in question.promises:
            missed = tuple(rule for rule in promise.rules if all(_misses(row.run, promise.event, rule) for row in own))
            if promise.emitter == emitter and missed and (promise.implemented or promise.event in demanded):
                yield Untested(promise, version, missed)


def _misses(run: RunRecord | None, event: str, rule: str) -> bool:
    # A result without a run is another tool's: it knows nothing of what the registry promises.
    return run is None or rule in run.untested.get(event, (rule,))


def _test(missed: Untested, knowledge: Knowledge) -> str:
    emitter = missed.promise.emitter
    how = _WAYS[missed.rules[0]]
    return f"{how} in {emitter}'s tests, then {_verify(emitter, missed.version, knowledge)}"


_WAYS = {
    "repeated-emission": "ask for a fact twice, at once too,",
    "repeat-changes-id": "state a fact twice",
    "repeat-changes-content": "state a fact twice",
    "id-reused": "state two different facts",
    "lost-fact": "refuse a delivery and wait for the retry",
}


def _warnings(question: Question, knowledge: Knowledge) -> Iterator[str]:
    name = question.pacticipant
    if question.is_emitter and question.allow_unverified and not knowledge.verified:
        yield (
            f"--allow-unverified: no successful result for {name} {question.version} exists; "
            "nothing is known of what it sends"
        )
    for ignored in question.ignored:
        yield f"--ignore {ignored}: its results are left out of the decision"
    if question.is_emitter and knowledge.known and not _owed(knowledge):
        if question.implemented:
            yield f"nobody relies on {name}: no consumer's pact asks anything of it, so that no result of it is posted"
        else:
            yield f"no pair of {name} is implemented, and no consumer relies on it: nothing to verify"
    for row in knowledge.rows:
        if not row.ignored:
            yield from _of_result(row)
            if row.left_out:
                between = f"{row.emitter} {row.emitter_version} with {row.consumer} {row.consumer_version}"
                yield f"--own-runs-only: {between}: what was judged again is left out"
    yield from (what for _, what in _broken(knowledge))


def _broken(knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """Return what runs found broken in pairs that no result shows as failed, each with its emitter.

    The registry has the pair as implemented, so that its own build failed; no pact that counts asks for it.
    """
    rows = [row for row in knowledge.rows if not row.ignored]
    shown = {
        (row.emitter, row.emitter_version, pair.event)
        for row in rows
        for pair in row.pairs
        if pair.state is PairState.FAILED
    }
    found = {
        (row.emitter, row.emitter_version, event): rules
        for row in (*rows, *knowledge.results)
        for event, rules in (row.run.broken if row.run else {}).items()
    }
    why = "the verification found it, and no pact that counts asks for this pair"
    return tuple(
        (emitter, f"broken: {', '.join(rules)} of {event} ({emitter} {version}): {why}")
        for (emitter, version, event), rules in found.items()
        if (emitter, version, event) not in shown
    )


def _owed(knowledge: Knowledge) -> bool:
    return knowledge.verified or knowledge.judged or knowledge.unpublished or bool(knowledge.results)


def _of_result(row: DecisionRow) -> Iterator[str]:
    between = f"{row.emitter} {row.emitter_version} with {row.consumer} {row.consumer_version}"
    if row.other_registry:
        yield f"{between}: verified under another contract"
    if row.posted_by:
        yield f"{between}: the result was posted by {row.posted_by}, which knows neither the registry nor its rules"
    if row.standing is Standing.NEWEST:
        yield (
            f"no main branch of {row.consumer} is known: its newest version {row.consumer_version} stands for it "
            f"(name the branch when it publishes: contracts publish --branch main)"
        )
    for remark in row.run.remarks if row.run else ():
        yield f"{between}: {remark}"


def _waits_for(question: Question, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    spoken = {row.emitter for row in knowledge.rows if row.pairs}
    pending = [(p.emitter, p.event) for row in knowledge.rows for p in row.pairs if p.state is PairState.PENDING]
    # An emitter without a published pact has planned pairs only: they stand in the registry alone.
    elsewhere = [pair for pair in question.planned if pair[0] not in spoken]
    return tuple(dict.fromkeys([*pending, *elsewhere]))
