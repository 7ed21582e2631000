"""`contracts broker …`: the embedded broker as a server, copied, cleared, and republished elsewhere."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import click

from contracts.broker.access import TOKEN
from contracts.cli.command_group import HelpfulGroup
from contracts.cli.options import output_option
from contracts.cli.output import say, say_json
from contracts.errors import MisuseError, Where
from contracts.model.printable import counted
from contracts.project.broker_choice import DATABASE
from contracts.project.paths import shown
from contracts.project.settings import load_settings

_database_option = click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Its file.  [default: {DATABASE} of the project]",
)
_UNITS = {"h": 1 / 24, "d": 1, "w": 7}
_PROGRESS_EVERY = 100
"""After how many steps of a push the progress is said."""


@click.group(cls=HelpfulGroup, short_help="The embedded Pact Broker.")
def command() -> None:
    """The embedded Pact Broker: one SQLite file, no other server, the API of a real one."""


@command.command("serve")
@_database_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Others than loopback need a token."
)
@click.option("--port", type=click.IntRange(0, 65535), default=9292, show_default=True, help="0 takes a free one.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Holds the token that clients have to bear; else {TOKEN}.",
)
@click.option(
    "--read-token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Holds a second token, to read with and nothing else.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="A host that it is known by, where there is no token; may be repeated. This machine's own need not be named.",
)
@click.option(
    "--base-url",
    metavar="URL",
    help="The address that clients know it by; else it is what requests, or the X-Forwarded-* headers of a proxy on "
    "this machine, say.",
)
@click.option(
    "--connections",
    type=click.IntRange(min=10),
    default=2000,
    show_default=True,
    metavar="COUNT",
    help="How many there may be at once; idle ones are ended where others wait.",
)
@click.option(
    "--webhook-host",
    "webhook_hosts",
    multiple=True,
    metavar="HOST",
    help="A host that webhooks may call; may be repeated. Without it this machine alone.",
)
@click.option(
    "--webhook-again",
    type=click.FloatRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="After which a call that asked for a verification is sent once more if no result came.",
)
def serve_command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    database: Path | None,
    host: str,
    port: int,
    token_file: Path | None,
    read_token_file: Path | None,
    allowed: tuple[str, ...],
    base_url: str | None,
    connections: int,
    webhook_hosts: tuple[str, ...],
    webhook_again: float,
) -> None:
    """Serve the broker until it is interrupted. Its address is printed once it listens.

    The token is never taken from the command line, where every user of the machine could read it. Without one only
    loopback names, the address that it listens on and --allow-host are served, and no page of another origin ever is.

    \b
    Example:
      contracts broker serve --port 9292
    """
    from contracts.broker.embedded.callers import served
    from contracts.broker.embedded.server import serve
    from contracts.broker.embedded.webhooks.settings import WebhookSettings
    from contracts.model.connections import ConnectionLimits

    if base_url is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", base_url):
        raise MisuseError(f"'{base_url}' is no base URL", next_step="say it like https://broker.example/pacts")
    webhooks = WebhookSettings(hosts=webhook_hosts, again_after=webhook_again)
    limits = ConnectionLimits(most=connections)
    file = _broker_file(database)
    token = _token(token_file)
    reading = _token(read_token_file) if read_token_file else None
    callers, warnings = served(host, token, reading, names=allowed, base_url=base_url)
    for warning in warnings:
        say(f"warning: {warning}", err=True)
    kind = "clients bear a token" if token else "open to this machine"

    def ready(url: str) -> None:
        say(f"listening on {url} ({shown(file)}, {kind})")

    serve(file, host, port, callers, ready, base_url=base_url, webhooks=webhooks, connections=limits)


def _token(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(TOKEN, "").strip() or None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"the token can't be read: {error}", where=Where(shown(file)), next_step="write the token into the file"
        ) from None
    if not token:
        raise MisuseError("the file holds no token", where=Where(shown(file)), next_step="write the token into it")
    return token


def _broker_file(database: Path | None) -> Path:
    """Return the broker's file: the named one, else the project's."""
    return database or load_settings(Path.cwd()).root / DATABASE


@command.command("backup", short_help="Copy the embedded broker's file while it is in use.")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@_database_option
@output_option("table", "json")
def backup_command(target: Path, database: Path | None, output: str) -> None:
    """Write a copy of the embedded broker's file to FILE, whole and checked, while others publish into it.

    FILE must not exist. It is served like any other: contracts broker serve --database FILE.

    \b
    Example:
      contracts broker backup broker-2026-01-31.sqlite
    """
    from contracts.broker.embedded.upkeep import back_up

    source = _broker_file(database)
    size = back_up(source, target)
    if output == "json":
        say_json({"database": shown(source), "backup": shown(target), "bytes": size})
    else:
        say(f"{shown(source)} is copied to {shown(target)} ({counted(size, 'byte')}, checked)")


@command.command("clean", short_help="Clear old versions out of the embedded broker's file.")
@click.option(
    "--keep",
    "keep",
    required=True,
    metavar="TIME",
    help="What is younger stays: hours, days or weeks, such as 12h, 90d, 26w.",
)
@click.option("--dry-run", is_flag=True, help="Count, and clear nothing.")
@_database_option
@output_option("table", "json")
def clean_command(keep: str, dry_run: bool, database: Path | None, output: str) -> None:
    """Clear old versions with their pacts and results out of the embedded broker's file.

    Whatever its age, what is deployed or released stays, and so do the head of each branch and tag and each
    pacticipant's latest version. The broker may be in use.

    \b
    Example:
      contracts broker clean --keep 90d --dry-run
    """
    from contracts.broker.embedded.upkeep import clean

    report = clean(_broker_file(database), younger_than=_age(keep), dry_run=dry_run)
    gone = {
        "versions": report.versions,
        "pacts": report.pacts,
        "results": report.results,
        "webhook_calls": report.calls,
    }
    if output == "json":
        say_json({"dry_run": dry_run, "cleared": gone, "kept_versions": report.kept_versions})
        return
    word = "would be cleared" if dry_run else "cleared"
    numbers = f"{counted(report.versions, 'version')}, {counted(report.pacts, 'pact content')}"
    say(f"{word}: {numbers}, {counted(report.results, 'result')}, {counted(report.calls, 'webhook call')}")
    say(f"kept: {counted(report.kept_versions, 'version')}")


def _age(text: str) -> timedelta:
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if not number.isascii() or not number.isdecimal() or unit not in _UNITS or len(number) > 5:
        raise MisuseError(f"--keep {text} is no time", next_step="say hours, days or weeks: 12h, 90d, 26w")
    return timedelta(days=int(number) * _UNITS[unit])


@command.command("push", short_help="Republish what the embedded broker holds to another Pact Broker.")
@click.option("--to", "url", required=True, metavar="URL", help="The Pact Broker that gets it.")
@_database_option
@output_option("table", "json")
def push_command(url: str, database: Path | None, output: str) -> None:
    """Republish pacts, versions, branches, tags, results with their evidence, environments and deployments, in order.

    The broker may be any Pact Broker; its credentials are those of the usual variables (PACT_BROKER_TOKEN, or
    PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD). A push that was cut off is run again: what is there already is
    left alone. Exit 4: the broker can't be reached or refused a step; the steps before it are there.

    \b
    Example:
      contracts broker push --to https://broker.example
    """
    from contracts.broker.access import access_from
    from contracts.broker.client import client_for
    from contracts.broker.embedded.pushing import push

    access = access_from(os.environ, url)
    if access is None:
        raise MisuseError("--to names no broker", next_step="say it as https://broker.example")
    source = _broker_file(database)

    def progress(done: int, total: int) -> None:
        if done % _PROGRESS_EVERY == 0 or done == total:
            say(f"{done} of {total} steps", err=True)

    report = push(source, client_for(access), progress)
    differ = {name: there for name, there in report.versions.items() if there[1] is not None and there[1] < there[0]}
    if output == "json":
        steps = [
            {"kind": kind, "sent": report.sent.get(kind, 0), "known": report.known.get(kind, 0)}
            for kind in sorted({*report.sent, *report.known})
        ]
        versions = [
            {"pacticipant": name, "here": here, "there": there} for name, (here, there) in report.versions.items()
        ]
        document = {"to": access.url, "steps": steps, "versions": versions}
        say_json({**document, "left_behind": list(report.left_behind)})
    else:
        say(f"{shown(source)} is at {access.url}")
        for kind in sorted({*report.sent, *report.known}):
            say(f"  {kind}: {report.sent.get(kind, 0)} sent, {report.known.get(kind, 0)} there already")
        for name, (here, there) in report.versions.items():
            say(f"  {name}: versions {here} here, {'unknown' if there is None else there} there")
        say("not carried: " + "; ".join(report.left_behind))
    for name, (here, there) in differ.items():
        say(f"warning: {name} has {here} versions here and {there} there", err=True)
