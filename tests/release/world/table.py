"""The truth of a history: what each version really states or reads, and what really runs where.

The toolkit never sees it. It is asked whether a yes was right, and whether a fault that a no names is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tests.release.world.contract import CONSUMERS, EMITTERS, ENTERED, PERMITTED, Contract, Edition

STAGING, PRODUCTION = "staging", "production"
ENVIRONMENTS = (STAGING, PRODUCTION)
SITES = ("north", "south")


class Flaw(StrEnum):
    """What can be wrong with a statement beside a key that it lacks."""

    EXTRA = "it holds a key that no fact has"
    TYPE = "it says that it is plain JSON"
    MARKER = "a repeat carries another id"
    LOSES = "a refused delivery is never made good"


class Hidden(StrEnum):
    """What the emitter's own tests don't exercise, so that its captures can't show it."""

    NOTHING = "nothing"
    REFUSALS = "no delivery is refused"
    REPEATS = "no delivery is refused and no fact is stated twice"


@dataclass(frozen=True)
class Statement:
    """How a version states one event.

    Attributes:
        lacks: a data key that its messages lack.
        hidden: what its captures don't show.
    """

    lacks: str | None = None
    flaw: Flaw | None = None
    hidden: Hidden = Hidden.NOTHING

    def told(self) -> str:
        """Say how it isn't right, for the story."""
        lacks = f" without {self.lacks}" if self.lacks else ""
        flaw = f" ({self.flaw.value})" if self.flaw else ""
        hidden = f" [in its tests {self.hidden.value}]" if self.hidden is not Hidden.NOTHING else ""
        return f"{lacks}{flaw}{hidden}"


@dataclass(frozen=True)
class Version:
    """One version of a participant: a commit, with the contract that it was built with.

    Attributes:
        label: what it is called in the story, such as `tracker-3`.
        states: of an emitter, what it really states of each event.
        reads: of a consumer, the data keys that it really reads of each event.
    """

    name: str
    commit: str
    label: str
    branch: str
    contract: Contract
    states: Mapping[str, Statement] = field(default_factory=dict)
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, event: str) -> frozenset[str]:
        """The data keys that it states of an event."""
        statement = self.states.get(event)
        return frozenset(self.contract.edition.keys(event)) - {statement.lacks} if statement else frozenset()

    def told(self) -> str:
        """Say what it reads or states, for the story."""
        reads = [f"{event} with {', '.join(keys)}" for event, keys in self.reads.items()]
        return "; ".join([*reads, *(f"{event}{one.told()}" for event, one in self.states.items())])


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with an emitter's version, in the words by which a no has to name it.

    Attributes:
        rules: the rules that it may show as.
        path: where in the message; None where no path tells of it.
    """

    emitter: str
    version: str
    event: str
    rules: tuple[str, ...]
    path: str | None

    def is_named_in(self, text: str) -> bool:
        """Does the text name emitter, event, rule and path?"""
        words = [self.emitter, self.event, *([self.path] if self.path else [])]
        return all(word in text for word in words) and any(rule in text for rule in self.rules)


_SHOWN_AS: Mapping[Flaw, tuple[tuple[str, ...], str | None]] = {
    Flaw.EXTRA: (("not-a-fact",), "$.data.next_step"),
    Flaw.TYPE: (("content-type",), "content-type"),
    Flaw.MARKER: (("repeat-changes-id",), "$.id"),
    Flaw.LOSES: (("lost-fact",), None),
}
PROMISES: Mapping[Flaw, str] = {Flaw.MARKER: "repeat-changes-id", Flaw.LOSES: "lost-fact"}
"""The flaws that break a promise of the registry, and the rule that tests it."""


def faults(version: Version) -> Iterator[Fault]:
    """Yield all that is wrong with an emitter's version, whoever relies on it."""
    for event, statement in version.states.items():
        if event not in PERMITTED[version.name]:
            yield Fault(version.name, version.commit, event, ("undeclared-emission",), "$.type")
            continue
        if statement.lacks:
            path = f"$.data.{statement.lacks}"
            yield Fault(version.name, version.commit, event, ("event-schema", "pact-mismatch"), path)
        if statement.flaw:
            yield Fault(version.name, version.commit, event, *_SHOWN_AS[statement.flaw])
        if event == ENTERED and version.contract.edition is Edition.FIRST:
            # By a pact that reads it, or by the second edition itself where what was sent is judged again.
            yield Fault(version.name, version.commit, event, ("pact-mismatch", "event-schema"), "$.data.room_id")
    for event in PERMITTED[version.name]:
        if event not in version.states:
            yield Fault(version.name, version.commit, event, ("not-emitted",), None)


def mended(version: Version, fault: Fault, newest: Contract) -> Version:
    """Return what the version states once that one fault is mended; where the edition lacks it, under the newest."""
    states, contract = dict(version.states), version.contract
    if fault.rules == ("undeclared-emission",):
        del states[fault.event]
    elif fault.rules == ("not-emitted",):
        states[fault.event] = Statement()
    elif fault.path == "$.data.room_id" and contract.edition is Edition.FIRST:
        contract = newest
    elif "event-schema" in fault.rules:
        states[fault.event] = replace(states[fault.event], lacks=None)
    else:
        states[fault.event] = replace(states[fault.event], flaw=None)
    return replace(version, states=states, contract=contract)


@dataclass
class Live:
    """What runs in one environment."""

    deployed: dict[tuple[str, str | None], Version] = field(default_factory=dict)
    released: list[Version] = field(default_factory=list)

    def add(self, version: Version, *, site: str | None, release: bool) -> None:
        """Hold that a version runs here: at one site in the place of the one before, or released beside others."""
        if release:
            self.released.append(version)
        else:
            self.deployed[version.name, site] = version

    def end_support(self, version: Version) -> None:
        """Hold that a version isn't released any longer."""
        self.released = [other for other in self.released if other.commit != version.commit]

    def of(self, name: str) -> list[Version]:
        """The versions of a participant, each once."""
        there = [version for (who, _), version in self.deployed.items() if who == name]
        there += [version for version in self.released if version.name == name]
        return list({version.commit: version for version in there}.values())


@dataclass
class Table:
    """All versions of a history, and what runs where."""

    versions: list[Version] = field(default_factory=list)
    live: dict[str, Live] = field(default_factory=lambda: {place: Live() for place in ENVIRONMENTS})

    def of(self, name: str) -> list[Version]:
        """The versions of a participant, oldest first."""
        return [version for version in self.versions if version.name == name]

    def head(self, name: str) -> Version:
        """The newest version on the main branch."""
        return next(version for version in reversed(self.of(name)) if version.branch == "main")

    def wrongs(self, asked: Version, place: str, said: str) -> Iterator[str]:
        """Yield what would be broken if the version, told yes, ran in an environment now.

        Args:
            said: what was printed with the yes; a promise that is untested or broken there isn't shown as held.
        """
        live = self.live[place]
        if asked.name in EMITTERS:
            # Where a consumer runs nowhere yet, the head of its main branch is what is about to.
            consumers = [each for name in CONSUMERS for each in (live.of(name) or [self.head(name)])]
            pairs, emitters = [(consumer, asked) for consumer in consumers], [asked]
        else:
            there = [each for name in EMITTERS for each in live.of(name)]
            # Those whose results the yes shows: it says nothing of an emitter that the consumer asks nothing of.
            pairs, emitters = [(asked, emitter) for emitter in there], [each for each in there if each.commit in said]
        for consumer, emitter in pairs:
            yield from unread(consumer, emitter)
        for emitter in emitters:
            yield from _undeclared(emitter)
            yield from _unheld(emitter, said)


def unread(consumer: Version, emitter: Version) -> Iterator[str]:
    """Yield what the consumer reads of a required pair and the emitter doesn't state."""
    for event in consumer.reads:
        if event not in PERMITTED[emitter.name] or not consumer.contract.is_implemented(emitter.name, event):
            continue
        yield from lacking(consumer, emitter, event)


def lacking(consumer: Version, emitter: Version, event: str) -> Iterator[str]:
    """Yield why the consumer can't read an event of the emitter's."""
    statement = emitter.states.get(event)
    between = f"{consumer.label} reads {event}"
    if statement is None:
        yield f"(a) {between}, {emitter.label} doesn't state it"
    elif statement.flaw is Flaw.TYPE:
        yield f"(a) {between}, {emitter.label} states it as plain JSON"
    elif missing := set(consumer.reads[event]) - emitter.keys(event):
        yield f"(a) {between} with {', '.join(sorted(missing))}, {emitter.label} states it without"


def _undeclared(emitter: Version) -> Iterator[str]:
    for event in emitter.states:
        if event not in PERMITTED[emitter.name]:
            yield f"(b) {emitter.label} states {event}, which it isn't given"


def _unheld(emitter: Version, said: str) -> Iterator[str]:
    for event, statement in emitter.states.items():
        rule = PROMISES.get(statement.flaw) if statement.flaw else None
        if rule is None or event not in PERMITTED[emitter.name]:
            continue
        if emitter.contract.is_implemented(emitter.name, event) and not _isnt_held(said, emitter, event, rule):
            yield f"(c) {emitter.label} breaks {rule} of {event}, and that isn't shown as untested or broken"


def _isnt_held(said: str, emitter: Version, event: str, rule: str) -> bool:
    """Is the rule untested or broken, in a sentence of its own or under the heading of a result of this version?

    Where the contract of whoever asks has taken the pair back since, nothing is promised of it: it is shown as planned.
    """
    heading = ""
    for line in said.splitlines():
        if line.startswith("planned, blocks nothing:") and event in line:
            return True
        heading = line if not line.startswith(" ") else heading
        if event in line and rule in line and re.search("tested|broken", line) and emitter.commit in heading:
            return True
    return False
