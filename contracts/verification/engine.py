"""The engine: judges emissions one by one as they come, and sums them up to verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from secrets import token_hex

from contracts.errors import HarnessError
from contracts.model.driver import Capabilities, Driver
from contracts.model.emission import Driven, Emission, Fault, Observation, Settled, Trigger
from contracts.model.facts import key_of
from contracts.model.registry import Pair
from contracts.model.run_events import EmissionJudged, Finished, ReplayStarted, RunEvent
from contracts.model.verdict import Finding, Verification
from contracts.pact_core.verifier import Replayed
from contracts.verification.checks import Violates
from contracts.verification.compiled import CompiledContract
from contracts.verification.expectations import Expectations
from contracts.verification.job import Job
from contracts.verification.judging import judge_message, stated_facts, states_what_was_triggered
from contracts.verification.message import EmittedMessage, read_messages
from contracts.verification.optional_fields import OptionalFields
from contracts.verification.plan import Requests
from contracts.verification.repeats import StatedFact
from contracts.verification.summary import summarise
from contracts.verification.tally import PairTally, Tallies, tallies_of


def verify(job: Job, driver: Driver) -> Iterator[RunEvent]:
    """Verify an emitter through a driver.

    Yields:
        Progress as it is made, and at the end one `Finished` with the verification.
    """
    capabilities = driver.capabilities
    if capabilities.drives and capabilities.seed is None:
        capabilities = replace(capabilities, seed=token_hex(3))
    requests = Requests(job.domain, job.emitter, [pact.document for pact in job.pacts], capabilities, job.rest)
    run = _Run(job, capabilities, requests)
    yield from run.judge_all(driver.observe(requests))
    yield from run.replay()
    yield Finished(run.finish())


class _Run:
    """The state of one verification."""

    def __init__(self, job: Job, capabilities: Capabilities, requests: Requests) -> None:
        self._job = job
        self._capabilities = capabilities
        self._requests = requests
        registry = job.domain.registry
        # What another mode is judged as takes the exact way; so does this one where it isn't permitted.
        events = [pair.event for pair in registry.pairs(job.emitter)] if "structured" in registry.messages.modes else []
        self._compiled = CompiledContract(job.domain.catalogue, {job.emitter: events})
        self._expectations = Expectations(job.pacts, self._compiled.leaves[job.emitter])
        catalogue = job.domain.catalogue
        self._optional = {pair.event: OptionalFields(catalogue[pair.event]) for pair in registry.pairs(job.emitter)}
        self._tallies = Tallies(tallies_of(registry, job.emitter, job.today), optional=self._optional)
        # The triggers that were answered with their event since the driver last said that one is done.
        self._since_asked: list[Trigger] = []

    def judge_all(self, observations: Iterable[Observation]) -> Iterator[EmissionJudged]:
        """Take what the driver yields, in order."""
        for observation in observations:
            match observation:
                case Emission():
                    self._judge(observation)
                    self._tallies.read += 1
                    yield EmissionJudged(self._tallies.read)
                case Fault():
                    self._fault(observation)
                case Settled():
                    self._asked(observation)
                case Driven():
                    self._capabilities = self._capabilities.of_recorded(observation)

    def _judge(self, emission: Emission) -> None:
        right = self._compiled.read(emission)
        if right is None or not states_what_was_triggered(right, emission.trigger):
            for message in read_messages(emission, self._job.domain.registry.messages.modes):
                self._judge_exactly(message)
            return
        tally = self._tallies.pairs[right.event]
        self._count(emission, tally)
        self._optional[right.event].see_paths(right.paths)
        for finding in self._expectations.judge(right.event, emission, accepted=True):
            if finding.rule == "engines-disagree":
                self._tallies.take(finding, (right.event,))
            else:
                tally.take(finding)
        stated = StatedFact(emission, right.event, right.fact, right.marker, right.content, right.parts)
        for finding in self._tallies.repeats.add(stated):
            tally.take(finding)

    def _judge_exactly(self, message: EmittedMessage) -> None:
        job, tallies = self._job, self._tallies
        judged = judge_message(message, job.domain, job.emitter, self._expectations, self._is_waived)
        if isinstance(judged, Violates):
            tallies.take(judged.finding)
            return
        tally = tallies.pairs[judged.pair.event]
        self._optional[judged.pair.event].see(message.value)
        self._count(message.form.sent, tally)
        for finding in judged.findings:
            tally.take(finding)
        for stated in stated_facts(message, judged.pair.event, job.domain.catalogue):
            for finding in tallies.repeats.add(stated):
                tally.take(message.form.as_sent(finding))

    def _is_waived(self, pair: Pair, finding: Finding) -> bool:
        return self._tallies.pairs[pair.event].waiver_of(finding) is not None

    def _count(self, emission: Emission, tally: PairTally) -> None:
        event, trigger = tally.pair.event, emission.trigger
        tally.count(emission)
        self._requests.stated(event)
        self._tallies.repeats.seen[event].triggered += trigger is not None
        if self._capabilities.drives and trigger is not None and trigger.event == event:
            # Another event than the triggered one, or a violation, leaves the trigger without an answer.
            self._since_asked.append(trigger)

    def _fault(self, fault: Fault) -> None:
        finding = Finding(fault.rule, fault.message, where=fault.where, next_step=fault.next_step)
        event = fault.trigger.event if fault.trigger else None
        self._tallies.take(finding, () if event is None else (event,))
        if event not in self._tallies.pairs and fault.rule == "driver-error":
            self._tallies.driver_broke = True

    def _asked(self, asked: Settled) -> None:
        self._tallies.driven += 1
        trigger = asked.trigger
        answered = trigger in self._since_asked
        self._since_asked = [other for other in self._since_asked if other != trigger]
        if trigger.attempt > 1:
            self._tallies.repeats.seen[trigger.event].repeats += 1
            return
        tally = self._tallies.pairs.get(trigger.event)
        if tally is not None and asked.remark:
            tally.remarks.append(asked.remark)
        if tally is None or answered:
            return
        fact = key_of(trigger.fact, self._job.domain.catalogue.fact_key(trigger.event))
        if not self._tallies.repeats.knows(trigger.event, fact):
            tally.unanswered.append(trigger)

    def replay(self) -> Iterator[ReplayStarted]:
        """Ask the official verifier about the first emission of each interaction, once."""
        cases = self._expectations.cases()
        if not cases:
            return
        yield ReplayStarted(len(cases))
        try:
            answers = self._job.replay(self._job.emitter, cases)
        except HarnessError as error:
            self._broke_at(cases, Finding("driver-error", error.what, next_step=error.next_step))
            return
        for case, accepted in zip(cases, answers, strict=True):
            if accepted != case.accepted:
                self._broke_at((case,), _disagreement(case, accepted))

    def _broke_at(self, cases: Iterable[Replayed], finding: Finding) -> None:
        """Without a second opinion, or with two, there is no verdict on these interactions' pairs."""
        self._tallies.take(finding, dict.fromkeys(case.interaction.event for case in cases))

    def finish(self) -> Verification:
        """Sum up."""
        return summarise(self._job, self._tallies, self._expectations, self._capabilities)


def _disagreement(case: Replayed, accepted: bool) -> Finding:
    said = ("accepts", "refuses")
    return Finding(
        "engines-disagree",
        f"the matching core {said[not case.accepted]} what the verifier {said[not accepted]}",
        consumer=case.pact.consumer,
        interaction=case.interaction.key,
        expected="one answer",
        actual=case.emission.body.decode("utf-8", "replace"),
    )
