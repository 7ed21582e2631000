"""Where a run's evidence is put while its results are posted: into the first of them, else into the store."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from contracts.broker.results import ResultTooLargeError
from contracts.broker.transport import written
from contracts.errors import BrokerError
from contracts.model.evidence import EvidenceRecord, KeptEvidence
from contracts.release.evidence.sealed import FORMAT, Packed

MOST_POSTED = 900_000
"""Bytes of a posted body that holds evidence, base64 included: proxies often take a megabyte, a broker more."""

Document = Callable[[EvidenceRecord | None], Mapping[str, Any]]
"""Makes the body of a result that says this of the evidence."""
Send = Callable[[Mapping[str, Any]], str | None]
"""Posts a body, and returns the result's address where the broker says it."""


class EvidenceStore(Protocol):
    """A place for evidence outside of the broker."""

    @property
    def name(self) -> str:
        """How results and people call it; no secret stands in it."""
        ...

    def put(self, emitter: str, version: str, packed: Packed) -> None:
        """Store evidence under its digest.

        Raises:
            BrokerError: it can't be stored there.
        """
        ...


class Shelf:
    """Puts evidence where it fits, once a run.

    Args:
        packed: the whole run; or why nothing of it is kept.
        whose: the emitter and its version.
        store: the one that the settings name.

    Attributes:
        failure: why the store didn't take it.
    """

    def __init__(self, packed: Packed | str, whose: tuple[str, str], store: EvidenceStore | None = None) -> None:
        self._packed = packed if isinstance(packed, Packed) else None
        self._why = packed if isinstance(packed, str) else ""
        self._whose = whose
        self._store = store
        self._record: EvidenceRecord | None = None
        self._place: str | None = None
        self.failure: BrokerError | None = None

    def post(self, document: Document, send: Send) -> None:
        """Post a result; the first one takes the evidence along where it fits, the others name that one."""
        if self._packed is None or self._record is not None:
            send(document(self._record))
            return
        why = f"the result that holds it would be over {MOST_POSTED // 1000} kB"
        body = document(_record(self._packed, data=b64encode(self._packed.content).decode()))
        if len(written(body)) <= MOST_POSTED:
            try:
                address = send(body)
            except ResultTooLargeError:
                why = "it is too large for the broker, or for a proxy before it (413)"
            else:
                self._record, self._place = _record(self._packed, result=address), "result"
                return
        self._to_store(why)
        send(document(self._record))

    def end(self, *, judged: bool) -> KeptEvidence:
        """Put what no result took into the store, and say what was kept.

        Args:
            judged: the run gave a verdict, so that what it sent may be judged again.
        """
        if self._packed is not None and self._record is None:
            if judged:
                self._to_store("no result was posted that could hold it")
            else:
                self._leave("the run gave no verdict")
        if self._packed is None or self._record is None:
            return KeptEvidence(f"nothing was kept: {self._why}")
        record = self._record
        where = "with the result" if self._place == "result" else f"in {record.store}"
        many = f"{record.emissions} emission{'' if record.emissions == 1 else 's'}"
        text = f"{many} kept {where}, {_size(record.size)} ({record.sha256[:12]})"
        return KeptEvidence(text, self._place, record.sha256, record.emissions, record.size)

    def _to_store(self, why: str) -> None:
        if self._packed is None:
            return
        if self._store is None:
            self._leave(f"{why}, and the settings name no store; the first new pact will need a run of the emitter")
            return
        try:
            self._store.put(*self._whose, self._packed)
        except BrokerError as error:
            self.failure = error
            self._leave(f"{why}, and {error.what}")
            return
        self._record, self._place = _record(self._packed, store=self._store.name), "store"

    def _leave(self, why: str) -> None:
        self._packed, self._why = None, why


def _record(
    packed: Packed, *, data: str | None = None, result: str | None = None, store: str | None = None
) -> EvidenceRecord:
    size = len(packed.content)
    return EvidenceRecord(FORMAT, packed.sha256, packed.emissions or 0, size, data=data, result=result, store=store)


def _size(size: int) -> str:
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.1f} kB"
