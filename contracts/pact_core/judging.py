"""The matching core, asked in process: does a message satisfy a whole interaction?

Source of the way: Pact's verifier itself converts the interaction to a message and matches it in one call
(pact-reference, `pact_verifier/src/messages.rs`); the core offers both steps to other languages, and
pact-python has no wrapper for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pact_ffi import ffi as _ffi
from pact_ffi import lib as _lib

from contracts.errors import HarnessError, MisuseError, Where
from contracts.model.pact import Interaction, PactDocument
from contracts.model.vocabulary import json_path
from contracts.pact_core.actual import ActualMessage
from contracts.pact_core.judgeable import refuse_what_cant_be_judged
from contracts.pact_core.silence import silent_descriptors

ffi: Any = _ffi
lib: Any = _lib
"""pact-python's types describe neither the handles nor the functions."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that the core found different.

    Attributes:
        path: JSON path in the message, or the name of its header.
        expected, actual: JSON values where the core gave JSON, else its text.
    """

    path: str
    message: str
    expected: Any
    actual: Any


Judge = Callable[[ActualMessage], tuple[Mismatch, ...]]
"""Takes a message whose body is JSON that every parser reads alike, returns the mismatches in a fixed order."""


def judge_for(pact: PactDocument, interaction: Interaction) -> Judge:
    """Prepare the matching core for one interaction of a pact.

    Raises:
        MisuseError: the pact demands what the core doesn't judge, or judges by chance.
    """
    refuse_what_cant_be_judged(pact, interaction)
    # The interaction lies inside of the iterator, so what asks the interaction keeps the iterator.
    iterator, expected = _interaction_in_the_core(pact, interaction)

    def judge(message: ActualMessage, _alive: Any = iterator) -> tuple[Mismatch, ...]:
        found = (mismatch for raw in _mismatches(expected, message) for mismatch in _read(raw))
        return tuple(sorted(_without_repeats(found), key=lambda each: (each.path, each.message)))

    return judge


def _interaction_in_the_core(pact: PactDocument, interaction: Interaction) -> tuple[Any, Any]:
    document = {
        "consumer": {"name": pact.consumer},
        "provider": {"name": pact.provider},
        "interactions": [interaction.raw],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    with silent_descriptors():
        # What the core can't parse it says on stderr as well, as a panic that it caught.
        parsed = lib.pactffi_parse_pact_json(json.dumps(document).encode())
    if parsed == ffi.NULL:
        raise MisuseError(
            f"Pact's core doesn't read {interaction.description!r}: {_reason()}",
            where=Where(pact.source),
            next_step=f"have {pact.consumer} mend the interaction",
        )
    iterator = ffi.gc(lib.pactffi_pact_model_interaction_iterator(parsed), lib.pactffi_pact_interaction_iter_delete)
    lib.pactffi_pact_model_delete(parsed)
    return iterator, _there(lib.pactffi_pact_interaction_iter_next(iterator))


def _mismatches(interaction: Any, message: ActualMessage) -> Iterator[Mapping[str, Any]]:
    # Made anew for each message: the match frees both of its sides.
    expected = _there(lib.pactffi_pact_interaction_as_message(interaction))
    metadata = json.dumps({"metadata": message.metadata}).encode()
    actual = _there(lib.pactffi_message_new_from_json(0, metadata, lib.PactSpecification_V3))
    content_type = ffi.NULL if message.content_type is None else message.content_type.encode()
    lib.pactffi_message_set_contents_bin(actual, message.body, len(message.body), content_type)
    found = _there(lib.pactffi_match_message(expected, actual))
    iterator = lib.pactffi_mismatches_get_iter(found)
    try:
        while (mismatch := lib.pactffi_mismatches_iter_next(iterator)) != ffi.NULL:
            text = lib.pactffi_mismatch_to_json(mismatch)
            yield json.loads(ffi.string(text))
            lib.pactffi_string_delete(text)
    finally:
        lib.pactffi_mismatches_iter_delete(iterator)
        lib.pactffi_mismatches_delete(found)


def _there(pointer: Any) -> Any:
    if pointer == ffi.NULL:
        raise HarnessError(f"Pact's core gave no answer: {_reason()}")
    return pointer


def _reason() -> str:
    buffer = ffi.new("char[]", 4096)
    lib.pactffi_get_error_message(buffer, len(buffer))
    return bytes(ffi.string(buffer)).decode("utf-8", "replace")


def _read(raw: Mapping[str, Any]) -> Iterator[Mismatch]:
    """Yield what one mismatch of the core says, each key that an object lacks by its own path."""
    mismatch = _mismatch(raw)
    expected, actual = mismatch.expected, mismatch.actual
    if mismatch.message.startswith("Actual map is missing") and isinstance(expected, list) and isinstance(actual, list):
        missing = [key for key in expected if isinstance(key, str) and key not in actual]
        for key in missing:
            path = f"{mismatch.path}{json_path((key,)).removeprefix('$')}"
            yield Mismatch(path, f"{path} is missing", "present", None)
        if missing:
            return
    yield mismatch


def _mismatch(raw: Mapping[str, Any]) -> Mismatch:
    expected, actual = _value(raw.get("expected")), _value(raw.get("actual"))
    kind, key = raw.get("type"), str(raw.get("key", ""))
    if kind == "BodyTypeMismatch" or key.lower() in ("contenttype", "content-type"):
        text = f"the pact expects the content type {expected}, and the message says {actual or 'none'}"
        return Mismatch("content-type", text, expected, actual)
    text = str(raw.get("mismatch", kind or "differs"))
    if kind == "MetadataMismatch":
        return Mismatch(key, text, expected, actual)
    path = str(raw.get("path", "$"))
    # An empty body that was expected is missed at "/".
    return Mismatch("$" if path == "/" else path, text, expected, actual)


def _without_repeats(mismatches: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """Yield what the content type breaks once: of the body and among the metadata it is one fault."""
    seen = False
    for mismatch in mismatches:
        if mismatch.path != "content-type" or not seen:
            yield mismatch
        seen = seen or mismatch.path == "content-type"


def _value(shown: Any) -> Any:
    if isinstance(shown, str):
        try:
            return json.loads(shown)
        except ValueError:
            return shown
    return shown
