"""For tests of your own: the types of the plugin's fixtures, and the messages that they hand out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from contracts.expectations.messages import Message
from contracts.provider.contract import EmitterContract, calling_frame, make_contract

__all__ = ["EmitterContract", "Expect", "Handler", "Message", "verify_emitter"]

Handler = Callable[[Message], Any]
"""The consumer's handler: takes a message, and raises if it can't cope with it."""


class Expect(Protocol):
    """The fixture `expect`."""

    def __call__(
        self, event: str, title: str, *, reads: Iterable[str], fact: Mapping[str, Any] | None = None
    ) -> Message:
        """Say what the consumer reads of an event, and get a message to hand to its handler.

        Args:
            event: the canonical event's name.
            title: what the consumer does with it, in a few words; unique for the event.
            reads: paths of attributes and data keys, such as `id` and `data.client_id`.
            fact: values of the event's fact key, where the examples don't do.
        """
        ...


def verify_emitter(emitter: str, **driver: str | bool | tuple[str, ...]) -> EmitterContract:
    """Verify an emitter as part of a test suite.

    Assign the result to a name that starts with `test` in a test module, or in a class that pytest collects. A run in
    which it becomes no item (in a `unittest.TestCase`, under another name, inside a test) fails.

    Args:
        emitter: its name in the registry.
        driver: the driver and its options, such as `captures="captures.ndjson"`, with `_` for `-`; those of
            the settings where none is given.
    """
    return make_contract(emitter, driver, calling_frame())
