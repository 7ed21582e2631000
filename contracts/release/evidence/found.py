"""Finding the evidence of a version: of every run of the emitter itself under the newest contract that judged one."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.broker.client import BrokerClient
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import every_result
from contracts.errors import BrokerError, MisuseError
from contracts.model.evidence import EvidenceRecord, SourceRun
from contracts.model.posting import RunRecord
from contracts.release.counted import consumers
from contracts.release.evidence.sealed import FORMAT, Packed, Unpacked, unpack
from contracts.release.evidence.stored import StoredEvidence


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


def runs_of(
    client: BrokerClient, emitter: str, version: str, store: StoredEvidence | None = None
) -> tuple[FoundRun, ...]:
    """Return the runs of a version that count, the latest first: all under the contract of the latest one.

    A run whose results are judged again is none of the emitter's own, nor is another tool's. One that posted no result
    is known by what the store holds of it.

    Args:
        store: the one that the settings name.

    Raises:
        BrokerError: the broker or the store can't be reached or refuses.
    """
    posted = _posted(client, emitter, version)
    groups: dict[str, list[_Posted]] = {}
    for one in posted.values():
        if _is_own(one.result):
            groups.setdefault(one.result.run.id if one.result.run else "", []).append(one)
    places = _Places(client, store, _shelf(posted.values()), (emitter, version))
    runs = [places.found(group) for group in groups.values()]
    runs += places.unposted(groups.keys())
    last = max((run.posted_at for run in runs), default="")
    # A broker's clock counts in seconds: of two runs in one of them either may be the later.
    newest = {run.contract for run in runs if run.posted_at == last}
    # Of what can't be opened nobody knows which run it is: it may be the one that fails.
    counted = [run for run in runs if run.contract in newest or not run.posted_at]
    return tuple(sorted(counted, key=lambda run: run.posted_at, reverse=True))


def _shelf(posted: Iterable[_Posted]) -> dict[str, EvidenceRecord]:
    """Return the evidence that results hold themselves, by its digest."""
    return {kept.sha256: kept for one in posted if (kept := _kept(one.result)) and kept.data is not None}


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


def _kept(found: PostedResult) -> EvidenceRecord | None:
    return found.run.evidence if found.run else None


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the evidence of a version may be.

    Attributes:
        shelf: what its results hold, by digest.
        whose: the emitter and its version.
    """

    client: BrokerClient
    store: StoredEvidence | None
    shelf: Mapping[str, EvidenceRecord]
    whose: tuple[str, str]

    def found(self, group: Sequence[_Posted]) -> FoundRun:
        """Return the run of which these are the results."""
        record, at = group[0].result.run, max(one.at for one in group)
        said = next((kept for one in group if (kept := _kept(one.result))), None)
        if record is None or said is None:
            return FoundRun(record, at, "it kept no evidence")
        try:
            return FoundRun(record, at, self._opened(said, record.id))
        except MisuseError as error:
            return FoundRun(record, at, error.what)

    def unposted(self, posted: Collection[str]) -> Iterator[FoundRun]:
        """Yield the runs of which the store alone knows."""
        emitter, version = self.whose
        for sha256, content in self.store.of_version(emitter, version) if self.store else ():
            try:
                evidence = unpack(Packed(content, None), sha256, emitter=emitter, version=version)
            except MisuseError as error:
                # Of which run it is nobody can say: it may be the red one.
                yield FoundRun(None, "", f"{sha256[:12]} in the store: {error.what}")
                continue
            sealed = evidence.sealed
            if sealed.run not in posted:
                kept = EvidenceRecord(FORMAT, sha256, evidence.emissions, len(content))
                yield FoundRun(RunRecord(sealed.run, sealed.contract, {}, evidence=kept), sealed.at, evidence)

    def _opened(self, said: EvidenceRecord, run: str) -> Unpacked:
        if said.format != FORMAT:
            raise MisuseError(f"the evidence is of format {said.format}, and this toolkit reads {FORMAT}")
        emitter, version = self.whose
        packed = Packed(self._content(said), said.emissions)
        return unpack(packed, said.sha256, emitter=emitter, version=version, run=run)

    def _content(self, said: EvidenceRecord) -> bytes:
        if said.store is not None:
            return self._stored(said)
        held = next(self._holders(said), None)
        if held is None:
            raise MisuseError("the evidence is named, and no result of this version holds it")
        try:
            return b64decode(held.data or "", validate=True)
        except (binascii.Error, ValueError):
            raise MisuseError("the evidence can't be unpacked: it is no base64") from None

    def _stored(self, said: EvidenceRecord) -> bytes:
        # Where a result says that a store is, nobody has to believe: the own one is asked.
        if self.store is None:
            raise MisuseError(f"the evidence is kept in {said.store}, and the settings name no store")
        content = self.store.get(*self.whose, said.sha256)
        if content is None:
            raise MisuseError(f"the evidence is kept in {said.store}, and {self.store.name} doesn't hold it")
        return content

    def _holders(self, said: EvidenceRecord) -> Iterator[EvidenceRecord]:
        if said.data is not None:
            yield said
        if said.sha256 in self.shelf:
            yield self.shelf[said.sha256]
        elif said.result is not None:
            try:
                kept = _kept(result(self.client, said.result))
            except BrokerError:
                return
            if kept is not None and kept.data is not None:
                yield kept
