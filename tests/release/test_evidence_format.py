"""Evidence as bytes: what is kept of an emission, and that nothing but a whole run is read back."""

from __future__ import annotations

import gzip
import hashlib
import io
from dataclasses import replace

import pytest

from contracts.emitters.captures import read_captures
from contracts.errors import MisuseError
from contracts.model.emission import Answered, Commit, Emission, Trigger
from contracts.release.evidence_format import Packed, pack, unpack
from tests.release.project import COMPLETED, CRM, TRACKER

SECRETS = {"authorization": "Bearer s3cret", "cookie": "s3cret"}
SENT = tuple(
    Emission(
        {"content-type": "application/cloudevents+json", "ce-id": f"m-{n}", **SECRETS},
        b'{"n": %d}\xff' % n,
        url="https://scenario.example/?token=s3cret",
        at="2026-01-31T18:00:00Z",
        response=Answered(status=202),
        trigger=Trigger(event=COMPLETED, fact={"client_id": f"c-{n}"}, attempt=n),
        context="ATest::test_it",
        commit=Commit(id="abc", clean=True),
        transport="kafka",
    )
    for n in (1, 2, 3)
)


def repacked(captures: bytes) -> Packed:
    """Return evidence whose digest is right and whose content somebody else wrote."""
    return Packed(gzip.compress(captures), 3)


def test_what_is_kept_is_read_back() -> None:
    """Body, content type, `ce-*`, trigger, status, time and context; nothing else, and twice the same bytes."""
    packed = pack(SENT, TRACKER)
    assert packed == pack(SENT, TRACKER)
    captures = unpack(packed, TRACKER, packed.sha256)
    assert b"s3cret" not in captures
    kept = [replace(one, where=None) for one in read_captures(io.BytesIO(captures), "evidence")]
    headers = [{name: one.headers[name] for name in ("content-type", "ce-id")} for one in SENT]
    expected = [
        Emission(held, one.body, at=one.at, response=one.response, trigger=one.trigger, context=one.context)
        for one, held in zip(SENT, headers, strict=True)
    ]
    assert kept == expected


@pytest.mark.parametrize(
    ("packed", "word"),
    [
        (repacked(b"{}\n"), "format None"),
        (repacked(b'{"format": 2, "emitter": "client-webinar-tracker-v2"}\n'), "format 2"),
        (repacked(b"no json\n"), "doesn't begin"),
        (repacked(b'{"format": 1, "emitter": "client-webinar-tracker-v2"}\n{}\n{}\n'), "cut: it holds 2"),
        (repacked(b'{"format": 1, "emitter": "client-webinar-tracker-v2"}\n{}\n{}\n{}\n{'), "cut"),
        (Packed(b"no gzip", 3), "no gzip"),
        (Packed(pack(SENT, TRACKER).content[:-1], 3), "cut"),
        (Packed(pack(SENT, TRACKER).content + b"x", 3), "added"),
        (pack(SENT, CRM), CRM),
    ],
)
def test_what_is_no_whole_run_of_this_emitter_is_refused_by_name(packed: Packed, word: str) -> None:
    """Its digest alone says only that it is what somebody wrote."""
    with pytest.raises(MisuseError, match=word):
        unpack(packed, TRACKER, hashlib.sha256(packed.content).hexdigest())


def test_evidence_of_another_digest_is_refused() -> None:
    """One byte is enough."""
    packed = pack(SENT, TRACKER)
    altered = Packed(packed.content[:-1] + bytes([packed.content[-1] ^ 1]), packed.emissions)
    with pytest.raises(MisuseError, match="altered or cut"):
        unpack(altered, TRACKER, packed.sha256)
