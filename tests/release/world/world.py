"""A history: versions are made, published, verified, asked for and deployed through the commands alone."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from contracts.project.broker_choice import DATABASE
from tests.release.world.contract import (
    COMPLETED,
    CONSUMERS,
    CRM,
    EMITTERS,
    ENTERED,
    PERMITTED,
    SCENARIOS,
    STATISTICS,
    SUBMITTED,
    TRACKER,
    Contract,
    first_contract,
)
from tests.release.world.folders import Folder
from tests.release.world.table import PRODUCTION, Statement, Table, Version
from tests.release.world.terminal import Printed, close_broker, typed

_TOLD = ("next:", "error:", "no:", "unknown:", "warning:", "untested", ": yes")
"""What of a command's output is told in the story."""


class WrongYesError(AssertionError):
    """The toolkit said yes, and something that the table holds breaks."""


class DeadEndError(AssertionError):
    """Whoever does what was printed gets neither to a yes nor to a fault that the table holds."""


@dataclass(frozen=True)
class Question:
    """What is asked of the release manager."""

    version: Version
    place: str
    options: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The version and the place, as every command names them."""
        return (self.version.name, "--version", self.version.commit, "--to-environment", self.place)

    @property
    def words(self) -> tuple[str, ...]:
        """As it is typed."""
        return ("can-i-deploy", *self.names, *self.options)


Asked = Callable[[Question, str, Printed], None]
"""Hears a question with its answer: the answer's word, and what was printed."""


class World:
    """The table, the working copies, and what was typed and printed.

    Attributes:
        counts: how often each answer was given, by its word; `unstuck` is how many results that were missing came from
            what an emitter once sent.
        yeses: questions that were answered with yes, oldest first.
        hears: is told every question with its answer.
        ways_back: how often a line has offered to take a pair back.
    """

    def __init__(self, counts: Counter[str], hears: Asked | None = None) -> None:
        self.counts = counts
        self.hears = hears
        self.table = Table()
        self.story: list[str] = []
        self.yeses: list[Question] = []
        self.ways_back = 0
        self._temporary = tempfile.TemporaryDirectory(prefix="world-", dir=_quick_folder())
        self._root = Path(self._temporary.name)
        begun = _Begun.at_first()
        if begun is None:
            broker = self._root / Path(DATABASE).parent
            broker.mkdir()
            self.folders = {name: Folder.make(self._root / name, name, broker) for name in (*CONSUMERS, *EMITTERS)}
            self._begin()
            return
        shutil.copytree(begun.root, self._root, symlinks=True, dirs_exist_ok=True)
        self.folders = {
            name: Folder(self._root / name, name, dict(folder.dates), folder.at, folder.touched, dict(folder.tags))
            for name, folder in begun.world.folders.items()
        }
        self.table.versions += begun.world.table.versions
        self.story += begun.world.story

    def close(self) -> None:
        """Remove the folders."""
        self._temporary.cleanup()

    def _begin(self) -> None:
        contract = first_contract()
        self.folders[SCENARIOS].put(Version(SCENARIOS, "", "", "", contract))
        self.type(SCENARIOS, ("create-environment", "staging"), expect=(0,))
        self.type(SCENARIOS, ("create-environment", "production", "--production"), expect=(0,))
        ids = ("client_id", "webinar_id")
        self.consume(SCENARIOS, {COMPLETED: ids, ENTERED: (*ids, "visit_id")}, contract)
        self.consume(STATISTICS, {ENTERED: ids, SUBMITTED: ids}, contract)
        self.emit(TRACKER, {COMPLETED: Statement()}, contract)
        self.emit(CRM, {ENTERED: Statement()}, contract)

    @property
    def contract(self) -> Contract:
        """The contract as the scenario service's main branch holds it."""
        return self.table.head(SCENARIOS).contract

    def consume(
        self,
        name: str,
        reads: Mapping[str, tuple[str, ...]],
        contract: Contract,
        *,
        branch: str = "main",
        base: Version | None = None,
    ) -> Version:
        """Make a version of a consumer, capture its pacts and publish them, as its CI does."""
        version = self.made(name, branch, contract, base, reads=reads)
        self.publish(version)
        return version

    def emit(
        self,
        name: str,
        states: Mapping[str, Statement],
        contract: Contract,
        *,
        branch: str = "main",
        base: Version | None = None,
    ) -> Version:
        """Make a version of an emitter, record what its tests send, verify and publish, as its CI does.

        The job may end with whatever it ends with; who asks for the version's release is told.
        """
        version = self.made(name, branch, contract, base, states=states)
        self.record(version)
        self.type(name, ("verify", name, "--broker", "--publish"), at=version)
        return version

    def record(self, version: Version) -> None:
        """Check a version out and run its tests."""
        folder = self.folders[version.name]
        folder.check_out(version.commit)
        folder.record(version)

    def made(
        self,
        name: str,
        branch: str,
        contract: Contract,
        base: Version | None,
        *,
        states: Mapping[str, Statement] | None = None,
        reads: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Version:
        """Make a version: write its files, capture its pacts if it is a consumer's, and commit.

        Args:
            base: the version that it is made from; the head of the main branch where it is None.
        """
        number = len(self.table.of(name)) + 1
        version = Version(name, "", f"{name}-{number}", branch, contract, states or {}, reads or {})
        before = base or (self.table.head(name) if number > 1 else None)
        folder = self.folders[name]
        if before is not None:
            folder.check_out(before.commit)
        folder.put(version)
        if reads is not None:
            self.type(name, ("capture",), expect=(0,))
        version = replace(version, commit=folder.commit(version.label))
        if name == SCENARIOS and branch == "main" and (before is None or before.contract != contract):
            folder.tag(version.commit)
        self.table.versions.append(version)
        self.tell(f"-- {version.label} on {branch} under the {contract.edition} edition: {version.told()}")
        return version

    def type(
        self, name: str, words: tuple[str, ...], *, at: Version | None = None, expect: tuple[int, ...] | None = None
    ) -> Printed:
        """Type a command in a participant's folder.

        Args:
            at: the version whose CI job types it: its variables are set.
            expect: the exit codes that a job may end with; any where it is None.
        """
        folder = self.folders[name]
        folder.touched |= words[0] in ("capture", "promote", "demote")
        printed = typed(folder.root, words, {"GIT_COMMIT": at.commit, "GIT_BRANCH": at.branch} if at else {})
        self.tell(f"{name}$ contracts {' '.join(words)}   -> {printed.code}")
        for line in printed.text.splitlines():
            if any(mark in line for mark in _TOLD):
                self.tell(f"    {line.strip()}")
        if expect is not None and printed.code not in expect:
            raise self.dead_end(f"a job ends with {printed.code}: contracts {' '.join(words)}\n{printed.text}")
        return printed

    def tell(self, line: str) -> None:
        """Add a line to the story."""
        self.story.append(line)

    def labelled(self, text: str) -> str:
        """Return a text with each commit's label in its place."""
        for version in self.table.versions:
            text = text.replace(version.commit, version.label)
        return text

    def dead_end(self, why: str) -> DeadEndError:
        """Return the error, with the story."""
        return DeadEndError(self.labelled("\n".join([f"dead end: {why}", *self.story])))

    def wrong_yes(self, why: str) -> WrongYesError:
        """Return the error, with the story."""
        return WrongYesError(self.labelled("\n".join([f"wrong yes: {why}", *self.story])))

    def ask(self, question: Question) -> tuple[str, Printed]:
        """Ask whether a version may be released; a yes is held against the table.

        Returns:
            The word of the answer (`refused` where the command ended without one), and what was printed.
        """
        version = question.version
        printed = self.type(version.name, question.words)
        said = f"{version.name} {version.commit} can be released to {question.place}: "
        word = next((line.split(said)[1].strip() for line in printed.out.splitlines() if said in line), "refused")
        assert (printed.code == 0) is (word == "yes"), printed
        self.counts[f"answer {word}"] += 1
        if self.hears is not None:
            self.hears(question, word, printed)
        if word == "yes":
            wrong = list(self.table.wrongs(version, question.place, printed.text))
            if wrong:
                raise self.wrong_yes(f"{version.label} to {question.place}: {'; '.join(wrong)}\n{printed.text}")
            self.yeses.append(question)
        return word, printed

    def place(self, question: Question, *, site: str | None = None, release: bool = False) -> Printed:
        """Record a version as deployed or released; the table holds it as running there."""
        version = question.version
        words = ("record-release" if release else "record-deployment", *question.names)
        printed = self.type(version.name, (*words, *(("--instance", site) if site else ())), at=version)
        if printed.code == 0:
            self.table.live[question.place].add(version, site=site, release=release)
        return printed

    def replace_everywhere(self, version: Version, question: Question) -> None:
        """Have a version run wherever another one did; anywhere, where that one ran nowhere."""
        live = self.table.live[question.place]
        sites = [site for (_, site), there in live.deployed.items() if there.commit == version.commit]
        released = any(there.commit == version.commit for there in live.released)
        for site in sites or ([] if released else [None]):
            self.place(question, site=site)
        if released:
            self.place(question, release=True)
            self.end_support(version, question.place)

    def end_support(self, version: Version, place: str = PRODUCTION) -> None:
        """Record that a released version isn't supported any longer."""
        words = ("record-support-ended", version.name, "--version", version.commit, "--environment", place)
        self.type(version.name, words, expect=(0,))
        self.table.live[place].end_support(version)

    def place_late(self, question: Question) -> None:
        """Record a deployment on a yes of before: what no longer holds is said."""
        asked = self.type(question.version.name, question.words)
        reasons = [line.split(": ", 1)[1] for line in asked.out.splitlines() if line.startswith(("no: ", "unknown: "))]
        printed = self.place(question)
        silent = [reason for reason in reasons if reason not in printed.text]
        if silent:
            raise self.dead_end(f"the yes no longer holds, and this isn't said: {silent[0]}\n{printed.text}")

    def verify_stale(self, name: str, kind: str) -> None:
        """Verify and publish what isn't the version that the job names."""
        head, folder = self.table.head(name), self.folders[name]
        before = self.table.of(name)[0]
        self.record(head)
        words: tuple[str, ...] = ("verify", name, "--broker", "--publish")
        if kind in ("uncommitted", "put away"):
            mended = replace(head, states={event: Statement() for event in PERMITTED[name]})
            folder.put(mended)
            folder.record(mended, clean=False)
            if kind == "put away":
                folder.check_out(head.commit)
        elif kind == "yesterday's":
            folder.record(before)
        else:
            words = (*words, "--version", before.commit)
        self.tell(f"-- {kind}")
        self.type(name, words, at=head)
        self.record(head)

    def publish_stale(self, name: str) -> None:
        """Publish pacts that a consumer's commit doesn't hold: it reads everything, and they are those of before."""
        head, folder = self.table.head(name), self.folders[name]
        reads = {event: head.contract.edition.keys(event) for event in (COMPLETED, ENTERED, SUBMITTED)}
        made = self.made(name, f"try-{len(self.table.versions)}", head.contract, None, reads=reads)
        folder.put(head)
        self.type(name, ("capture",), expect=(0,))
        self.type(name, ("publish",), at=made)
        folder.check_out(made.commit)

    def reverify(self, contract_versions: Sequence[str], place: str) -> None:
        """Judge again what counts in an environment, by released versions of the contract in turn.

        Each has said all that it has to say after the first round.
        """
        folder = self.folders[SCENARIOS]
        # The first once more: whatever another one took back of it would be posted again now.
        for turn, version in enumerate([*contract_versions, contract_versions[0]]):
            folder.check_out(folder.tags[version])
            self.tell(f"-- by the contract's version {version}")
            judged = self.type(SCENARIOS, ("reverify", "--to-environment", place), expect=(0, 1, 3))
            posted = [line for line in judged.out.splitlines() if line.endswith(", posted")]
            self.counts["unstuck"] += sum("no result so far" in line for line in posted)
            if posted and turn >= len(contract_versions):
                raise self.dead_end(f"what was judged again doesn't come to an end: {posted[0]}\n{judged.text}")

    def demote(self, emitter: str, event: str) -> None:
        """Take a pair back, and publish what follows."""
        head = self.table.head(SCENARIOS)
        self.folders[SCENARIOS].check_out(head.commit)
        self.type(SCENARIOS, ("demote", emitter, event, "--reason", "it was wrong"), expect=(0,))
        self.publish(self.contract_changed(head))

    def publish(self, version: Version) -> None:
        """Publish the pacts of the version that is checked out, as its CI does."""
        self.type(version.name, ("publish",), at=version, expect=(0,))

    def contract_changed(self, head: Version) -> Version:
        """Commit what a promotion or demotion wrote into the scenario service's folder."""
        folder = self.folders[SCENARIOS]
        label = f"{SCENARIOS}-{len(self.table.of(SCENARIOS)) + 1}"
        contract = Contract(folder.registry, head.contract.edition)
        made = replace(head, label=label, contract=contract, commit=folder.commit(label))
        folder.tag(made.commit)
        self.table.versions.append(made)
        self.tell(f"-- {made.label} with the contract changed")
        return made


@dataclass(frozen=True)
class _Begun:
    """What every history begins with, made once: the others copy its files."""

    world: World
    root: Path
    made: ClassVar[_Begun | None] = None
    is_being_made: ClassVar[bool] = False

    @classmethod
    def at_first(cls) -> _Begun | None:
        """Return it; None while it is being made."""
        if cls.made is None and not cls.is_being_made:
            cls.is_being_made = True
            world = World(Counter())
            close_broker()
            cls.made = cls(world, world._root)
        return cls.made


def _quick_folder() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None
