"""The table of rules that a verification judges by: what each is for, and what to do when it is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contracts.model.registry import PairEntry


class Severity(StrEnum):
    """What a broken rule does to a run."""

    FINDING = "finding"
    """It breaks its pair: an implemented pair fails."""
    VIOLATION = "violation"
    """It breaks the run, whatever the pairs' statuses."""
    ERROR = "error"
    """The harness broke: no verdict, exit 2."""
    NOTE = "note"
    """Worth knowing; it changes no verdict, no exit code and no posted result."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A severity that hangs on what the registry promises of the pair: a finding where it does, else a note.

    Attributes:
        promise: as the registry says it.
        is_made: does a pair's entry make it?
    """

    promise: str
    is_made: Callable[[PairEntry], bool]

    def __call__(self, entry: PairEntry) -> Severity:
        """Return the severity for a pair."""
        return Severity.FINDING if self.is_made(entry) else Severity.NOTE


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        judged: its severity, or what gives it from the promises of the pair.
        purpose: what the rule protects, one sentence.
        next_step: what the emitter's developer does when it is broken.
        since: the version of the toolkit that judges by it first.
    """

    id: str
    judged: Severity | Promised
    purpose: str
    next_step: str
    since: str = "0.1.0"

    @property
    def severity(self) -> Severity:
        """The severity where everything is promised."""
        return self.judged if isinstance(self.judged, Severity) else Severity.FINDING

    @property
    def promise(self) -> str | None:
        """What a pair must promise for it to be more than a note; None where it hangs on no promise."""
        return None if isinstance(self.judged, Severity) else self.judged.promise

    def severity_of(self, entry: PairEntry | None) -> Severity:
        """Return what breaking it does at a pair, or beside all pairs."""
        if isinstance(self.judged, Severity):
            return self.judged
        return self.severity if entry is None else self.judged(entry)


_STATED_ONCE = Promised('repeats = "never"', lambda entry: entry.repeats == "never")
_OWED_AGAIN = Promised('delivery = "at-least-once"', lambda entry: entry.delivery == "at-least-once")
_F, _V, _E, _N = Severity.FINDING, Severity.VIOLATION, Severity.ERROR, Severity.NOTE

_TABLE = (
    Rule("not-emitted", _F, "An implemented event is really emitted.",
         "make the emitter state the fact, or record a test that triggers it"),
    Rule("content-type", _F, "A message says that it is a CloudEvent in structured JSON mode.",
         "send Content-Type: application/cloudevents+json"),
    Rule("event-schema", _F, "A message is exactly the canonical event: every attribute and key, and no other.",
         "send what the canonical event names, in its form, and nothing else"),
    Rule("not-a-fact", _F, "An emitter states facts: no interface, timer, schedule or decision.",
         "remove the key; what follows from a fact is the consumer's business"),
    Rule("wrong-fact", _F, "A message states the fact that was triggered; a canned message doesn't.",
         "build the message from the fact that happened"),
    Rule("pact-mismatch", _F, "A message holds what the consumer reads.",
         "compare with the pact's interaction, or talk to the consumer's developers"),
    Rule("repeat-changes-id", _F, "A repeat of a fact carries the fact's marker, so that it can be dropped.",
         "derive the id from source, type and fact key, or store it with the fact"),
    Rule("id-reused", _F, "Different facts have different markers, so that none is dropped as a repeat.",
         "derive the id from source, type and the whole fact key"),
    Rule("repeat-changes-content", _F, "A repeat states the same fact: same id, same content, same time.",
         "store the message with the fact and send that again"),
    Rule("repeated-emission", _STATED_ONCE, 'A source whose pair says repeats = "never" states each fact once.',
         "guard the fact against duplicates at the source, in an outbox with a unique marker"),
    Rule("lost-fact", _OWED_AGAIN, 'A refused delivery is owed again where the pair says delivery = "at-least-once".',
         "keep the fact pending until the receiver has answered 2xx, and retry"),
    Rule("undeclared-emission", _V, "An emitter states only the events that the registry gives it.",
         "stop emitting it, or have the architect add the pair to the registry"),
    Rule("unknown-event", _V, "Only canonical events are emitted.",
         "use the canonical name, or have the event added to the catalogue"),
    Rule("wrong-source", _V, "An emitter speaks in its own name.",
         "send the emitter's name in the registry as source"),
    Rule("unreadable-capture", _E, "Every captured line can be read; none is skipped in silence.",
         "mend what records the captures, and record again"),
    Rule("driver-error", _E, "The emitter could be driven and its answers read.",
         "see the emitter's output; a verdict needs a run without this"),
    Rule("engines-disagree", _E, "The matching core and the official verifier give one answer.",
         "this is a defect of the toolkit: report it with the body"),
    Rule("stale-pact", _N, "A pact's pending flags are those of the registry.",
         "capture and publish the pacts again"),
    Rule("no-expectation", _N, "Every permitted event is expected by the consumer.",
         "write an expectation in the consumer tests"),
    Rule("planned-but-live", _N, "A planned pair that is emitted can be promoted, or is sent too early.",
         "promote the pair when it is ready, or stop emitting it"),
    Rule("overdue", _N, "A planned pair keeps its target date.",
         "agree on a new target in the registry, or promote the pair"),
    Rule("waived", _N, "A finding that a decision accepts for a time is shown all the same.",
         "mend it before the waiver ends: then it is a finding again"),
    Rule("unused-waiver", _N, "A waiver stands in the registry as long as something needs it.",
         "remove it from the registry"),
)  # fmt: skip

RULES = MappingProxyType({rule.id: rule for rule in _TABLE})
"""Every rule by its id, in the order they are printed."""
