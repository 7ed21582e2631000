"""What judging again came to, for people."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model.reverification import Appeared, JudgedPact, JudgedVersion, Reverification

_SAID = {True: "success", False: "failure", None: "nothing"}


def reverification_lines(judged: Reverification) -> Iterator[str]:
    """Yield what judging again came to, as people read it."""
    if judged.why_dry:
        yield f"dry run: {judged.why_dry}"
    else:
        yield f"judged again under the contract's version {judged.contract}"
    for version in judged.versions:
        yield from _version(version)
    yield from judged.missing
    if not judged.versions:
        yield f"nothing to judge again: no version of an emitter counts in {judged.places}"


def _version(version: JudgedVersion) -> Iterator[str]:
    yield f"{version.emitter} {version.version} ({', '.join(version.counts)})"
    if version.problem:
        yield f"  not judged again: {version.problem}"
        if version.next_step:
            yield f"    next: {version.next_step}"
        return
    for run in version.runs:
        yield f"  by its run {run.id[:8]} of {run.posted_at}"
    if not version.pacts:
        yield "  the broker asks for no pact of it"
    for pact in version.pacts:
        yield from _pact(pact)


def _pact(pact: JudgedPact) -> Iterator[str]:
    name = f"{pact.consumer} {pact.consumer_version}" if pact.consumer_version else pact.consumer
    was = "no result so far" if pact.was is None else f"{_SAID[pact.was]} so far"
    done = "posted" if pact.posted else f"not posted: {pact.left}" if pact.left else "not posted"
    yield f"  {name}: {_SAID[pact.result]}, {was}, {done}"
    for one in pact.appeared:
        yield from _appeared(one)
    for event, breach in pact.gone:
        yield f"    no longer: {event} {breach}".replace("  ", " ")


def _appeared(one: Appeared) -> Iterator[str]:
    finding = one.finding
    place = f" at {finding.path}" if finding.path and finding.path != "$" else ""
    yield f"    new: {one.event} {finding.rule}{place}: {finding.message}".replace("new:  ", "new: ")
    if one.emission:
        yield f"      {finding.where}: {one.emission}"
