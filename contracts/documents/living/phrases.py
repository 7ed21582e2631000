"""What a language has to bring so that the document can be rendered in it: every sentence, none optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The sentences of one language; a name in braces is filled in by the renderer.

    Attributes:
        texts: translations of the model's own English texts (the envelope's descriptions), by the original.
    """

    code: str
    title: str
    generated: str

    purpose: str
    purpose_text: tuple[str, ...]
    consumer: str

    boundaries: str
    boundaries_text: tuple[str, ...]

    state: str
    state_counts: str
    implemented: str
    planned: str
    unassigned: str

    emitters: str
    owner: str
    decision: str
    permitted: str
    repeats_guarded: str
    repeats_never: str
    delivery_owed: str
    delivery_open: str
    remark_owner: str
    remark_since: str
    remark_target: str
    remark_decision: str
    remark_reason: str

    guarantees: str
    guarantees_intro: str
    guarantees_repeats: str
    guarantees_delivery: str

    without: str
    without_intro: str
    without_none: str
    without_decision: str
    without_open: str
    steps_intro: str
    steps: tuple[str, ...]

    exclusions: str
    exclusions_text: tuple[str, ...]
    exclusion_events: str
    exclusion_words: str
    word_groups: Mapping[str, str]

    events: str
    events_intro: str
    envelope: str
    stated_by: str
    stated_by_nobody: str
    fact_key: str
    no_fact_key: str
    example: str

    column_event: str
    column_emitter: str
    column_status: str
    column_repeats: str
    column_delivery: str
    column_remarks: str
    column_attribute: str
    column_key: str
    column_form: str
    column_meaning: str

    form_constant: str
    form_text: str
    form_pattern: str
    form_date_time: str
    form_formatted: str
    form_integer: str
    form_number: str
    form_boolean: str
    form_list: str
    form_object: str
    form_enum: str
    form_any: str
    optional: str
    alternatives: str

    texts: Mapping[str, str] = field(default_factory=dict)
