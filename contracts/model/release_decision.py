"""May this version be released? A decision over what a broker knows; nothing is asked for here.

A broker's "yes" is necessary and not sufficient. It says yes to an emitter that was never verified while no
consumer is deployed, and to a consumer while only one of two live emitter versions has a result. Here such an
answer is "unknown" until the result is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.model.release import Answer, Blocker, Decision, DecisionRow, Knowledge, PairState, Question


def decide(question: Question, knowledge: Knowledge) -> Decision:
    """Decide whether the version may be released, and why."""
    blockers = tuple(_blockers(question, knowledge))
    answers = {blocker.answer for blocker in blockers}
    answer = Answer.NO if Answer.NO in answers else Answer.UNKNOWN if answers else Answer.YES
    worst_first = sorted(blockers, key=lambda blocker: blocker.answer is not Answer.NO)
    record = (
        f"deploy it, then: contracts record-deployment {question.pacticipant} --version {question.version} "
        f"--to-environment {question.environment} (record-release where it runs at many sites)"
    )
    return Decision(
        question=question,
        answer=answer,
        rows=knowledge.rows,
        blockers=blockers,
        warnings=tuple(_warnings(question, knowledge)),
        waits_for=_waits_for(question, knowledge),
        next_step=worst_first[0].next_step if worst_first else record,
        reason=knowledge.reason,
    )


def _nothing_promised(question: Question, knowledge: Knowledge) -> bool:
    """An emitter without an implemented pair, on which no consumer in the environment relies."""
    return question.is_emitter and not question.implemented and not knowledge.relied_on


def _blockers(question: Question, knowledge: Knowledge) -> Iterator[Blocker]:
    if not knowledge.known:
        # No pact with such an emitter is ever published, so that no result can be: planned pairs block nothing.
        if not _nothing_promised(question, knowledge):
            yield _unknown_version(question)
        return
    judged = [row for row in knowledge.rows if not row.ignored]
    found = [blocker for row in judged for blocker in _row_blocker(question, knowledge, row)]
    yield from found
    if not question.is_emitter:
        yield from _uncovered(question, knowledge, judged)
        if question.implemented and not knowledge.rows:
            yield Blocker(
                Answer.NO,
                f"no pact is published for {question.pacticipant} {question.version}",
                f"contracts publish --version {question.version}",
            )
    elif not (knowledge.verified or question.allow_unverified or _nothing_promised(question, knowledge)) and not found:
        yield Blocker(
            Answer.UNKNOWN,
            f"{question.pacticipant} {question.version} was never verified successfully: "
            "an empty matrix is no evidence",
            _verify(question.pacticipant, question.version),
        )
    if knowledge.deployable is not True and not found:
        answer = Answer.NO if knowledge.deployable is False else Answer.UNKNOWN
        yield Blocker(answer, f"the broker says no: {knowledge.reason}", _first_step(question))


def _unknown_version(question: Question) -> Blocker:
    return Blocker(
        Answer.NO,
        f"the broker has no version {question.version} of {question.pacticipant}",
        _first_step(question),
    )


def _first_step(question: Question) -> str:
    if question.is_emitter:
        return _verify(question.pacticipant, question.version)
    return f"contracts publish --version {question.version}"


def _verify(emitter: str, version: str) -> str:
    return f"contracts verify {emitter} --broker --publish --version {version}"


def _row_blocker(question: Question, knowledge: Knowledge, row: DecisionRow) -> Iterator[Blocker]:
    between = f"{row.consumer} {row.consumer_version} and {row.emitter}"
    if row.success is False:
        yield _failed(question, row, between)
    elif row.empty:
        yield Blocker(
            Answer.UNKNOWN,
            f"the result between {between} {row.emitter_version} is successful and tested no interaction",
            _verify(row.emitter, row.emitter_version or question.version),
        )
    elif row.success is None and question.is_emitter:
        yield Blocker(
            Answer.UNKNOWN,
            f"{between} {question.version} were never verified with each other",
            _verify(row.emitter, question.version),
        )
    elif row.success is None:
        yield _unverified(question, knowledge.live.get(row.emitter, ()), row)


def _failed(question: Question, row: DecisionRow, between: str) -> Blocker:
    pairs = [
        f"{pair.event} ({', '.join(pair.rules) or 'no rule given'})"
        for pair in row.pairs
        if pair.state is PairState.FAILED
    ]
    failed = ", ".join([*pairs, *(f"{rule} (a violation)" for rule in row.violations)])
    mend = f"mend {row.emitter}, then {_verify(row.emitter, '<the mended version>')}"
    return Blocker(
        Answer.NO,
        f"the verification between {between} {row.emitter_version} failed: {failed or 'no pair is named'}",
        mend if question.is_emitter else f"{mend}; or take the pair back: contracts demote {row.emitter} EVENT",
    )


def _unverified(question: Question, live: tuple[str, ...], row: DecisionRow) -> Blocker:
    if live:
        where, step = f"{row.emitter} {' and '.join(live)}", _verify(row.emitter, live[0])
    else:
        where = f"any version of {row.emitter} in {question.environment}, for none is recorded there"
        step = (
            f"{_verify(row.emitter, '<its version>')}, deploy it, then contracts record-deployment {row.emitter} "
            f"--version <its version> --to-environment {question.environment}"
        )
    what = f"{row.consumer} {row.consumer_version} was never verified with {where}"
    return Blocker(Answer.UNKNOWN, what, step)


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
                    _verify(emitter, version),
                )


def _warnings(question: Question, knowledge: Knowledge) -> Iterator[str]:
    if question.is_emitter and question.allow_unverified and not knowledge.verified:
        yield (
            f"--allow-unverified: no successful result for {question.pacticipant} {question.version} exists; "
            "nothing is known of what it sends"
        )
    for name in question.ignored:
        yield f"--ignore {name}: its results are left out of the decision"
    if not knowledge.known and _nothing_promised(question, knowledge):
        yield f"no pair of {question.pacticipant} is implemented, and no consumer relies on it: nothing to verify"
    for row in knowledge.rows:
        if row.other_registry and not row.ignored:
            yield (
                f"{row.emitter} {row.emitter_version} with {row.consumer} {row.consumer_version}: "
                "verified under another registry"
            )


def _waits_for(question: Question, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    spoken = {row.emitter for row in knowledge.rows if row.pairs}
    pending = [(p.emitter, p.event) for row in knowledge.rows for p in row.pairs if p.state is PairState.PENDING]
    # An emitter without a published pact has planned pairs only: they stand in the registry alone.
    elsewhere = [pair for pair in question.planned if pair[0] not in spoken]
    return tuple(dict.fromkeys([*pending, *elsewhere]))
