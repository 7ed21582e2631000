"""From an answer to a yes, by what is printed and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from tests.release.world.contract import CONSUMERS, EMITTERS, SCENARIOS
from tests.release.world.next_lines import Act, acts_of, next_of
from tests.release.world.table import Fault, Version, faults, mended
from tests.release.world.terminal import Printed
from tests.release.world.world import Question, World

MOST_STEPS = 10
MOST_FAULTS = 12
RECORDS = ("record-deployment", "record-release")


def walk(world: World, question: Question) -> Question:
    """Ask, and do what is printed until the answer is yes; mend each fault that a no names on the way.

    Returns:
        The question that was answered with yes: of the mended version, where it was an emitter's.

    Raises:
        DeadEndError: there is no next step, it can't be done, or ten of them lead nowhere.
        WrongYesError: something that the table holds breaks.
    """
    return _Walk(world, question).to_the_end()


def place_unasked(world: World, question: Question) -> None:
    """Record a deployment that nobody asked for; the question that follows ends in a yes, or names the fault."""
    printed = world.place(question)
    walking = _Walk(world, question)
    if printed.code != 0:
        # What the broker doesn't know can't be recorded; it says how it gets to know it.
        walking.obey(printed)
        return
    walking.to_the_end()


class _Walk:
    def __init__(self, world: World, question: Question, steps: int = 0) -> None:
        self._world = world
        self._question = question
        self._steps = steps
        self._faults_left = MOST_FAULTS
        self._before = ""
        self._failed = False
        self._refuted: tuple[Version, Fault] | None = None
        self._demoted: Version | None = None
        self.last: Printed
        self._mended: dict[str, Version] = {}

    def to_the_end(self) -> Question:
        """Walk until the answer is yes."""
        world = self._world
        while True:
            word, printed = world.ask(self._question)
            self.last = printed
            if word == "yes":
                return self._question
            if printed.text == self._before and self._refuted is not None:
                # Nothing is posted of a run that doesn't hold and that nobody's pact asks for: its own output said why.
                self._make_mended(*self._refuted)
                continue
            if printed.text == self._before:
                raise world.dead_end(f"what was printed was done, and changes nothing:\n{printed.text}")
            self._before = printed.text
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise world.dead_end(f"{MOST_STEPS} steps, and still {word}:\n{printed.text}")
            self.obey(printed)

    def obey(self, printed: Printed) -> None:
        """Do what the `next:` line asks for, as far as it can be done."""
        world, line = self._world, next_of(printed.text)
        if line is None:
            raise world.dead_end(f"there is no next step:\n{printed.text}")
        acts = acts_of(line, self._way_back(line))
        if acts and acts[0].words[:1] == ("mend",):
            self._mend(acts[0].words[1], printed)
            acts = acts[1:]
        for act in acts:
            while not (done := self._do(act)) and self._is_for_the_mended(act):
                # What failed was mended: with the mended version the rest of the line can be done.
                continue
            if not done:
                break

    def _way_back(self, line: str) -> int:
        """Choose: every third time that the scenario service may take a pair back instead, it does."""
        if "contracts demote" not in line or self._question.version.name != SCENARIOS:
            return 0
        self._world.ways_back += 1
        return int(self._world.ways_back % 3 == 0)

    def _is_for_the_mended(self, act: Act) -> bool:
        """Was a verification that names no version of its own of one that failed, and was that mended?"""
        named = any(version.commit in act.words for version in self._world.table.versions)
        failed, self._failed = self._failed, False
        return failed and not named

    def _mend(self, emitter: str, printed: Printed) -> None:
        """Mend the fault that a no names, in a new version of the one that has it."""
        world = self._world
        reasons = "\n".join(line for line in printed.text.splitlines() if line.startswith("no: "))
        versions = [version for version in world.table.of(emitter) if version.commit in reasons]
        found = [(version, fault) for version in versions for fault in faults(version) if fault.is_named_in(reasons)]
        if not found:
            raise world.dead_end(f"the no names no fault that the table holds:\n{printed.text}")
        self._make_mended(*found[-1])

    def _make_mended(self, version: Version, fault: Fault) -> None:
        world = self._world
        self._faults_left -= 1
        if not self._faults_left:
            raise world.dead_end(f"{MOST_FAULTS} faults were mended, and it is no yes yet")
        world.counts["mended"] += 1
        self._steps, self._refuted = 0, None
        right = mended(version, fault, world.contract)
        branch = "main" if version == world.table.head(version.name) else f"mend-{len(world.table.versions)}"
        world.tell(f"-- mends {fault.event} {fault.rules[0]} {fault.path or ''} of {version.label}")
        made = world.made(version.name, branch, right.contract, version, states=right.states)
        self._mended[version.name] = made
        if self._question.version.name == version.name:
            self._question = replace(self._question, version=made)

    def _do(self, act: Act) -> bool:
        """Do one thing; False where it failed, so that what follows it can't be done."""
        if not act.typed:
            if act.words[0] == "deploy":
                return True
            if act.words == ("commit",) and self._demoted is not None:
                made = self._world.contract_changed(self._demoted)
                self._question = replace(self._question, version=made)
                return True
            raise self._world.dead_end(f"this can't be done: {act}")
        words = tuple(self._filled(word, act) for word in act.words)
        return self._ask_first(words) if words[0] == "can-i-deploy" else self._type(words)

    def _ask_first(self, words: tuple[str, ...]) -> bool:
        """Ask another question, and do what its yes says; of the walk's own question take over the options."""
        version, place = self._version_of(words), words[words.index("--to-environment") + 1]
        asked = Question(version, place)
        options = tuple(word for word in words if word not in asked.words)
        if (version, place) == (self._question.version, self._question.place):
            self._question = replace(asked, options=options)
            return True
        other = _Walk(self._world, replace(asked, options=options), self._steps)
        other.to_the_end()
        other.obey(other.last)
        self._steps, self._mended = other._steps, {**self._mended, **other._mended}
        return True

    def _type(self, words: tuple[str, ...]) -> bool:
        world, version = self._world, self._version_of(words)
        if words[0] == "verify":
            world.record(version)
        elif words[0] == "publish":
            world.folders[version.name].check_out(version.commit)
        elif words[0] == "demote":
            version = self._demoted = world.table.head(SCENARIOS)
            world.folders[SCENARIOS].check_out(version.commit)
        printed = world.type(version.name, words, at=version)
        if printed.code in (2, 4):
            raise world.dead_end(f"what was printed ends with {printed.code}: {' '.join(words)}\n{printed.text}")
        if words[0] in RECORDS and printed.code == 0:
            site = words[words.index("--instance") + 1] if "--instance" in words else None
            place = words[words.index("--to-environment") + 1]
            world.table.live[place].add(version, site=site, release=words[0] == "record-release")
        elif words[0] == "record-support-ended" and printed.code == 0:
            world.table.live[words[words.index("--environment") + 1]].end_support(version)
        elif words[0] == "verify" and printed.code in (1, 3):
            self._mend_what_failed(version, words, printed)
        return printed.code == 0

    def _mend_what_failed(self, version: Version, words: tuple[str, ...], printed: Printed) -> None:
        """A verification that fails names what has to be mended as a no does; one that it names isn't made anew."""
        # Where nothing at all is stated no result can be posted: that is said here, or nowhere.
        nothing = printed.code == 3 and not version.states and "no emission was read" in printed.text
        fault = next((fault for fault in faults(version) if nothing or fault.is_named_in(printed.text)), None)
        if fault is None:
            if printed.code == 3:
                return
            raise self._world.dead_end(f"the verification names no fault that the table holds:\n{printed.text}")
        if nothing or version.commit not in words:
            self._make_mended(version, fault)
            self._failed = True
        elif version == self._question.version:
            self._refuted = (version, fault)

    def _newest(self, name: str) -> Version:
        return self._mended.get(name) or self._world.table.head(name)

    def _version_of(self, words: tuple[str, ...]) -> Version:
        named = [version for version in self._world.table.versions if version.commit in words]
        name = next((word for word in words if word in (*EMITTERS, *CONSUMERS)), self._question.version.name)
        return named[0] if named else self._newest(name)

    def _filled(self, word: str, act: Act) -> str:
        """Fill a placeholder from the table, where it says of what it is."""
        if not word.startswith("<"):
            return word
        name = next((each for each in act.words if each in (*EMITTERS, *CONSUMERS)), self._question.version.name)
        if "version" in word:
            return self._newest(name).commit
        raise self._world.dead_end(f"nobody can fill {word} in: {act}")
