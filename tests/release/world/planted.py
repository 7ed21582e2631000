"""Faults of the toolkit, put back one at a time: a machine that doesn't find them would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from unittest.mock import patch

from contracts.broker.client import BrokerClient
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import results_matrix
from contracts.cli import publish as cli_publish
from contracts.cli import verify as cli_verify
from contracts.model.posting import Posting, RunRecord
from contracts.model.verdict import Verification
from contracts.project.published_version import ComparedVersion
from contracts.release import knowledge, posting, readiness
from contracts.release.counted import consumers
from contracts.release.evidence import replacing

_run_record = posting.run_record


@contextmanager
def _nothing_is_compared() -> Iterator[None]:
    """The working copy isn't the version: what is published is compared with no commit."""
    anything = ComparedVersion(None)
    with (
        patch.object(cli_verify, "compare_version", lambda *_, **__: anything),
        patch.object(cli_verify, "compare_captures", lambda *_, **__: ()),
        patch.object(cli_publish, "compare_version", lambda *_, **__: anything),
    ):
        yield


def _nobody_stands_in() -> AbstractContextManager[object]:
    """An emitter's first release: with no consumer in the environment, one success of any pact is enough."""
    return patch.object(knowledge, "standing_in", lambda *_: ())


def _promoted_by_the_clock() -> AbstractContextManager[object]:
    """Promotion judges what was posted last, not the run that it belongs to."""

    def latest(client: BrokerClient, emitter: str, version: str) -> tuple[PostedResult, ...]:
        rows = [
            row
            for consumer in consumers(client, emitter)
            for row in results_matrix(client, consumer, emitter, version).rows
            if row.result_url and row.emitter_version == version
        ]
        last = max((row.verified_at for row in rows), default="")
        return tuple(result(client, str(row.result_url)) for row in rows if row.verified_at == last)

    return patch.object(readiness, "_latest_run", latest)


def _untested_is_held() -> AbstractContextManager[object]:
    """What a run couldn't test never reaches the broker."""

    def record(run: Verification, about: Posting) -> RunRecord:
        made = _run_record(run, about)
        return replace(made, untested=dict.fromkeys(made.untested, ()))

    return patch.object(posting, "run_record", record)


def _put_over_its_own() -> AbstractContextManager[object]:
    """What is judged again takes the place of the emitter's own result, by whichever version of the contract."""
    return patch.object(replacing, "_why_not_newer", lambda *_: None)


PLANTED: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "the working copy isn't the version": _nothing_is_compared,
    "an emitter's first release": _nobody_stands_in,
    "promotion by the clock": _promoted_by_the_clock,
    "untested is held": _untested_is_held,
    "a result judged again put over an emitter's own": _put_over_its_own,
}
"""Each fault by its name: a context that holds it."""
