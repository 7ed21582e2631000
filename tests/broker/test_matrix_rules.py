"""The rules of the matrix as pure functions: a case that breaks each rule, and a near miss that doesn't."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.broker.embedded.matrix_answer import (
    NO_VERSION,
    Integration,
    MatrixAnswer,
    Query,
    Resolved,
    ResultRow,
    Selector,
    judge,
    latest_rows,
)
from tests.broker.running import UNHURRIED

CONSUMER, PROVIDER = Selector("service", number="1"), Selector("tracker", environment="production")
QUERY = Query((CONSUMER,), latestby="cvpv", environment="production")
NAMED = Resolved(CONSUMER, 1, 10, "1", named=True)
PARTNER = Resolved(PROVIDER, 2, 20, "p1", named=False)
NEEDED = Integration("service", 1, "tracker", 2, required=True)
ROW = ResultRow(
    consumer="service",
    consumer_id=1,
    consumer_version_id=10,
    consumer_version="1",
    provider="tracker",
    provider_id=2,
    provider_version_id=20,
    provider_version="p1",
    digest="d",
    published_at="2026-01-01T00:00:00.000000+00:00",
    result=1,
    success=True,
    verified_at="2026-01-02T00:00:00.000000+00:00",
)
UNVERIFIED = replace(ROW, provider_version_id=None, provider_version=None, result=None, success=None, verified_at=None)
FAILED = replace(ROW, success=False)


def _judge(*rows: ResultRow, **changes: object) -> MatrixAnswer:
    given_: dict[str, object] = {"resolved": [NAMED, PARTNER], "ignore": [], "integrations": [NEEDED], **changes}
    return judge(QUERY, rows, **given_)  # type: ignore[arg-type]  # the parts of one judgement


@pytest.mark.parametrize(
    ("rows", "deployable", "counts"),
    [
        ([ROW], True, (1, 0, 0)),
        ([FAILED], False, (0, 1, 0)),
        ([UNVERIFIED], None, (0, 0, 1)),
        ([ROW, replace(FAILED, provider_version_id=21, provider_version="p2")], False, (1, 1, 0)),
        ([FAILED, replace(UNVERIFIED, consumer_version_id=11)], None, (0, 1, 1)),
        ([], None, (0, 0, 1)),
    ],
)
def test_an_answer_needs_every_row(
    rows: list[ResultRow], deployable: bool | None, counts: tuple[int, int, int]
) -> None:
    """True needs all successes, one failure is false, and one unknown outweighs failures."""
    answer = _judge(*rows)
    assert answer.deployable is deployable
    assert (answer.success, answer.failed, answer.unknown) == counts


def test_a_provider_needs_no_consumer() -> None:
    """Without a row an integration that isn't required is no obstacle: nothing is missing."""
    answer = _judge(integrations=[replace(NEEDED, required=False)])
    assert (answer.deployable, answer.unknown) == (True, 0)
    assert [reason.type for reason in answer.reasons] == ["success"]


def test_a_version_that_does_not_exist_is_no() -> None:
    """It outweighs what is unknown; an inferred or ignored one doesn't count."""
    missing = replace(NAMED, version_id=NO_VERSION)
    assert _judge(UNVERIFIED, resolved=[missing, PARTNER]).deployable is False
    assert _judge(ROW, resolved=[replace(missing, ignored=True), PARTNER]).deployable is True
    assert _judge(ROW, resolved=[NAMED, replace(PARTNER, version_id=NO_VERSION)]).deployable is True


def test_an_ignored_row_counts_for_nothing_but_is_there() -> None:
    """It is neither failed nor missing, and is listed apart."""
    whole = Resolved(Selector("tracker"), 2, None, None, named=False)
    answer = _judge(FAILED, ignore=[whole])
    assert (answer.deployable, answer.failed, answer.unknown, answer.ignored) == (True, 0, 0, 1)
    assert (answer.rows, answer.ignored_rows) == ((), (FAILED,))
    assert _judge(FAILED).ignored is None


def test_only_the_named_version_is_ignored() -> None:
    """Ignoring one version leaves the other versions of the pacticipant."""
    one = Resolved(Selector("tracker", number="p1"), 2, 20, "p1", named=False)
    other = replace(FAILED, provider_version_id=21, provider_version="p2")
    answer = _judge(FAILED, other, ignore=[one])
    assert (answer.deployable, answer.rows) == (False, (other,))


def test_ignoring_what_does_not_exist_is_a_warning() -> None:
    """A misspelt name to ignore changes no answer, and is said."""
    unknown = Resolved(Selector("trcker"), NO_VERSION, None, None, named=False)
    answer = _judge(FAILED, ignore=[unknown])
    assert answer.deployable is False
    assert [reason.type for reason in answer.reasons] == ["warning", "error"]


def test_a_question_without_an_environment_is_warned_of() -> None:
    """One version alone, and nowhere to go, is answered with a warning."""
    answer = judge(Query((CONSUMER,)), [ROW], [NAMED], [], [])
    assert [reason.type for reason in answer.reasons] == ["warning", "success"]


OLDER = replace(FAILED, provider_version_id=19, provider_version="p0")


def test_latestby_keeps_one_row_of_each_group() -> None:
    """By consumer version and provider the latest provider version speaks; by both versions each does."""
    assert latest_rows([OLDER, ROW], "cvpv") == [OLDER, ROW]
    assert latest_rows([OLDER, ROW], "cvp") == [ROW]
    assert latest_rows([OLDER, replace(ROW, consumer_version_id=11)], "cp") == [replace(ROW, consumer_version_id=11)]
    assert latest_rows([OLDER, replace(ROW, consumer_version_id=11)], "cvp") == [
        OLDER,
        replace(ROW, consumer_version_id=11),
    ]


outcomes = st.lists(st.sampled_from([True, False, None]), max_size=6)


@settings(UNHURRIED)
@given(outcomes)
def test_true_is_never_said_over_a_failure_or_an_unknown(found: list[bool | None]) -> None:
    """Whatever the rows are: true means that each of them is a success, and the counts add up."""
    rows = [
        replace(ROW, provider_version_id=20 + index, success=outcome, result=None if outcome is None else index)
        for index, outcome in enumerate(found)
    ]
    answer = _judge(*rows)
    assert (answer.deployable is True) == (bool(found) and all(found))
    assert (answer.deployable is False) == (False in found and None not in found)
    assert answer.success + answer.failed + answer.unknown == max(len(found), 1)
    assert any(reason.type == "success" for reason in answer.reasons) is (answer.deployable is True)
