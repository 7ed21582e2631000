"""Pact's official verifier alone: the project's pact, replayed against the shim's message endpoint."""

from __future__ import annotations

from pact import Verifier

from tests.wordpress.programs import ROOT

EMITTER = "client-webinar-tracker-v2"
PACT = ROOT / "pacts" / f"client-webinar-scenario-service-{EMITTER}.json"


def passes(url: str) -> bool:
    """Does the verifier accept what the endpoint at `url` answers?"""
    verifier = Verifier(EMITTER, "127.0.0.1")
    verifier.add_transport(protocol="message", port=int(url.rsplit(":", 1)[1]), path="/_messages")
    verifier.state_handler(f"{url}/_state", body=True).add_source(PACT)
    try:
        verifier.verify()
    except RuntimeError:
        return False
    return True
