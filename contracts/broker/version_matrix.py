"""The broker's matrix: which versions have been verified with each other, and its own answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient

_PATH = "matrix"
"""The one path without a link in the index; the official clients know it too."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row.

    Attributes:
        emitter_version: None where no version that counts has a result.
        success: the latest result; None where there is none.
        verified_at: when, as the broker wrote it.
    """

    consumer: str
    consumer_version: str
    emitter: str
    emitter_version: str | None
    success: bool | None
    verified_at: str
    pact_url: str | None
    result_url: str | None
    ignored: bool


@dataclass(frozen=True, slots=True)
class VersionMatrix:
    """The broker's answer: true, false or None for unknown, its words, and the rows it rests on."""

    deployable: bool | None
    reason: str
    rows: tuple[MatrixRow, ...]


def release_matrix(
    client: BrokerClient, pacticipant: str, version: str, environment: str, ignore: Iterable[str] = ()
) -> VersionMatrix:
    """Ask whether a version can be deployed to an environment.

    Raises:
        BrokerError: the broker can't be reached, refuses, or answers something else.
    """
    params = [("q[][pacticipant]", pacticipant), ("q[][version]", version)]
    params += [("ignore[][pacticipant]", name) for name in ignore]
    params += [("latestby", "cvpv"), ("environment", environment)]
    return _ask(client, params)


def results_matrix(
    client: BrokerClient,
    consumer: str,
    emitter: str,
    emitter_version: str | None = None,
    *,
    consumer_version: str | None = None,
) -> VersionMatrix:
    """Ask for the latest results between a consumer and an emitter, of every version where none is named.

    Both names are given: with one alone, a real broker looks at its 100 most recent pacts only.

    Raises:
        BrokerError: the broker can't be reached, refuses, or answers something else.
    """
    params = []
    for name, version in ((consumer, consumer_version), (emitter, emitter_version)):
        params.append(("q[][pacticipant]", name))
        params += [("q[][version]", version)] if version is not None else []
    return _ask(client, [*params, ("latestby", "cvpv")])


def every_result(client: BrokerClient, consumer: str, emitter: str, emitter_version: str) -> tuple[MatrixRow, ...]:
    """Return every result of an emitter's version with a consumer, also those that a later one replaced.

    Raises:
        BrokerError: the broker can't be reached, refuses, or answers something else.
    """
    params = [("q[][pacticipant]", consumer), ("q[][pacticipant]", emitter), ("q[][version]", emitter_version)]
    rows = _ask(client, [*params, ("limit", _ALL)]).rows
    return tuple(row for row in rows if row.emitter_version == emitter_version and row.result_url)


_ALL = "100000"
"""A real broker looks at the hundred most recent ones unless more are asked for."""


def _ask(client: BrokerClient, params: list[tuple[str, str]]) -> VersionMatrix:
    document = client.get(_PATH, doing="asking for the matrix", params=params)
    with hal.understood("the matrix"):
        summary = document["summary"]
        rows = tuple(_row(raw) for raw in document["matrix"])
        # Read strictly: what is neither true nor false must not become a yes.
        deployable = {True: True, False: False, None: None}[summary["deployable"]]
        return VersionMatrix(deployable, str(summary.get("reason", "")), rows)


def _row(raw: Mapping[str, Any]) -> MatrixRow:
    result = raw.get("verificationResult") or {}
    version = raw["provider"].get("version")
    success = result.get("success")
    return MatrixRow(
        consumer=str(raw["consumer"]["name"]),
        consumer_version=str(raw["consumer"]["version"]["number"]),
        emitter=str(raw["provider"]["name"]),
        emitter_version=str(version["number"]) if version else None,
        success=success if isinstance(success, bool) else None,
        verified_at=str(result.get("verifiedAt", "")),
        pact_url=hal.optional_link(raw.get("pact") or {}, "self"),
        result_url=hal.optional_link(result, "self"),
        ignored=raw.get("ignored") is True,
    )
