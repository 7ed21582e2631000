"""Results of verifications as a broker keeps them: what this toolkit writes, and what it reads of any tool.

A broker gives `testResults` back as they were posted and keeps no other place for a tool's own words. What is true
of the whole run stands in the first of them, under `run`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.broker.pacts import event_meant
from contracts.errors import BrokerError
from contracts.model.evidence import EvidenceRecord, SourceRun
from contracts.model.posting import Posting, RunRecord
from contracts.model.release import Breach
from contracts.model.verdict import Finding, InteractionResult, PactResult

IMPLEMENTATION = "webinar-contracts"
"""How results of this toolkit are signed."""

_MOST_MISMATCHES = 20
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class Test:
    """What a result says of one interaction.

    Attributes:
        breaches: what was broken; another tool's attributes where it names no rules.
        ready: it is pending, and nothing was found.
    """

    event: str
    success: bool
    pending: bool
    ready: bool
    breaches: tuple[Breach, ...]
    registry: str | None


@dataclass(frozen=True, slots=True)
class PostedResult:
    """A posted result.

    Attributes:
        tests: one an interaction.
        violations: what was broken beside any interaction.
        empty: it says that no interaction was tested: what a verifier posts whose filter matched nothing.
        run: the run that it is of; None where another tool posted it.
        posted_by: the other tool that posted it; None where this toolkit did.
        toolkit: the version of the tool that posted it; empty where it doesn't say.
    """

    success: bool
    tests: tuple[Test, ...]
    empty: bool
    violations: tuple[Breach, ...] = ()
    run: RunRecord | None = None
    posted_by: str | None = None
    toolkit: str = ""

    @property
    def registry(self) -> str | None:
        """The digest of the registry that it was judged by; None where another tool posted it."""
        digests = {test.registry for test in self.tests}
        return digests.pop() if len(digests) == 1 else None


class ResultTooLargeError(BrokerError):
    """The broker, or a proxy before it, takes no result of this size."""


def post(client: BrokerClient, pact: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """Post a result to a pact. The last one posted wins, so it may be repeated.

    Returns:
        Its address; None where the broker doesn't say it.

    Raises:
        ResultTooLargeError: it is larger than the broker takes (413).
        BrokerError: any other answer but 201, or one that isn't about this result.
    """
    answer = client.send("POST", hal.link(pact, "pb:publish-verification-results"), body, repeatable=True)
    if answer.status == 413:
        refusal = answer.refusal("posting the verification result")
        raise ResultTooLargeError(refusal.what, next_step=refusal.next_step)
    if answer.status != 201:
        raise answer.refusal("posting the verification result")
    taken = answer.mapping()
    if (taken.get("success"), taken.get("providerApplicationVersion")) != (
        body["success"],
        body["providerApplicationVersion"],
    ):
        raise BrokerError(
            "not confirmed: the broker's answer is about another verification result",
            next_step="post it again; if it stays so, see the broker's log",
        )
    return hal.optional_link(taken, "self")


def result_document(result: PactResult, posting: Posting, run: RunRecord) -> dict[str, Any]:
    """Return a result in the broker's form, with this toolkit's words in its `testResults`."""
    tests = [
        *(_test_document(interaction, posting) for interaction in result.interactions),
        *_violations(result, posting),
    ]
    if tests:
        tests[0]["run"] = _run_document(run)
    body: dict[str, Any] = {
        "success": result.result,
        "providerApplicationVersion": posting.version,
        "testResults": tests,
        "verifiedBy": {
            "implementation": IMPLEMENTATION,
            "version": posting.toolkit,
            "clientLanguage": {"name": "python", "testFramework": IMPLEMENTATION, "version": posting.toolkit},
        },
    }
    return {**body, "buildUrl": posting.build_url} if posting.build_url else body


def _run_document(run: RunRecord) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": run.id,
        "contract": run.contract,
        "untested": {event: list(rules) for event, rules in run.untested.items()},
        "remarks": list(run.remarks),
        "broken": {event: list(rules) for event, rules in run.broken.items()},
    }
    if run.contract_version is not None:
        document["contract_version"] = run.contract_version
    if run.evidence is not None:
        document["evidence"] = run.evidence.to_json()
    if run.judged_again:
        document["judged_again"] = [source.to_json() for source in run.judged_again]
    return document


def _test_document(interaction: InteractionResult, posting: Posting) -> dict[str, Any]:
    test: dict[str, Any] = {
        "interactionDescription": interaction.description,
        "interactionKey": interaction.key,
        "event": interaction.event,
        "success": interaction.success,
        "registry": posting.registry,
    }
    if interaction.interaction_id is not None:
        test["interactionId"] = interaction.interaction_id
    if not interaction.required:
        test |= {"pending": True, "ready": interaction.success}
    if interaction.findings:
        test["mismatches"] = [_mismatch(finding) for finding in interaction.findings[:_MOST_MISMATCHES]]
    return test


def _violations(result: PactResult, posting: Posting) -> Iterator[dict[str, Any]]:
    # They belong to no interaction, and are why a result is a failure although every interaction passed.
    for finding in result.violations[:_MOST_MISMATCHES]:
        yield {
            "interactionDescription": finding.rule,
            "violation": finding.rule,
            "success": False,
            "registry": posting.registry,
            "mismatches": [_mismatch(finding)],
        }


def _mismatch(finding: Finding) -> dict[str, Any]:
    return {
        "attribute": "metadata" if finding.rule == "content-type" else "body",
        "identifier": finding.path or "$",
        "description": finding.message[:_LONGEST_DESCRIPTION],
        "rule": finding.rule,
    }


def result(client: BrokerClient, url: str) -> PostedResult:
    """Fetch a result.

    Raises:
        BrokerError: the broker can't be reached, or the result can't be read.
    """
    document = client.get_once(url, doing="fetching a verification result")
    # A tool that lists no tests at all says nothing of how many there were.
    listed = document.get("testResults")
    with hal.understood("the verification result"):
        tests = tuple(_test(raw) for raw in listed or () if not raw.get("violation"))
        violations = dict.fromkeys(
            breach
            for raw in listed or ()
            if raw.get("violation")
            for breach in _breaches(raw) or [Breach(str(raw["violation"]))]
        )
        run = next((_run(raw["run"]) for raw in listed or () if raw.get("run")), None)
        signed = (document.get("verifiedBy") or {}).get("implementation")
        toolkit = (document.get("verifiedBy") or {}).get("version")
    return PostedResult(
        success=document.get("success") is True,
        tests=tests,
        empty=listed == [],
        violations=tuple(violations),
        run=run,
        posted_by=None if signed == IMPLEMENTATION else str(signed or "another tool"),
        toolkit=str(toolkit or ""),
    )


def _run(raw: Mapping[str, Any]) -> RunRecord:
    return RunRecord(
        id=str(raw["id"]),
        contract=str(raw["contract"]),
        untested=_rules_by_event(raw["untested"]),
        remarks=tuple(map(str, raw.get("remarks") or ())),
        broken=_rules_by_event(raw.get("broken") or {}),
        contract_version=version if isinstance(version := raw.get("contract_version"), str) else None,
        evidence=EvidenceRecord.read(evidence) if isinstance(evidence := raw.get("evidence"), Mapping) else None,
        judged_again=_sources(raw.get("judged_again")),
    )


def _sources(raw: Any) -> tuple[SourceRun, ...]:
    """Return the runs that were judged again; what says so in another form is no run of the emitter itself either."""
    if not raw:
        return ()
    listed = [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []
    return tuple(map(SourceRun.read, listed)) or (SourceRun.read({}),)


def _rules_by_event(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {str(event): tuple(map(str, rules)) for event, rules in raw.items()}


def _test(raw: Mapping[str, Any]) -> Test:
    success, pending = raw.get("success") is True, raw.get("pending") is True
    registry = raw.get("registry")
    return Test(
        event=event_meant(raw.get("event"), None, raw.get("interactionDescription")),
        success=success,
        pending=pending,
        ready=pending and raw.get("ready", success) is True,
        breaches=tuple(dict.fromkeys(_breaches(raw))),
        registry=registry if isinstance(registry, str) else None,
    )


def _breaches(raw: Mapping[str, Any]) -> list[Breach]:
    return [
        Breach(str(rule), str(mismatch.get("identifier") or ""), str(mismatch.get("description") or ""))
        for mismatch in raw.get("mismatches") or ()
        if (rule := mismatch.get("rule") or mismatch.get("attribute"))
    ]
