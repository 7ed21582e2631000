"""What `contracts audit` is asked to judge, and what makes it fail."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from contracts.cli.completions import emitters
from contracts.errors import MisuseError


@dataclass(frozen=True, slots=True)
class AuditWishes:
    """What the command line asks of an audit.

    Attributes:
        since, until: the first moment that is judged, and the first that isn't any more.
        fail_on: the rules that make it fail; empty for those that always do.
        keep: how many places of a broken rule are kept.
    """

    emitter: str | None
    since: datetime | None
    until: datetime | None
    fail_on: tuple[str, ...]
    report_only: bool
    keep: int


def audit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is judged to a command, handed over as one `wishes`."""

    @click.option("--emitter", metavar="NAME", shell_complete=emitters, help="Judge this emitter's events alone.")
    @click.option("--since", metavar="TIME", help="Leave out what happened before: RFC 3339, or a day in UTC.")
    @click.option("--until", metavar="TIME", help="Leave out what happened at this time or later, likewise.")
    @click.option(
        "--fail-on", metavar="RULE", multiple=True, help="Exit 1 for this rule alone. May be said several times."
    )
    @click.option("--report-only", is_flag=True, help="Show everything and exit 0: a first look.")
    @click.option(
        "--max-findings",
        type=click.IntRange(min=0),
        default=20,
        show_default=True,
        help="Places that are kept of each broken rule of a pair; all are counted.",
    )
    @functools.wraps(command)
    def with_wishes(*arguments: Any, **options: Any) -> None:
        said = {name: options.pop(name) for name in ("emitter", "fail_on", "report_only")}
        _refuse_unknown_rules(said["fail_on"])
        wishes = AuditWishes(
            since=_moment("--since", options.pop("since")),
            until=_moment("--until", options.pop("until")),
            keep=options.pop("max_findings"),
            **said,
        )
        command(*arguments, wishes=wishes, **options)

    return with_wishes


def _refuse_unknown_rules(rules: tuple[str, ...]) -> None:
    from contracts.model.names import did_you_mean
    from contracts.model.rules import RULES

    for rule in rules:
        if rule not in RULES:
            raise MisuseError(f"no rule is called {rule!r}{did_you_mean(rule, RULES)}", next_step="see contracts rules")


def _moment(option: str, text: str | None) -> datetime | None:
    from contracts.model.events import parse_rfc3339

    if text is None:
        return None
    try:
        return parse_rfc3339(text if len(text) > len("2026-01-31") else f"{text}T00:00:00Z")
    except ValueError:
        raise MisuseError(
            f"{option} {text!r} is no time", next_step="say a day, 2026-01-31, or a time, 2026-01-31T18:00:00Z"
        ) from None
