"""What a word or phrase can mean in a statement."""

from __future__ import annotations

from enum import StrEnum


class Sense(StrEnum):
    """The meaning of a token; the statuses among them are also `Said`."""

    ABBREVIATION = "abbreviation"
    NO_EMITTER = "no_emitter"
    HISTORY = "history"
    """"was planned": how things were, which says nothing of how they are."""
    EXCEPT = "except_for"
    UNCLEAR = "unclear"
    EXCLUDED = "excluded"
    NOT_IMPLEMENTED = "not_implemented"
    PLANNED = "planned"
    IMPLEMENTED = "implemented"
    NOTHING_ELSE = "nothing_else"
    REST = "rest"
    ABSENT = "absent"
    """"not defined": says something of an emitter that the sentence speaks of, and nothing else."""
    ONLY = "only"
    EMITS = "emits"
    CONDITION = "condition"
    """"when", "if", "should": what follows is supposed, not stated."""
    CONSUMER = "consumer"
    EMITTER_WORD = "emitter_word"
    STATUS_WORD = "status_word"
    EVENT_WORD = "event_word"
    ASIDE = "aside"
    """A heading with such a word opens examples, history or proposals, which state nothing."""
    FILLER = "filler"
    """A word that may stand between a name and its status."""
    COLON = "colon"
    ARROW = "arrow"
    WORD = "word"
    STOP = "stop"
    MARK = "mark"
