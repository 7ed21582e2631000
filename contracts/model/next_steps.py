"""The commands that a release calls for, each as it is typed: nothing in them is left to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from contracts.model.release import Presence


def verify(
    emitter: str, version: str | None = None, branch: str | None = None, consumer: tuple[str, str] | None = None
) -> str:
    """Return what gets a version of an emitter a result, and where it is to be typed.

    Args:
        version: the one that is meant; the checkout's own where it is None.
        branch: the version's, where it is known; else git or the CI says it.
        consumer: the consumer and its version that a result is missing with, where no branch or place selects it.
    """
    where = f"in {emitter}'s checkout" + (f" of {version}" if version else "")
    named = f" --consumer-version {quote('='.join(consumer))}" if consumer else ""
    return f"{where}: contracts verify {emitter} --broker --publish{_options(version, branch)}{named}"


def publish(consumer: str, version: str | None = None) -> str:
    """Return what makes a version of a consumer and its pacts known to the broker."""
    where = f"in {consumer}'s checkout" + (f" of {version}" if version else "")
    return f"{where}: contracts publish{_options(version, None)}"


def ask(pacticipant: str, version: str | None, environment: str) -> str:
    """Return the question whether a version may be released."""
    return f"contracts can-i-deploy {pacticipant}{_options(version, None)} --to-environment {quote(environment)}"


def record(pacticipant: str, version: str | None, environment: str, before: Iterable[Presence] = ()) -> str:
    """Return what records that a version runs in an environment.

    Args:
        before: how the versions that it follows are recorded there; none where there is no such version.
    """
    said = list(dict.fromkeys(before)) or [Presence("")]
    hint = "" if said[0].kind else " (record-release where it runs at many sites)"
    return ", then ".join(_record(pacticipant, version, environment, presence) for presence in said) + hint


def _record(pacticipant: str, version: str | None, environment: str, presence: Presence) -> str:
    command = "record-release" if presence.kind == "released" else "record-deployment"
    instance = f" --instance {quote(presence.instance)}" if presence.instance else ""
    return f"contracts {command} {pacticipant}{_options(version, None)} --to-environment {quote(environment)}{instance}"


def replace(emitter: str, version: str, environment: str, presences: Sequence[Presence]) -> str:
    """Return what puts the version of a checkout into the places of another one, which then counts no more."""
    ended = f"contracts record-support-ended {emitter}{_options(version, None)} --environment {quote(environment)}"
    steps = [record(emitter, None, environment, presences)]
    steps += [ended] if any(presence.kind == "released" for presence in presences) else []
    return ", then ".join(steps)


def demote(emitter: str, event: str, why: str) -> str:
    """Return what takes an implemented pair back to planned."""
    return f"contracts demote {emitter} {event} --reason {quote(why)}"


def _options(version: str | None, branch: str | None) -> str:
    said = (("--version", version), ("--branch", branch))
    return "".join(f" {option} {quote(value)}" for option, value in said if value)
