"""The rules by which a history goes on; hypothesis chooses which, and with whom."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.release.world.contract import (
    COMPLETED,
    CONSUMERS,
    EMITTERS,
    ENTERED,
    LEFT,
    PERMITTED,
    SCENARIOS,
    SUBMITTED,
    Edition,
)
from tests.release.world.promotion import promote
from tests.release.world.recording import NOTE_COMMITS
from tests.release.world.table import ENVIRONMENTS, PRODUCTION, SITES, Flaw, Hidden, Statement
from tests.release.world.terminal import quickly
from tests.release.world.walk import place_unasked, walk
from tests.release.world.world import Asked, DeadEndError, Question, World, WrongYesError

T = TypeVar("T")
Step = Callable[..., None]
numbers = st.integers(0, 11)
"""Which one of several: small numbers, so that a failure shrinks to the first ones."""
STALE = ("uncommitted", "yesterday's", "another commit", "put away")
READ = (COMPLETED, ENTERED, SUBMITTED)
emitters, consumers = st.sampled_from(EMITTERS), st.sampled_from(CONSUMERS)
anybody = st.sampled_from((*EMITTERS, *CONSUMERS))
read, places = st.sampled_from(READ), st.sampled_from(ENVIRONMENTS)


def pick(several: list[T] | tuple[T, ...], number: int) -> T:
    """Return one of several by a number."""
    return several[number % len(several)]


def statement(event: str, edition: Edition, number: int) -> Statement | None:
    """Return one way to state an event: right more often than not, or not at all."""
    ways: tuple[Statement | None, ...] = (
        Statement(),
        Statement(),
        None,
        Statement(lacks=edition.keys(event)[-1]),
        Statement(flaw=Flaw.EXTRA),
        Statement(),
        Statement(flaw=Flaw.TYPE),
        Statement(flaw=Flaw.MARKER),
        Statement(flaw=Flaw.LOSES),
        Statement(hidden=Hidden.REPEATS),
        Statement(hidden=Hidden.REFUSALS),
        Statement(lacks="webinar_id"),
    )
    return pick(ways, number)


def step(name: str, **drawn: Any) -> Callable[[Step], Step]:
    """Make a rule of a method: it is counted by its name, and told in the story.

    Where a machine collects what it finds, the history goes on after a wrong yes or a dead end.
    """

    def decorate(method: Step) -> Step:
        @functools.wraps(method)
        def counted(self: Histories, **arguments: Any) -> None:
            self.counts[f"rule {name}"] += 1
            self.world.tell(f"* {name}")
            try:
                method(self, **arguments)
            except (WrongYesError, DeadEndError) as error:
                if self.failures is None:
                    raise
                self.failures.append(error)

        made: Step = rule(**drawn)(counted)  # type: ignore[no-untyped-call]
        return made

    return decorate


class Histories(RuleBasedStateMachine):
    """The world, and who does what in it.

    Attributes:
        counts: how often each rule fired and each answer was given.
        options: those of `quickly`.
        failures: takes wrong yeses and dead ends, so that the history goes on; the first ends it where this is None.
        hears: are told every question with its answer.
    """

    counts: ClassVar[Counter[str]] = Counter()
    options: ClassVar[dict[str, bool]] = {}
    failures: ClassVar[list[AssertionError] | None] = None
    hears: ClassVar[list[Asked]] = []

    def __init__(self) -> None:
        super().__init__()
        self._quickly = quickly(**self.options)
        self._quickly.__enter__()
        self.world = World(self.counts, next(iter(self.hears), None))

    def teardown(self) -> None:
        """Remove the history's folders."""
        self.counts["histories"] += 1
        self.world.close()
        self._quickly.__exit__(None, None, None)

    # -- versions

    @step("publish", who=consumers, completed=numbers, entered=numbers, submitted=numbers)
    def publish(self, who: str, completed: int, entered: int, submitted: int) -> None:
        """A consumer reads something else from now on."""
        world, contract = self.world, self.world.contract
        reads = {}
        for event, number in ((COMPLETED, completed), (ENTERED, entered), (SUBMITTED, submitted)):
            keys = contract.edition.keys(event)
            if taken := pick((keys[:2], keys, ()), number):
                reads[event] = taken
        world.consume(who, reads or {COMPLETED: ("client_id", "webinar_id")}, contract)

    @step(
        "feature branch",
        who=consumers,
        event=read,
        wide=st.booleans(),
    )
    def try_out(self, who: str, event: str, wide: bool) -> None:
        """A consumer's feature branch reads one event otherwise."""
        head = self.world.table.head(who)
        keys = head.contract.edition.keys(event)
        reads = {**head.reads, event: keys if wide else keys[:2]}
        self.world.consume(who, reads, head.contract, branch=f"feature-{len(self.world.table.versions)}")

    @step("verify from captures", who=emitters, which=numbers, how=numbers, adopt=st.booleans())
    def verify(self, who: str, which: int, how: int, adopt: bool) -> None:
        """An emitter states an event otherwise from now on; its CI verifies the captures and publishes."""
        world = self.world
        head = world.table.head(who)
        contract = world.contract if adopt else head.contract
        event = pick(PERMITTED[who], which)
        stated = statement(event, contract.edition, how)
        states = {name: held for name, held in head.states.items() if name != event}
        world.emit(who, {**states, event: stated} if stated else states, contract)

    @step("undeclared emission", who=emitters, place=places)
    def emit_undeclared(self, who: str, place: str) -> None:
        """An emitter states an event that it isn't given; its CI asks for the release."""
        head = self.world.table.head(who)
        made = self.world.emit(who, {**head.states, LEFT: Statement()}, head.contract)
        self.world.ask(Question(made, place))

    @step("lost delivery", who=emitters, which=numbers, hidden=st.sampled_from(Hidden), place=places)
    def lose_deliveries(self, who: str, which: int, hidden: Hidden, place: str) -> None:
        """An emitter loses what is refused, and its captures may not show it; its CI asks for the release."""
        head = self.world.table.head(who)
        event = pick(PERMITTED[who], which)
        states = {**head.states, event: Statement(flaw=Flaw.LOSES, hidden=hidden)}
        self.world.ask(Question(self.world.emit(who, states, head.contract), place))

    @step(
        "hotfix from an old branch",
        who=anybody,
        old=numbers,
        which=numbers,
        how=numbers,
    )
    def hotfix(self, who: str, old: int, which: int, how: int) -> None:
        """A version is made from an old one, under the contract of then."""
        world = self.world
        base = pick(world.table.of(who), old)
        branch = f"hotfix-{len(world.table.versions)}"
        if who in CONSUMERS:
            event = pick(READ, which)
            reads = {**base.reads, event: base.contract.edition.keys(event)[: 2 + how % 2]}
            world.consume(who, reads, base.contract, branch=branch, base=base)
            return
        event = pick(PERMITTED[who], which)
        stated = statement(event, base.contract.edition, how)
        states = {name: held for name, held in base.states.items() if name != event}
        states |= {event: stated} if stated else {}
        world.emit(who, states, base.contract, branch=branch, base=base)

    @step(
        "stale working copy",
        who=emitters,
        kind=st.sampled_from(STALE),
    )
    def stale_working_copy(self, who: str, kind: str) -> None:
        """An emitter verifies what isn't the version that it names."""
        # That something was put away before it was verified, only a recorder can know that notes the commit.
        self.world.verify_stale(who if kind != "put away" else NOTE_COMMITS[0], kind)

    @step("stale publication", who=consumers)
    def stale_publication(self, who: str) -> None:
        """A consumer publishes pacts that its commit doesn't hold."""
        self.world.publish_stale(who)

    @step("reverify", which=numbers, place=places)
    def reverify(self, which: int, place: str) -> None:
        """What counts somewhere is judged again, by the newest contract and by one that somebody still has."""
        versions = list(self.world.folders[SCENARIOS].tags)[::-1]
        older = pick(versions, which)
        self.world.reverify(list(dict.fromkeys([older, versions[0]])), place)

    # -- the contract

    @precondition(lambda self: self.world.contract.pairs("planned"))
    @step("promote", which=numbers)
    def promote(self, which: int) -> None:
        """The architect promotes a planned pair on what runs in production."""
        promote(self.world, *pick(self.world.contract.pairs("planned"), which))

    @precondition(lambda self: self.world.contract.pairs("implemented"))
    @step("demote", which=numbers)
    def demote(self, which: int) -> None:
        """The architect takes a pair back."""
        self.world.demote(*pick(self.world.contract.pairs("implemented"), which))

    @precondition(lambda self: self.world.contract.edition is Edition.FIRST)
    @step("second edition", reads_room=st.booleans())
    def new_edition(self, reads_room: bool) -> None:
        """The scenario service moves on to the second edition of the events."""
        head = self.world.table.head(SCENARIOS)
        reads = dict(head.reads)
        if reads_room:
            reads[ENTERED] = Edition.SECOND.keys(ENTERED)
        self.world.consume(SCENARIOS, reads, replace(head.contract, edition=Edition.SECOND))

    # -- releases

    def question(self, who: str, old: int, place: str) -> Question:
        """The question for one of the newest versions of a participant."""
        versions = self.world.table.of(who)[::-1]
        return Question(pick(versions[:6], old), place)

    @step("ask", who=anybody, old=numbers, place=places)
    def ask(self, who: str, old: int, place: str) -> None:
        """Somebody asks, and does nothing."""
        self.world.ask(self.question(who, old, place))

    @step("deploy", who=anybody, place=places)
    def deploy(self, who: str, place: str) -> None:
        """The newest version of a main branch is deployed, once the answer is yes."""
        self.world.place(walk(self.world, Question(self.world.table.head(who), place)))

    @step("release to a site", who=emitters, site=st.sampled_from((*SITES, None)), old=numbers)
    def release_to_a_site(self, who: str, site: str | None, old: int) -> None:
        """An emitter's version goes to one of several sites, or is released to all who want it."""
        question = walk(self.world, self.question(who, old, PRODUCTION))
        self.world.place(question, site=site, release=site is None)

    @step("roll back", who=anybody, old=numbers)
    def roll_back(self, who: str, old: int) -> None:
        """An older version is to run in production again."""
        world = self.world
        before = [version for version in world.table.of(who) if version not in world.table.live[PRODUCTION].of(who)]
        if before:
            world.place(walk(world, Question(pick(before[::-1], old), PRODUCTION)))

    @step("end support", who=emitters, which=numbers)
    def end_support(self, who: str, which: int) -> None:
        """A released version isn't supported any longer; where none is, the newest one is released instead."""
        world = self.world
        if released := world.table.live[PRODUCTION].released:
            world.end_support(pick(released, which))
        else:
            world.place(walk(world, Question(world.table.head(who), PRODUCTION)), release=True)

    @step(
        "deploy without a yes",
        who=anybody,
        old=numbers,
        place=places,
    )
    def deploy_without_yes(self, who: str, old: int, place: str) -> None:
        """Somebody deploys without asking; whoever asks next is told."""
        place_unasked(self.world, self.question(who, old, place))

    @precondition(lambda self: self.world.yeses)
    @step("act on an old yes", old=numbers)
    def act_on_an_old_yes(self, old: int) -> None:
        """Somebody deploys on a yes of before; whatever has changed is said."""
        self.world.place_late(pick(self.world.yeses[-6:][::-1], old))
