"""`contracts broker …`: the embedded broker as a server."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from contracts.broker.access import TOKEN
from contracts.errors import MisuseError, Where
from contracts.project.broker_choice import DATABASE
from contracts.project.paths import shown
from contracts.project.settings import load_settings


@click.group(short_help="The embedded Pact Broker.")
def command() -> None:
    """The embedded Pact Broker: one SQLite file, no other server, the API of a real one."""


@command.command("serve")
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Its file, made where there is none.  [default: {DATABASE} of the project]",
)
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
    "--base-url",
    metavar="URL",
    help="The address that clients know it by; else it is what requests, or a proxy's X-Forwarded-* headers, say.",
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
def serve_command(
    database: Path | None,
    host: str,
    port: int,
    token_file: Path | None,
    base_url: str | None,
    webhook_hosts: tuple[str, ...],
    webhook_again: float,
) -> None:
    """Serve the broker until it is interrupted. Its address is printed once it listens.

    The token is never taken from the command line, where every user of the machine could read it.

    \b
    Example:
      contracts broker serve --port 9292
    """
    from contracts.broker.embedded.server import serve
    from contracts.broker.embedded.webhooks.settings import WebhookSettings

    if base_url is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", base_url):
        raise MisuseError(f"'{base_url}' is no base URL", next_step="say it like https://broker.example/pacts")
    webhooks = WebhookSettings(hosts=webhook_hosts, again_after=webhook_again)
    file = database or load_settings(Path.cwd()).root / DATABASE
    token = _token(token_file)
    kind = "clients bear a token" if token else "open to this machine"

    def ready(url: str) -> None:
        click.echo(f"listening on {url} ({shown(file)}, {kind})")

    serve(file, host, port, token, ready, base_url=base_url, webhooks=webhooks)


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
