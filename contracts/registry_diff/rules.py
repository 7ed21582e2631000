"""The table of changes: which break somebody, whom, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """One kind of change.

    Attributes:
        breaking: somebody who was right before is wrong after it.
        purpose: what it is and whom it breaks, one sentence.
        next_step: how the same is reached without breaking anybody.
    """

    id: str
    breaking: bool
    purpose: str
    next_step: str


_TABLE = (
    ChangeRule("pair-removed", True, "A pair is gone that the consumer expects or its emitter implements.",
               "take the expectation away first, and the emission; then remove the pair"),
    ChangeRule("status-taken-back", True, "An implemented pair is planned again: the consumer can't rely on it.",
               "deploy a consumer that doesn't need the event first: a demotion prints the order"),
    ChangeRule("repeats-allowed", True, "An emitter may state a fact again: a consumer that counts is wrong.",
               "have the consumer drop repeats by source and id first"),
    ChangeRule("repeats-forbidden", True, "An implemented pair may no longer repeat a fact: who does fails.",
               "have the emitter state each fact once, then change the registry"),
    ChangeRule("delivery-dropped", True, "A refused delivery is no longer owed again: the consumer may lose facts.",
               "have the consumer cope with lost facts first"),
    ChangeRule("delivery-required", True, "An implemented pair owes refused deliveries again: who loses them fails.",
               "have the emitter retry, then change the registry"),
    ChangeRule("event-removed", True, "A canonical event is gone: who emits or reads it has no contract.",
               "remove its pairs and expectations first"),
    ChangeRule("fact-key-changed", True, "A fact is identified by other keys: markers mean something else.",
               "add a new event beside the old one"),
    ChangeRule("field-removed", True, "A field is gone: who reads it gets nothing, who sends it breaks the schema.",
               "make it optional until nobody reads or sends it, or add a new event"),
    ChangeRule("field-retyped", True, "A field has another type: what was sent is refused, what is read is another.",
               "add a new field beside the old one"),
    ChangeRule("field-made-optional", True, "A field may be left out: a consumer that reads it may get nothing.",
               "have the consumer do without it first"),
    ChangeRule("field-required", True, "A field has to be sent that implemented emitters don't send yet.",
               "add it as optional; require it once every emitter sends it"),
    ChangeRule("values-narrowed", True, "A field takes fewer values: an implemented emitter may send a refused one.",
               "have the emitters send the narrower values first"),
    ChangeRule("values-loosened", True, "A field that the consumer reads takes values that its published pact refuses.",
               "deploy a consumer that captured and published with them first; only then may emitters send them"),
    ChangeRule("consumer-renamed", True, "The consumer has another name: what was published under the old one is lost.",
               "publish under both names until the old one is deployed nowhere"),
    ChangeRule("form-forbidden", True, "A mode or an extension of messages is no longer permitted: who sends it fails.",
               "have the emitters stop sending it first"),
    ChangeRule("mode-permitted", True, "Messages may come in another mode: a consumer that can't read it loses facts.",
               "deploy a consumer that reads the mode first; CloudEvents' SDKs read each"),
    ChangeRule("values-widened", False, "A field takes more values, which no published pact refuses.",
               "test the consumer with the new values"),
    ChangeRule("field-added", False, "A field was added that nobody has to send.", ""),
    ChangeRule("extension-permitted", False, "Messages may carry a further extension attribute of CloudEvents.", ""),
    ChangeRule("event-added", False, "A canonical event was added.", ""),
    ChangeRule("pair-added", False, "An emitter may state an event that it could not state before.", ""),
    ChangeRule("pair-unused-removed", False, "A planned pair is gone that nobody expects.", ""),
    ChangeRule("promoted", False, "A planned pair is implemented: from now on it has to hold.",
               "deploy the emitter first: a promotion prints the order"),
)  # fmt: skip

CHANGES = MappingProxyType({rule.id: rule for rule in _TABLE})
"""Every rule by its id, in the order they are documented; the breaking ones first."""
