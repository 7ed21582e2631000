"""From a promotion that is refused to one that is made, by what is printed."""

from __future__ import annotations

import re

from tests.release.world.contract import CONSUMERS, SCENARIOS
from tests.release.world.next_lines import acts_of, next_of
from tests.release.world.table import PRODUCTION, Statement, faults, lacking
from tests.release.world.terminal import Printed
from tests.release.world.walk import MOST_STEPS, walk
from tests.release.world.world import Question, World


def promote(world: World, emitter: str, event: str) -> None:
    """Promote a pair on what runs in production; what is refused leads to a fault of what runs there.

    Raises:
        DeadEndError: it is refused for no fault that the table holds, or what is printed can't be done.
        WrongYesError: it isn't refused, and what runs in production doesn't state what the main branches read.
    """
    _Promotion(world, emitter, event).to_the_end()


class _Promotion:
    def __init__(self, world: World, emitter: str, event: str) -> None:
        self._world, self._emitter, self._event = world, emitter, event
        self._evidence: tuple[str, ...] = ()

    def to_the_end(self) -> None:
        """Promote; where it is refused because of what runs in production, have that mended and recorded there."""
        world = self._world
        for _ in range(MOST_STEPS):
            head = world.table.head(SCENARIOS)
            world.folders[SCENARIOS].check_out(head.commit)
            printed = world.type(SCENARIOS, ("promote", self._emitter, self._event, *self._evidence))
            if printed.code == 0:
                self._hold(printed)
                world.counts["promoted"] += 1
                world.publish(world.contract_changed(head))
                return
            if printed.code != 1:
                raise world.dead_end(f"a promotion ends with {printed.code}:\n{printed.text}")
            self._make_ready(printed)
        raise world.dead_end(f"refused {MOST_STEPS} times:\n{printed.text}")

    def _hold(self, printed: Printed) -> None:
        """Where production is the evidence, every version there states the event as the main branches read it."""
        if self._evidence or "freezes: " in printed.text:
            return
        for emitter in self._world.table.live[PRODUCTION].of(self._emitter):
            for consumer in map(self._world.table.head, CONSUMERS):
                wrong = list(lacking(consumer, emitter, self._event)) if self._event in consumer.reads else []
                if wrong:
                    raise self._world.wrong_yes(f"promoted {self._event}: {'; '.join(wrong)}\n{printed.text}")

    def _make_ready(self, printed: Printed) -> None:
        line = next_of(printed.text) or ""
        if re.match(
            rf"contracts verify {self._emitter} --output json > verification.json, then contracts promote", line
        ):
            self._write_evidence()
        elif re.match(rf"have {self._emitter} (emit ({self._event}|it)|take over this registry),", line):
            self._replace_what_runs(printed)
        elif re.match(rf"in {self._emitter}'s checkout of \S+: contracts verify {self._emitter} ", line):
            self._verify_again(line)
        else:
            raise self._world.dead_end(f"this can't be done: {line}\n{printed.text}")

    def _verify_again(self, line: str) -> None:
        """Verify the version that is named, against what is expected by now; that may well say what is wrong."""
        world = self._world
        words = acts_of(line)[0].words
        version = next(version for version in world.table.of(self._emitter) if version.commit in words)
        world.record(version)
        printed = world.type(version.name, words, at=version)
        if printed.code in (2, 4):
            raise world.dead_end(f"what was printed ends with {printed.code}: {line}\n{printed.text}")

    def _write_evidence(self) -> None:
        """Write a verification's JSON where the line says, in the emitter's checkout; it is named from then on."""
        world = self._world
        made = world.emit(self._emitter, self._ready_states(), world.contract)
        world.record(made)
        verified = world.type(made.name, ("verify", made.name, "--output", "json"), at=made)
        file = world.folders[made.name].root / ".contracts" / "verification.json"
        file.write_text(verified.out, encoding="utf-8")
        self._evidence = ("--evidence", str(file))

    def _replace_what_runs(self, printed: Printed) -> None:
        """Have a version that states the event run in the place of each that the refusal names."""
        world = self._world
        live = world.table.live[PRODUCTION].of(self._emitter)
        named = [version for version in live if version.commit in printed.text]
        if live and not named:
            raise world.dead_end(f"refused without the version that isn't ready:\n{printed.text}")
        for version in named:
            wrong = [fault for fault in faults(version) if fault.event == self._event]
            stale = version.contract != world.contract and "judged by another contract" in printed.text
            if not (wrong or stale or "no verification result" in printed.text):
                raise world.dead_end(f"refused for no fault that the table holds:\n{printed.text}")
        made = world.emit(self._emitter, self._ready_states(), world.contract)
        question = walk(world, Question(made, PRODUCTION))
        for version in named or [made]:
            world.replace_everywhere(version, question)

    def _ready_states(self) -> dict[str, Statement]:
        return {**self._world.table.head(self._emitter).states, self._event: Statement()}
