"""Writing pacts by Pact's own library, so that they are what every Pact tool reads."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pact import Pact


@dataclass(frozen=True, slots=True)
class InteractionToWrite:
    """One interaction to be written.

    Attributes:
        contents: what is expected, in Pact's integration JSON (values with their matchers).
        state: the provider state's name; none where it is empty.
        params: the state's.
    """

    description: str
    key: str
    contents: Any
    content_type: str
    state: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    pending: bool = False


def write_pact(consumer: str, provider: str, interactions: Iterable[InteractionToWrite]) -> dict[str, Any]:
    """Return the V4 document of a pact, as Pact's library writes it.

    What says which release of the library wrote it is left out: it is no part of the contract, and an upgrade
    must not change a pact.
    """
    pact = Pact(consumer, provider)
    for each in interactions:
        written = pact.upon_receiving(each.description, "Async")
        if each.state:
            written = written.given(each.state, dict(each.params))
        written.with_body(json.dumps(each.contents), each.content_type).set_key(each.key)
        written.set_pending(pending=each.pending)
    with tempfile.TemporaryDirectory() as folder:
        pact.write_file(folder, overwrite=True)
        (file,) = Path(folder).iterdir()
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    document["metadata"].pop("pactRust", None)
    return document
