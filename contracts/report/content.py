"""What a report is made from, and each emission as evidence for people."""

from __future__ import annotations

import json
from dataclasses import dataclass

from contracts.errors import Where
from contracts.model.deployment import KnownVersion
from contracts.model.domain import Domain
from contracts.model.emission import Answered, Emission, recorded_address, recorded_headers
from contracts.model.pact import PactDocument
from contracts.model.strict_json import JsonRefusedError, decode, decode_text
from contracts.model.verdict import Verification

BODY_SHOWN = 8 * 1024
"""Characters of a body that a page shows; the capture has the rest."""


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that a report shows.

    Attributes:
        runs: verifications, at most one an emitter.
        pacts: what the consumer reads of each emitter.
        versions: what a broker knows of versions; None where there is no broker.
        made: when the report was made, as people read it; empty for a report that is the same every time.
    """

    domain: Domain
    runs: tuple[Verification, ...] = ()
    pacts: tuple[PactDocument, ...] = ()
    versions: tuple[KnownVersion, ...] | None = None
    made: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One emission, ready to be shown.

    Attributes:
        title: when, what was answered and where it was recorded, in a few words.
        message: the request line, the headers and the body, as HTTP writes them.
        laid_out: the body is shown with its JSON laid out, not byte for byte.
    """

    title: str
    message: str
    laid_out: bool


def sample(emission: Emission, number: int) -> Sample:
    """Return an emission as people read it."""
    parts = [f"Emission {number}", emission.at or "", _answer(emission), _place(emission.where), _cause(emission)]
    body, laid_out = _body(emission.body)
    head = [
        f"{emission.method} {recorded_address(emission.url)}".strip(),
        *(f"{name}: {text}" for name, text in recorded_headers(emission.headers).items()),
    ]
    return Sample(", ".join(part for part in parts if part), "\n".join([*head, "", body]), laid_out)


def _cause(emission: Emission) -> str:
    trigger = emission.trigger
    return f"triggered, attempt {trigger.attempt}" if trigger else ""


def _answer(emission: Emission) -> str:
    response = emission.response
    if response is None:
        return ""
    return f"answered {response.status}" if isinstance(response, Answered) else f"refused: {response.error}"


def _place(where: Where | None) -> str:
    return str(where) if where else ""


def _body(raw: bytes) -> tuple[str, bool]:
    """Return the body as text; laid out only where nothing is lost by it."""
    try:
        text, laid_out = json.dumps(decode(decode_text(raw)), ensure_ascii=False, indent=2), True
    except JsonRefusedError:
        text, laid_out = raw.decode("utf-8", "backslashreplace"), False
    if len(text) > BODY_SHOWN:
        text = f"{text[:BODY_SHOWN]}\n({len(text) - BODY_SHOWN} more characters)"
    return text, laid_out
