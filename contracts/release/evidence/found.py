"""Finding the evidence of a version: of every run of the emitter itself under the newest contract that judged one."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.broker.client import BrokerClient
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import every_result
from contracts.errors import ContractsError, MisuseError
from contracts.model.evidence import EvidenceRecord, SourceRun
from contracts.model.posting import RunRecord
from contracts.release.counted import consumers
from contracts.release.evidence.sealed import FORMAT, Packed, Unpacked, unpack


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run of the emitter itself, with what was kept of it.

    Attributes:
        record: what its results say of it; None where they are of a toolkit that said nothing.
        evidence: what it sent, whole; or why that isn't there.
    """

    record: RunRecord | None
    posted_at: str
    evidence: Unpacked | str

    @property
    def contract(self) -> str:
        """The digest of the contract that it was judged by; empty where nobody knows."""
        return self.record.contract if self.record else ""

    @property
    def source(self) -> SourceRun:
        """The run as a result that rests on it names it."""
        record, kept = self.record, self.record.evidence if self.record else None
        return SourceRun(record.id if record else "", self.posted_at, self.contract, kept.sha256 if kept else "")


@dataclass(frozen=True, slots=True)
class _Posted:
    result: PostedResult
    at: str


def runs_of(client: BrokerClient, emitter: str, version: str) -> tuple[FoundRun, ...]:
    """Return the runs of a version that count, the latest first: all under the contract of the latest one.

    A run whose results are judged again is none of the emitter's own, nor is another tool's.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    posted = _posted(client, emitter, version)
    own = {address: one for address, one in posted.items() if _is_own(one.result)}
    last = max((one.at for one in own.values()), default="")
    # A broker's clock counts in seconds: of two runs in one of them either may be the later.
    newest = {_contract(one.result) for one in own.values() if one.at == last}
    runs: dict[str, list[_Posted]] = {}
    for one in own.values():
        if _contract(one.result) in newest:
            runs.setdefault(one.result.run.id if one.result.run else "", []).append(one)
    shelf = {kept.sha256: kept for one in posted.values() if (kept := _kept(one.result)) and kept.data is not None}
    found = [_found(client, group, shelf, (emitter, version)) for group in runs.values()]
    return tuple(sorted(found, key=lambda run: run.posted_at, reverse=True))


def _posted(client: BrokerClient, emitter: str, version: str) -> dict[str, _Posted]:
    found: dict[str, _Posted] = {}
    for consumer in consumers(client, emitter):
        for row in every_result(client, consumer, emitter, version):
            address = str(row.result_url)
            if address not in found:
                found[address] = _Posted(result(client, address), row.verified_at)
    return found


def _is_own(found: PostedResult) -> bool:
    return found.posted_by is None and not (found.run and found.run.judged_again)


def _contract(found: PostedResult) -> str:
    return found.run.contract if found.run else ""


def _kept(found: PostedResult) -> EvidenceRecord | None:
    return found.run.evidence if found.run else None


def _found(
    client: BrokerClient, group: Sequence[_Posted], shelf: Mapping[str, EvidenceRecord], whose: tuple[str, str]
) -> FoundRun:
    record, at = group[0].result.run, max(one.at for one in group)
    said = next((kept for one in group if (kept := _kept(one.result))), None)
    if record is None or said is None:
        return FoundRun(record, at, "it kept no evidence")
    try:
        return FoundRun(record, at, _opened(client, said, shelf, (*whose, record.id)))
    except ContractsError as error:
        return FoundRun(record, at, error.what)


def _opened(
    client: BrokerClient, said: EvidenceRecord, shelf: Mapping[str, EvidenceRecord], whose: tuple[str, str, str]
) -> Unpacked:
    if said.format != FORMAT:
        raise MisuseError(f"the evidence is of format {said.format}, and this toolkit reads {FORMAT}")
    held = next(_holders(client, said, shelf), None)
    if held is None:
        where = f"is kept in {said.store}" if said.store else "is named, and no result of this version holds it"
        raise MisuseError(f"the evidence {where}")
    emitter, version, run = whose
    return unpack(Packed(_decoded(held), said.emissions), said.sha256, emitter=emitter, version=version, run=run)


def _holders(
    client: BrokerClient, said: EvidenceRecord, shelf: Mapping[str, EvidenceRecord]
) -> Iterator[EvidenceRecord]:
    if said.data is not None:
        yield said
    if said.sha256 in shelf:
        yield shelf[said.sha256]
    elif said.result is not None:
        kept = _kept(result(client, said.result))
        if kept is not None and kept.data is not None:
            yield kept


def _decoded(held: EvidenceRecord) -> bytes:
    try:
        return b64decode(held.data or "", validate=True)
    except (binascii.Error, ValueError):
        raise MisuseError("the evidence can't be unpacked: it is no base64") from None
