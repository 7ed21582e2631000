"""Evidence as bytes: what is kept of an emission, and that nothing but a whole run is read back."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace

import pytest

from contracts.emitters.captures import read_run
from contracts.errors import MisuseError
from contracts.model.emission import Answered, Commit, Driven, Emission, Refused, Settled, Trigger
from contracts.release.evidence.sealed import Packed, Packer, Sealed, unpack
from tests.release.project import COMPLETED, CRM, TRACKER

SECRETS = {"authorization": "Bearer s3cret", "cookie": "s3cret"}
SENT = tuple(
    Emission(
        {"content-type": "application/cloudevents+json", "ce-id": f"m-{n}", **SECRETS},
        b'{"n": %d}\xff' % n,
        url="https://scenario.example/?token=s3cret",
        at="2026-01-31T18:00:00Z",
        response=Answered(status=202) if n < 3 else Refused(error="s3cret"),
        trigger=Trigger(event=COMPLETED, fact={"client_id": f"c-{n}"}, attempt=n, delivery=f"to jane {n // 2}"),
        context=f"ATest with jane@example.org {n % 2}",
        commit=Commit(id="abc", clean=True),
        transport="kafka",
    )
    for n in (1, 2, 3)
)


WHOSE = Sealed(TRACKER, "p1", "r1", "contract", "0.1.0", "2026-01-31T18:00:00+00:00")


def packed(whose: Sealed = WHOSE, sent: tuple[Emission, ...] = SENT) -> Packed:
    """Return the evidence of a driven run."""
    packer = Packer(whose)
    packer.driven(Driven(refuses=True, simultaneous=False))
    for one in sent:
        packer.emission(one)
        if one.trigger:
            packer.asked(Settled(one.trigger, refused=one.trigger.attempt == 3))
    return packer.packed()


def repacked(captures: bytes) -> Packed:
    """Return evidence whose digest is right and whose content somebody else wrote."""
    return Packed(gzip.compress(captures), 3)


def test_what_is_kept_is_read_back() -> None:
    """Body, content type, `ce-*`, trigger, status, time, and what was asked; twice the same bytes."""
    kept = packed()
    assert kept == packed()
    back = unpack(kept, kept.sha256, emitter=TRACKER, version="p1", run="r1")
    assert back.sealed == WHOSE
    for secret in (b"s3cret", b"jane", b"ATest", b"kafka", b"abc"):
        assert secret not in back.captures
    driven, *read = read_run(io.BytesIO(back.captures), "evidence")
    assert driven == Driven(refuses=True, simultaneous=False)
    emissions = [replace(one, where=None) for one in read if isinstance(one, Emission)]
    settled = [one for one in read if isinstance(one, Settled)]
    contexts, deliveries = ["test 1", "test 3", "test 1"], ["delivery 2", "delivery 4", "delivery 4"]
    for one, was, context, delivery in zip(emissions, SENT, contexts, deliveries, strict=True):
        assert was.trigger
        trigger = was.trigger.model_copy(update={"delivery": delivery})
        headers = {name: was.headers[name] for name in ("content-type", "ce-id")}
        answer = Refused(error="refused") if isinstance(was.response, Refused) else was.response
        assert one == Emission(headers, was.body, at=was.at, response=answer, trigger=trigger, context=context)
        assert Settled(trigger, refused=trigger.attempt == 3) in settled


HEAD = {"format": 1, "emitter": TRACKER, "version": "p1", "run": "r1"}


def head(**other: object) -> bytes:
    """Return the first line of somebody's evidence."""
    return json.dumps(HEAD | other).encode() + b"\n"


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (repacked(b"{}\n"), "format None"),
        (repacked(head(format=2)), "format 2"),
        (repacked(b"no json\n"), "doesn't begin"),
        (repacked(head() + b"{}\n{}\n"), "cut: it holds 2"),
        (repacked(head() + b"{}\n{}\n{}\n{"), "cut"),
        (Packed(b"no gzip", 3), "no gzip"),
        (Packed(packed().content[:-1], 3), "cut"),
        (Packed(packed().content + b"x", 3), "added"),
        (packed(replace(WHOSE, emitter=CRM)), CRM),
        (packed(replace(WHOSE, version="p2")), "'p2'"),
        (packed(replace(WHOSE, run="r2")), "'r2'"),
    ],
)
def test_what_is_no_whole_run_of_this_version_is_refused_by_name(found: Packed, word: str) -> None:
    """Its digest alone says only that it is what somebody wrote."""
    with pytest.raises(MisuseError, match=word):
        unpack(found, found.sha256, emitter=TRACKER, version="p1", run="r1")


def test_evidence_of_another_digest_is_refused() -> None:
    """One byte is enough."""
    kept = packed()
    altered = Packed(kept.content[:-1] + bytes([kept.content[-1] ^ 1]), kept.emissions)
    with pytest.raises(MisuseError, match="altered or cut"):
        unpack(altered, kept.sha256, emitter=TRACKER, version="p1")


def test_what_unpacks_to_more_than_any_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes may unpack to a gigabyte; that much is never held."""
    monkeypatch.setattr("contracts.release.evidence.sealed.MAX_CAPTURES", 1000)
    bomb = repacked(head() + b" " * 100_000)
    with pytest.raises(MisuseError, match="unpacks to more"):
        unpack(bomb, bomb.sha256, emitter=TRACKER, version="p1")
