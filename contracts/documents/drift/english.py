"""The English phrases. A blank stands for any white space, `~` for any ending; the rest are regular expressions."""

from __future__ import annotations

from contracts.documents.drift.senses import Sense

# ruff: noqa: RUF001 - dashes of all lengths
_NOT = "(?:not|never|isn't|aren't|wasn't|hasn't|haven't|nor|no longer)"
_LINK = "(?: yet| really| actually| currently| been| being| even| still| is| are| be| already| has| have){0,4}"
_DONE = "(?:implemented|done|built|shipped|live|ready|available|in production|in place|developed|started|emitted)"
_SAY = "(?:emit|state|send|publish|fire|produce)"
_EVENTS = "(?:canonical |permitted )?events?"
_SOURCE = "(?:emitters?|sources?|producers?)"

ENGLISH: dict[Sense, tuple[str, ...]] = {
    Sense.ABBREVIATION: (r"e\.g\.", r"i\.e\.", r"v\d+(?:\.\d+)+"),
    Sense.NO_EMITTER: (
        (rf"(?:there is |has |have |with ){{0,4}}(?:no|without(?: an?| any)?|lacks? an?|lacking an?)"
        rf"(?: (?:approved|permitted|assigned|real|known|registered))? {_SOURCE}"
            "(?: (?:exists?|is|was|has been|have been|yet|approved|assigned|defined|known"
            "|planned|there|may state)){0,4}"),
        r"emitters? ?(?:is|are|:|—|–|-) ?(?:none|not (?:yet )?(?:approved|assigned|defined|decided|known|determined))",
        r"emitters? ?(?:is|are|:|—|–|-) ?(?:absent|unassigned|missing)",
        "unassigned", "not (?:yet )?assigned(?: to any emitter)?", "orphaned?",
        f"(?:nobody|no one|no {_SOURCE}) (?:currently |yet )?(?:{_SAY}s?|may {_SAY})",
        rf"(?:not|never) (?:emitted|stated|sent) by (?:anyone|anybody|any {_SOURCE})",
    ),
    Sense.HISTORY: (
        ("(?:was|were|as|originally|initially|previously|formerly|once|had been|not only|not just) "
        "(?:originally )?planned"),
        "(?:previously|formerly) implemented",
    ),
    Sense.UNCLEAR: (
        "(?:partial(?:ly)?|partly|half)(?: |-)implemented", "partial(?:ly)?",
        ("not (?:fully|completely|entirely|all|everything|every event)(?: of it| of them| events)?"
        "(?: is| are)?(?: implemented)?"),
    ),
    Sense.EXCLUDED: (
        "neither implemented nor planned", "neither planned nor implemented",
        rf"{_NOT}{_LINK} (?:planned|scheduled)(?: at all)?", "unplanned", "no plans?(?: for| to)?",
        rf"{_NOT}{_LINK} (?:permitted|allowed|approved|supported|an? emitters?|emitters?)",
        "forbidden", "prohibited", "disallowed", "excluded", "exclusions?", "no emitter of",
        rf"(?:must|may|shall|should|can|does|do|will)(?: not|n't| never) {_SAY}", rf"cannot {_SAY}", rf"never {_SAY}s?",
        "retired", "removed", "decommissioned", "out of scope", "legacy", "former",
    ),
    Sense.NOT_IMPLEMENTED: (
        rf"{_NOT}{_LINK} {_DONE}", "(?:un-?|non-?|not-)implemented", "no implementation(?: yet)?",
        "without (?:an )?implementation",
        # "`a` is implemented, `b` is not"
        "(?:(?:is|are) not|isn't|aren't)(?: yet)?(?= ?(?:[.,;)]|$))",
    ),
    Sense.PLANNED: (
        "planned", "(?:yet )?to be (?:implemented|done|built)", "will (?:only )?be (?:implemented|built|added|done)",
        "awaiting implementation", "implementation (?:is )?(?:pending|planned)",
        "(?:in|on) (?:the )?(?:backlog|roadmap|plans?)", "in (?:progress|development)", "under development",
        "work in progress", "wip", "todo", "to do", "tbd", "pending", "upcoming", "coming soon", "to come", "future",
    ),
    Sense.IMPLEMENTED: (
        "implemented", "implements", r"impl\.",
        "(?:really|already|actually|currently) (?:emitted|live|works?|working)",
        "already (?:emits?|states?|stated|sends?|sent|publishe[sd]|fires|fired)", "live",
        "in prod(?:uction)?", "shipped", "done",
    ),
    Sense.NOTHING_ELSE: (
        "nothing else", f"no others?(?: {_EVENTS})?", f"none of the (?:others?|rest)(?: {_EVENTS})?", f"no {_EVENTS}",
        f"none of (?:the|its|these) {_EVENTS}",
    ),
    Sense.REST: (
        "everything(?: else)?", f"all (?:of )?(?:the |its |these )?(?:others?|the rest|remaining)(?: {_EVENTS})?",
        f"all (?:the |its |of its |of the )?{_EVENTS}",
        r"the (?:others|rest|other \w+)(?: of (?:the|its|them)(?: \w+)?)?",
        r"the remaining (?:\w+ )?(?:events|ones|two|three|four)", f"(?:any )?other {_EVENTS}", f"remaining {_EVENTS}",
        "others",
    ),
    Sense.EXCEPT: ("except(?: for)?", "apart from", "other than", "excepting", "but for"),
    Sense.ABSENT: (
        "(?:is |are )?(?:not (?:yet )?|un)(?:defined|assigned|decided|chosen|known|determined|named)",
        "absent", "missing",
        "(?:has|have) not (?:yet )?been (?:defined|assigned|decided|chosen|named)",
    ),
    Sense.ONLY: ("only", "solely", "exclusively", "just"),
    Sense.EMITS: (
        rf"(?:may|can|does|is permitted to|is allowed to) {_SAY}", rf"{_SAY}(?:s|es|d|ed|ted|ts)(?: by)?", "sent by",
        "(?:the )?(?:only )?source of", "is responsible for",
    ),
    Sense.CONDITION: (
        "if", "when", "whenever", "once", "until", "unless", "whether", "after", "before", "as soon as", "should",
        "would", "could", "must", "might", "suppose", "imagine",
    ),
    Sense.CONSUMER: (
        "scenario(?: |-)service", "scenarios?", "consumers?", "consumed", "handlers?", "handled", "subscribers?",
        "notifications?",
    ),
    Sense.EMITTER_WORD: (
        f"(?:(?:approved|permitted|allowed|event|known|real|canonical) ){{0,4}}{_SOURCE}",
    ),
    Sense.STATUS_WORD: (
        "(?:implementation )?(?:status(?:es)?|state)(?: of (?:the )?(?:implementation|emission))?", "implementation",
        "progress",
    ),
    Sense.EVENT_WORD: (
        "(?:(?:permitted|allowed|canonical|supported|emitted) ){0,4}(?:events?|pairs?|emissions?|facts?)", "permitted",
        "allowed",
    ),
    Sense.ASIDE: (
        "examples?", "payloads?", "data", "schemas?", "fields?", "history", "change ?log", "revisions?", "notes?",
        "see also", "related", "glossary", "terms", "definitions?", "background", "motivation", "context",
        "proposals?", "candidates?", "proposed", "ideas?",
    ),
    Sense.FILLER: (
        "is", "are", "was", "there", "there's", "neither", "nor", "either",
        "has", "have", "been", "be",
        "it", "its", "this", "that", "these", "those", "the", "an?", "and", "or", "so", "far",
        "now", "today", "currently", "already", "really", "actually", "indeed", "fully",
        "completely", "still", "yet", "also", "both", "all", "each", "by", "from", "in", "on", "for", "of", "to", "at",
        "as", "since", "via", "with", "but", "while", "whereas", "however", "which", "namely", "no", "yes", "q[1-4]",
        r"v\d+", "plugin", "tracker", "wordpress", "canonical", "end", "year", "release", "version", "part", "named",
        "called", "following", r"\d+",
    ),
}  # fmt: skip
