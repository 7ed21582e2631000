"""Whether a version may be deployed: pure functions over the rows of the matrix.

A row pairs a consumer version's pact with a provider version and the last result between them. The rules are
those of the Pact Broker: a consumer needs each provider of its pacts, a provider needs no consumer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Latestby = Literal["cvpv", "cvp", "cp"]

NO_VERSION = -1
"""The version id of a selector that no version matches."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which versions of a pacticipant are meant, as it was asked."""

    pacticipant: str
    number: str | None = None
    latest: bool = False
    tag: str | None = None
    branch: str | None = None
    environment: str | None = None
    main_branch: bool = False

    @property
    def any_version(self) -> bool:
        """Whether nothing but the pacticipant is named."""
        return self == Selector(self.pacticipant)


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the matrix: the versions named, and what is assumed of those they work with."""

    selectors: tuple[Selector, ...]
    ignore: tuple[Selector, ...] = ()
    latestby: Latestby | None = None
    latest: bool = False
    tag: str | None = None
    environment: str | None = None
    main_branch: bool = False
    outcomes: tuple[bool | None, ...] | None = None
    limit: int | None = None

    @property
    def names_a_place(self) -> bool:
        """Whether it says where the versions are to run; `latest` alone says how to choose the others."""
        return self.tag is not None or self.environment is not None or self.main_branch

    @property
    def infers(self) -> bool:
        """Whether the pacticipants that the named ones work with are looked up."""
        return self.latest or self.names_a_place

    def inferred(self, pacticipant: str) -> Selector:
        """Return the selector for a pacticipant that was not named."""
        return Selector(
            pacticipant,
            latest=self.latest,
            tag=self.tag,
            environment=self.environment,
            main_branch=self.main_branch,
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A selector with one version that matches it; `version_id` is None where any version does."""

    selector: Selector
    pacticipant_id: int
    version_id: int | None
    number: str | None
    named: bool
    ignored: bool = False
    one_of_many: bool = False

    @property
    def missing(self) -> bool:
        """Whether no version matches the selector."""
        return self.version_id == NO_VERSION


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A consumer version's pact, a provider version, and the last result between them (None: none yet)."""

    consumer: str
    consumer_id: int
    consumer_version_id: int
    consumer_version: str
    provider: str
    provider_id: int
    provider_version_id: int | None
    provider_version: str | None
    digest: str
    published_at: str
    result: int | None
    success: bool | None
    verified_at: str | None


@dataclass(frozen=True, slots=True)
class Integration:
    """A consumer and a provider with a pact; `required` if the answer needs a row for them."""

    consumer: str
    consumer_id: int
    provider: str
    provider_id: int
    required: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the answer is what it is."""

    type: Literal["success", "error", "warning"]
    text: str


@dataclass(frozen=True, slots=True)
class MatrixAnswer:
    """The matrix's answer; `deployable` is None where it isn't known."""

    deployable: bool | None
    success: int
    failed: int
    unknown: int
    ignored: int | None
    reasons: tuple[Reason, ...]
    rows: tuple[ResultRow, ...]
    ignored_rows: tuple[ResultRow, ...]


_GROUPS: dict[Latestby, Callable[[ResultRow], tuple[object, ...]]] = {
    "cvpv": lambda row: (row.consumer_id, row.consumer_version_id, row.provider_id, row.provider_version_id),
    "cvp": lambda row: (row.consumer_id, row.consumer_version_id, row.provider_id),
    "cp": lambda row: (row.consumer_id, row.provider_id),
}


def latest_rows(rows: Sequence[ResultRow], latestby: Latestby | None) -> list[ResultRow]:
    """Return one row of each group: that of the latest provider version, or the one without a result.

    Args:
        rows: the rows, the last acted upon first.
        latestby: the group: by both versions, by consumer version and provider, or by the pair.
    """
    if latestby is None:
        return list(rows)
    groups: dict[tuple[object, ...], list[ResultRow]] = {}
    for row in rows:
        groups.setdefault(_GROUPS[latestby](row), []).append(row)
    return [
        group[0] if group[0].provider_version_id is None else max(group, key=lambda row: row.provider_version_id or 0)
        for group in groups.values()
    ]


def is_ignored(row: ResultRow, ignore: Iterable[Resolved]) -> bool:
    """Return whether one side of a row is to be ignored."""
    sides = ((row.consumer_id, row.consumer_version_id), (row.provider_id, row.provider_version_id))
    return any(
        entry.pacticipant_id == pacticipant and (entry.selector.any_version or entry.version_id == version)
        for entry in ignore
        for pacticipant, version in sides
    )


def sort_key(row: ResultRow) -> tuple[object, ...]:
    """Return the order in which rows are shown: by consumer and provider, the latest versions first."""
    return (
        row.consumer,
        -row.consumer_version_id,
        row.provider,
        row.provider_version_id is not None,
        -(row.provider_version_id or 0),
        -(row.result or 0),
    )


def judge(
    query: Query,
    rows: Sequence[ResultRow],
    resolved: Sequence[Resolved],
    ignore: Sequence[Resolved],
    integrations: Sequence[Integration],
) -> MatrixAnswer:
    """Answer a query.

    Args:
        query: what was asked.
        rows: the rows that the query is about, the last acted upon first.
        resolved: the named selectors and those inferred, with their versions.
        ignore: what is to be ignored.
        integrations: the pairs that the named selectors are part of.
    """
    kept = latest_rows(rows, query.latestby)
    if query.outcomes is not None:
        kept = [row for row in kept if row.success in query.outcomes]
    shown = sorted(kept, key=sort_key)
    considered = tuple(row for row in shown if not is_ignored(row, ignore))
    ignored = tuple(row for row in shown if is_ignored(row, ignore))
    with_row = {(row.consumer_id, row.provider_id) for row in shown}
    absent = [pair for pair in integrations if pair.required and (pair.consumer_id, pair.provider_id) not in with_row]
    unverified = [row for row in considered if row.success is None]
    missing = [entry for entry in resolved if entry.named and entry.missing and not entry.ignored]
    return MatrixAnswer(
        deployable=_deployable(considered, known=not (unverified or absent), missing=bool(missing)),
        success=sum(row.success is True for row in considered),
        failed=sum(row.success is False for row in considered),
        unknown=len(absent) + len(unverified),
        ignored=len(ignored) if ignore else None,
        reasons=_reasons(query, considered, resolved, ignore, missing, absent),
        rows=considered,
        ignored_rows=ignored,
    )


def _deployable(considered: Sequence[ResultRow], *, known: bool, missing: bool) -> bool | None:
    if missing:
        return False
    return all(row.success for row in considered) if known else None


def _reasons(
    query: Query,
    considered: Sequence[ResultRow],
    resolved: Sequence[Resolved],
    ignore: Sequence[Resolved],
    missing: Sequence[Resolved],
    absent: Sequence[Integration],
) -> tuple[Reason, ...]:
    errors = [f"{_describe(entry)} doesn't exist" for entry in missing]
    if not errors:
        errors += [
            f"No result links {_side(resolved, pair.consumer, None)} to {_side(resolved, pair.provider, None)}"
            for pair in absent
        ]
        for row in considered:
            pair = (
                _side(resolved, row.consumer, row.consumer_version),
                _side(resolved, row.provider, row.provider_version),
            )
            if row.success is False:
                errors.append(f"{pair[1]} failed the pact of {pair[0]}")
            elif row.success is None:
                errors.append(f"{pair[1]} has not verified the pact of {pair[0]}")
    warnings = [f"{_describe(entry)} is to be ignored but doesn't exist" for entry in ignore if _unknown(entry)]
    named = [entry.selector for entry in resolved if entry.named]
    if len(named) == 1 and not query.names_a_place:
        warnings.append("No environment was named: the answer covers everything, not what is deployed")
    if not all(selector.any_version for selector in named) and not any(selector.number for selector in named):
        warnings.append("No version number was named: what the answer is about may change at any time")
    if not errors:
        done = "Every required result is there and successful" if considered else "Nothing required is missing"
        return (*_as("warning", warnings), Reason("success", done))
    return (*_as("warning", warnings), *_as("error", errors))


def _as(kind: Literal["error", "warning"], texts: Iterable[str]) -> list[Reason]:
    return [Reason(kind, text) for text in dict.fromkeys(texts)]


def _unknown(entry: Resolved) -> bool:
    return entry.missing or entry.pacticipant_id == NO_VERSION


def _side(resolved: Sequence[Resolved], pacticipant: str, number: str | None) -> str:
    found = [entry for entry in resolved if entry.selector.pacticipant == pacticipant]
    exact = found if len(found) == 1 else [entry for entry in found if number and entry.number == number]
    if exact:
        return _describe(exact[0])
    return f"{pacticipant} {number}" if number else f"any version of {pacticipant}"


def _describe(entry: Resolved) -> str:
    selector = entry.selector
    places = (
        ("latest", selector.latest),
        ("from the main branch", selector.main_branch),
        (f"from branch {selector.branch}", selector.branch),
        (f"tagged {selector.tag}", selector.tag),
        (f"in {selector.environment}", selector.environment),
    )
    said = ", ".join(text for text, holds in places if holds)
    number = entry.number or selector.number
    name = f"{selector.pacticipant} {number}" if number else f"a version of {selector.pacticipant}"
    return f"{name} ({said})" if said else name
