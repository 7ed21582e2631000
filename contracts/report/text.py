"""The words that every renderer shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from contracts.model.printable import as_json, one_line, printable, readable
from contracts.model.registry import Status
from contracts.model.verdict import Finding, PactResult, PairVerdict, Unposted, Verdict, Verification

LONGEST_FINDING = 2500
"""Characters of a line of a finding that stay where people read it; what it quotes may have any length."""


def tally(pairs: Iterable[PairVerdict]) -> Counter[Verdict]:
    """Return how many pairs have each verdict."""
    return Counter(pair.verdict for pair in pairs)


def summary(verifications: Iterable[Verification]) -> str:
    """Return the last line of a report: `passed 1, pending 2, failed 0, violations 0`, errors where there are any."""
    runs = tuple(verifications)
    verdicts = tally(pair for run in runs for pair in run.pairs)
    parts = [f"{name.value} {verdicts[name]}" for name in (Verdict.PASSED, Verdict.PENDING, Verdict.FAILED)]
    parts.append(f"violations {sum(len(run.violations) for run in runs)}")
    # A pair without a verdict and an error that says why are often the same trouble: the larger number is said.
    errors = max(verdicts[Verdict.ERROR], sum(len(run.errors) for run in runs))
    return ", ".join(parts + ([f"errors {errors}"] if errors else []))


def remark(pair: PairVerdict) -> str:
    """Return what a pair's verdict calls for in a few words; empty where nothing is to be said."""
    if pair.ready and pair.status is Status.PLANNED:
        return "ready: promote it"
    if pair.findings:
        return f"{len(pair.findings)} finding{'s' if len(pair.findings) > 1 else ''}"
    return "" if pair.emissions else "nothing emitted"


def optional_lines(pair: PairVerdict) -> tuple[tuple[str, str], ...]:
    """Return which of an event's optional fields were ever sent and which never, as labels and values.

    Nothing where the event was never emitted: there was nothing to send them with.
    """
    sent = [path for path, was_sent in pair.optional.items() if was_sent]
    never = [path for path, was_sent in pair.optional.items() if not was_sent]
    said = (("Optional fields sent", sent), ("Optional fields never sent", never))
    return tuple((label, ", ".join(paths)) for label, paths in said if paths and pair.emissions)


def outcome(run: Verification) -> str | None:
    """Return why the run ends as it does, where its summary doesn't show it; else None."""
    if run.nothing_read:
        return "nothing to verify: no emission was read and nothing was driven"
    if run.report_only:
        return "report only: the exit code is 0 whatever was found"
    if run.strict_pending and any(pair.ready and pair.status is Status.PLANNED for pair in run.pairs):
        return "strict: a planned pair that is ready fails the run; promote it"
    return None


def pact_line(result: PactResult) -> str:
    """Return one line on what the run says of one pact."""
    pact = result.pact
    version = f" {pact.consumer_version}" if pact.consumer_version else ""
    verdict = {True: "success", False: "failure", None: "nothing"}[result.result]
    if result.result is None:
        said = "nothing to post"
    elif result.published:
        said = f"{verdict} posted"
    else:
        said = f"{verdict}, not posted"
    flags = [
        flag for flag, on in (("pending in the broker", pact.broker_pending), ("work in progress", pact.wip)) if on
    ]
    details = [*flags, *([result.reason] if result.reason else [])]
    # A version names a broker's pact; its address, which is long, says no more and stands in the JSON.
    named = f"{pact.document.consumer}{version}" if version else f"{pact.document.consumer}, {pact.document.source}"
    return one_line(f"{named}: {said}" + (f" ({'; '.join(details)})" if details else ""))


def unposted_lines(one: Unposted) -> list[str]:
    """Return what was to be posted and wasn't, and what helps."""
    return [one.text, *([f"next: {one.next_step}"] if one.next_step else [])]


def finding_fields(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Return what a finding says beside its rule and message, as labels and values; the unknown is left out."""
    fields = (
        ("where", str(finding.where) if finding.where else ""),
        ("interaction", finding.interaction or ""),
        ("path", finding.path or ""),
        ("expected", as_json(finding.expected) if finding.expected is not None else ""),
        ("actual", readable(as_json(finding.actual), longest=LONGEST_FINDING) if finding.actual is not None else ""),
        ("next", finding.next_step or ""),
    )
    return tuple((label, printable(value)) for label, value in fields if value)
