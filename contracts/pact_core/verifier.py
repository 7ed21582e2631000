"""The second opinion: the official verifier replays the first emission of each interaction.

One run of it serves all pacts of an emitter, since a run costs half a second and prints.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import HarnessError
from contracts.model.emission import Emission
from contracts.model.pact import Interaction, PactDocument
from contracts.pact_core.actual import actual_message
from contracts.pact_core.silence import silent_descriptors


@dataclass(frozen=True, slots=True)
class Replayed:
    """One interaction with the message to replay.

    Attributes:
        accepted: what the matching core said of it.
    """

    pact: PactDocument
    interaction: Interaction
    emission: Emission
    accepted: bool


def replay(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
    """Ask the official verifier about each case.

    Args:
        emitter: the provider's name.
        cases: the interactions with their messages.

    Returns:
        For each case, whether the verifier accepted the message.

    Raises:
        HarnessError: the verifier couldn't be run, or gave no answer for a case.
    """
    if not cases:
        return ()
    from pact import Verifier

    os.environ.setdefault("PACT_DO_NOT_TRACK", "true")
    named = {str(index): case for index, case in enumerate(cases)}

    def produce(name: str, metadata: dict[str, Any] | None = None) -> Any:  # noqa: ARG001 - pact's signature
        message = actual_message(named[name].emission, named[name].interaction)
        return {
            "contents": message.body,
            "content_type": message.content_type,
            "metadata": dict(message.metadata),
        }

    with tempfile.TemporaryDirectory(prefix="contracts-replay-") as folder, _quiet(), _no_proxy():
        _write_pacts(Path(folder), emitter, cases)
        verifier = Verifier(emitter).add_source(folder).message_handler(produce)
        try:
            verifier.verify()
        except RuntimeError:
            # A mismatch of a required interaction raises; the results below say which it was.
            pass
        except Exception as error:
            raise HarnessError(f"the official verifier broke: {type(error).__name__}: {error}") from error
        results = verifier.results
    found = results.get("interactionResults", ()) if results else ()
    answers = {str(result.get("description")): result.get("result") for result in found}
    missing = [case.interaction.key for name, case in named.items() if name not in answers]
    if missing:
        raise HarnessError(f"the official verifier gave no answer for {', '.join(missing)}")
    return tuple(answers[name] == "OK" for name in named)


def _write_pacts(folder: Path, emitter: str, cases: Sequence[Replayed]) -> None:
    for index, case in enumerate(cases):
        interaction = copy.deepcopy(dict(case.interaction.raw))
        # The number is what the answer is found by: two pacts may use one description.
        interaction["description"] = str(index)
        interaction["key"] = str(index)
        interaction["pending"] = False
        interaction.pop("providerStates", None)
        document = {
            "consumer": {"name": case.pact.consumer},
            "provider": {"name": emitter},
            "interactions": [interaction],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }
        (folder / f"{index}.json").write_text(json.dumps(document), encoding="utf-8")


@contextmanager
def _quiet() -> Iterator[None]:
    # Its own message server logs each request on stderr; nothing of that is a result.
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with silent_descriptors():
            yield
    finally:
        logging.disable(before)


@contextmanager
def _no_proxy() -> Iterator[None]:
    # The verifier asks its own message server over loopback, and would ask the proxy that a company's CI names.
    before = {name: os.environ.get(name) for name in ("no_proxy", "NO_PROXY")}
    try:
        for name, value in before.items():
            os.environ[name] = ",".join(part for part in (value, "127.0.0.1,localhost,::1") if part)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
