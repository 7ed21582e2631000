"""Messages in each of CloudEvents' modes, and registries that permit them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contracts.model.emission import Emission
from contracts.model.verdict import Verification
from contracts.pact_core.verifier import replay
from tests.verification.support import COMPLETED, message, run

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
REGISTRY = Path(__file__).parents[2] / "contracts" / "webinar" / "emitters.toml"


def permitting(folder: Path, *modes: str, extensions: list[str] | None = None) -> Path:
    """Write the project's registry with other messages permitted."""
    file = folder / "emitters.toml"
    messages = f"[messages]\nmodes = {json.dumps(modes)}\nextensions = {json.dumps(extensions or [])}\n"
    file.write_text(f"{REGISTRY.read_text()}\n{messages}")
    return file


def binary(body: bytes | None = None, event: str = COMPLETED, **changes: Any) -> Emission:
    """A message in binary mode; a header that is `...` is left out."""
    whole = message(event)
    data = whole.pop("data")
    headers = {f"ce-{name}": value for name, value in whole.items()} | {"content-type": "application/json"}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: value for name, value in headers.items() if value is not ...}
    return Emission(kept, json.dumps(data).encode() if body is None else body)


def batch(*events: dict[str, Any]) -> Emission:
    """A message in batch mode."""
    return Emission({"content-type": BATCH}, json.dumps(events).encode())


def verified(registry: Path | None, *emissions: Emission) -> Verification:
    """Verify emissions, with the official verifier for a second opinion."""
    return run(emissions, registry=registry, replay=replay)
