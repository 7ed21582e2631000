"""The document's sentences in English."""

from __future__ import annotations

from contracts.documents.living.phrases import Phrases

ENGLISH = Phrases(
    code="en",
    title="Emitters of canonical events",
    generated=(
        "This file is generated from the registry `{registry}` and the catalogue `{package}`. "
        "Change those, then run `contracts docs --lang en --out {file}`."
    ),
    purpose="Purpose",
    purpose_text=(
        (
            "This document says which source is approved to state which canonical event, how far each pair of source "
            "and event is, and what every source promises."
        ),
        (
            "Everything in it is read from the registry. Where another text says something else, the registry holds, "
            "and `contracts drift` shows the lines that differ."
        ),
    ),
    consumer="The consumer is `{name}`. {description}",
    boundaries="Boundaries",
    boundaries_text=(
        "A canonical event is a fact: something happened to a client. It is neither a command nor a request.",
        "Only emission is described here. What the consumer does with an event is the consumer's own business.",
        "A source is an emitter because the registry lists it, and for no other reason.",
        (
            "A status says what verification demands. A pair that is implemented has to hold in every release of its "
            "emitter; a pair that is planned is watched and blocks nobody."
        ),
    ),
    state="State of implementation",
    state_counts="Implemented pairs: {implemented}. Planned pairs: {planned}. Events without an emitter: {unassigned}.",
    implemented="implemented",
    planned="planned, not implemented",
    unassigned="no emitter",
    emitters="Emitters and their events",
    owner="Owner: {owner}",
    decision="Decision: {decision}",
    permitted="Permitted events:",
    repeats_guarded="may be stated again under the same marker",
    repeats_never="each fact is stated once",
    delivery_owed="a refused delivery is owed again",
    delivery_open="no promise",
    remark_owner="owner: {owner}",
    remark_since="since {since}",
    remark_target="target {target}",
    remark_decision="decision: {decision}",
    remark_reason="reason: {reason}",
    guarantees="Guarantees of emission",
    guarantees_intro="Every emitter promises:",
    guarantees_repeats=(
        "The marker is the `id` of the message. It is the same for every repeat of one fact, and different facts "
        "never share one; the consumer drops what it has already seen by `source` and `id`."
    ),
    guarantees_delivery=(
        "Where a pair promises at-least-once delivery, a fact whose delivery was refused is sent again until the "
        "receiver takes it."
    ),
    without="Canonical events without an emitter",
    without_intro="No emitter is approved for these events. Whoever sends one breaks the contract:",
    without_none="Every canonical event has an emitter.",
    without_decision="a decision has to be taken before the registry accepts an emitter",
    without_open="the registry accepts an emitter without a further decision",
    steps_intro="What it takes to give such an event an emitter:",
    steps=(
        "There is a source that observes the fact itself, and doesn't conclude it from something else.",
        "Where a decision is required, it is taken, and its reference is entered as `decision`.",
        "The pair enters the registry as planned; the consumer's expectation becomes part of the emitter's pact.",
        "The source emits the event, verification reports the pair as ready, and `contracts promote` records that.",
    ),
    exclusions="Explicit exclusions",
    exclusions_text=(
        "A source that isn't listed above is no emitter, whatever it is able to send.",
        "A message holds nothing but what its event names below. A further attribute or key is a finding.",
        "No personal data: identifiers only, no free text.",
    ),
    exclusion_events="`{emitter}` may not state {events}.",
    exclusion_words="Nothing that describes {group}. Refused words in keys: {words}.",
    word_groups={
        "a user interface": "a user interface",
        "a timer or a schedule": "a timer or a schedule",
        "a decision of the scenario": "a decision of the scenario",
    },
    events="Canonical events and their data",
    events_intro=(
        "Each event is a CloudEvents 1.0 message in structured JSON mode, content type "
        "`application/cloudevents+json`. All of them have these attributes, and `data`:"
    ),
    envelope="Envelope",
    stated_by="Emitters: {pairs}.",
    stated_by_nobody="Emitters: none.",
    fact_key="One fact is identified by its source, its type and {keys}.",
    no_fact_key="One fact is identified by its source and its type.",
    example="Example:",
    column_event="Event",
    column_emitter="Emitter",
    column_status="Status",
    column_repeats="Repeats",
    column_delivery="Delivery",
    column_remarks="Remarks",
    column_attribute="Attribute",
    column_key="Key of `data`",
    column_form="Form",
    column_meaning="Meaning",
    form_constant="always {value}",
    form_text="text",
    form_pattern="text that matches {pattern}",
    form_date_time="date and time with an offset (RFC 3339)",
    form_formatted="text in the form `{format}`",
    form_integer="whole number",
    form_number="number",
    form_boolean="true or false",
    form_list="list, each item: {item}",
    form_object="object",
    form_enum="one of {values}",
    form_any="any value",
    optional="{form}; may be left out",
    alternatives=" or ",
)
