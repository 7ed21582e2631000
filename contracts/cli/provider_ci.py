"""`contracts provider-ci`: what an emitter's CI runs, in any CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from contracts import __version__
from contracts.cli.broker_options import known_branch
from contracts.cli.output import say
from contracts.errors import ContractsError, MisuseError
from contracts.project.settings import load_settings
from contracts.provider.before_tests import grounds, refuse_changed
from contracts.provider.emitter_ci import (
    CiOrder,
    holds_credentials,
    release_command,
    run_tests,
    run_toolkit,
    verify_command,
)

F = TypeVar("F", bound=Callable[..., Any])
TESTS_FAILED = 5
"""The exit code that says that the emitter's own tests failed: nothing was verified."""


_REPORT_ONLY = "report only: nothing is published, and no release is asked for"
_NO_BROKER = "no broker is configured (PACT_BROKER_BASE_URL): the pacts at hand are verified, and nothing is published"
_WITHIN_REACH = (
    "note: the tests aren't handed the broker's credentials, but this job holds them, and they run as its user: where "
    "they aren't trusted with these, record in a job of its own (docs/provider-ci.md)"
)


class _WithOutputs(click.Command):
    """A command that tells GitHub what it came to, also where it was called wrongly."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError:
            _write_outputs(os.environ, 2)
            raise


def _switch(name: str) -> bool | None:
    value = os.environ.get(name, "")
    if value not in ("true", "false", ""):
        raise MisuseError(f"{name}: {value!r} is neither true nor false", next_step="set it to one of these")
    return {"true": True, "false": False}.get(value)


def _text_option(name: str, help_text: str) -> Callable[[F], F]:
    # An option comes before its variable; a variable that is set to nothing counts as not set.
    variable = f"CONTRACTS_{name.upper().replace('-', '_')}"
    return click.option(f"--{name}", metavar="TEXT", envvar=variable, show_envvar=True, default="", help=help_text)


@click.command(cls=_WithOutputs, short_help="Run what an emitter's CI runs.")
@_text_option("emitter", "The emitter's name in the registry; required.")
@_text_option("test-command", "Runs the emitter's tests, by bash.")
@_text_option(
    "captures",
    "What the tests send is recorded in this file: what they post to CONTRACTS_SINK_URL, and what a recorder of theirs "
    "writes. Without it, the driver of the settings.",
)
@_text_option("destination", "Where the emitter sends to, for the recorder.")
@_text_option("version", "The emitter's version; else GIT_COMMIT, CI, git.")
@_text_option("branch", "Its branch; else GIT_BRANCH, CI, git.")
@_text_option("environment", "Ends with 1 unless the version may be released there; takes a broker.")
@click.option("--no-publish", is_flag=True, help="Post nothing to the broker; or CONTRACTS_PUBLISH=false.")
@click.option("--no-evidence", is_flag=True, help="Keep nothing of what was sent; or CONTRACTS_EVIDENCE=false.")
@click.option("--strict-pending", is_flag=True, help="Fail a ready planned pair; or CONTRACTS_STRICT_PENDING=true.")
@click.option("--report-only", is_flag=True, help="Fail for no contract, ask no broker; or CONTRACTS_REPORT_ONLY=true.")
def command(*, no_publish: bool, no_evidence: bool, strict_pending: bool, report_only: bool, **said: str) -> None:
    """Run an emitter's tests, verify what they sent, publish the result, and ask whether it may be released.

    The broker is configured by PACT_BROKER_BASE_URL and PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and
    PACT_BROKER_PASSWORD; the tests aren't handed them. Exit codes: those of contracts verify and contracts
    can-i-deploy, and 5 where the emitter's own tests failed: then nothing is verified.

    \b
    Example:
      contracts provider-ci --emitter client-webinar-tracker-v2 --captures captures.ndjson
    """
    code = 2
    try:
        order = CiOrder(
            **said,
            publish=not no_publish and _switch("CONTRACTS_PUBLISH") is not False,
            evidence=not no_evidence and _switch("CONTRACTS_EVIDENCE") is not False,
            strict_pending=strict_pending or _switch("CONTRACTS_STRICT_PENDING") is True,
            report_only=report_only or _switch("CONTRACTS_REPORT_ONLY") is True,
            broker=bool(os.environ.get("PACT_BROKER_BASE_URL", "").strip()),
        ).checked(os.environ, Path.cwd())
        code = _run(order)
    finally:
        _write_outputs(os.environ, code)
    raise click.exceptions.Exit(code)


def _run(order: CiOrder) -> int:
    _step("toolkit")
    say(f"webinar-contracts {__version__}", err=True)
    if order.test_command:
        _step(f"tests of {order.emitter}")
        if holds_credentials(os.environ):
            say(_WITHIN_REACH, err=True)
        before = grounds(Path.cwd())
        code = run_tests(order, _asked_headers(order))
        if code != 0:
            say(f"error: the tests of {order.emitter} ended with {code}; nothing was verified", err=True)
            say("  next: mend the tests, and run them again", err=True)
            return TESTS_FAILED
        refuse_changed(before, Path.cwd())
    _step("verification")
    if not order.asks_broker:
        say(_REPORT_ONLY if order.report_only else _NO_BROKER, err=True)
    code = run_toolkit(verify_command(order))
    if code == 0 and order.environment and order.asks_broker:
        _step(f"release to {order.environment}")
        code = run_toolkit(release_command(order))
    return code


def _asked_headers(order: CiOrder) -> frozenset[str]:
    """Return the headers whose values the broker's pacts ask for; those at hand are asked by whatever records."""
    if not order.asks_broker or not order.captures:
        return frozenset()
    from contracts.project.broker_choice import choose_broker
    from contracts.project.pacts import headers_asked
    from contracts.release.posting import PactRequest, pacts_to_verify

    try:
        settings = load_settings(Path.cwd())
        asked = PactRequest(known_branch(settings, order.branch or None))
        pacts = pacts_to_verify(choose_broker(settings, os.environ), order.emitter, asked)
    except ContractsError as error:
        say(f"warning: which headers the broker's pacts ask for isn't known: {error}", err=True)
        return frozenset()
    return headers_asked(pact.document for pact in pacts)


def _step(name: str) -> None:
    say(f"\n== {name}", err=True)
    sys.stdout.flush()


def _write_outputs(environ: Mapping[str, str], code: int) -> None:
    # The last value of an output counts: the verification may have held while the gate says no.
    file = environ.get("GITHUB_OUTPUT")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as outputs:
            outputs.write(f"exit-code={code}\nsuccess={'true' if code == 0 else 'false'}\n")
    except OSError as error:
        say(f"warning: {file} can't be written: {error.strerror}", err=True)
