"""Which broker a command speaks to: the one that is named, else the embedded one of the project."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.broker.access import BASE_URL, BrokerAccess, access_from
from contracts.broker.client import BrokerClient, client_for
from contracts.broker.embedded import URL
from contracts.broker.retry import RetryPolicy
from contracts.errors import MisuseError
from contracts.project.paths import shown
from contracts.project.settings import Settings

DATABASE = ".contracts/broker.sqlite"
TIMEOUT = "CONTRACTS_BROKER_TIMEOUT"
LONGEST = 600.0
"""Seconds that a broker may take in a command, all answers together, where nothing else is said."""
_DAY = 86_400.0


def choose_broker(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    base_url: str | None = None,
    embedded: bool = False,
    timeout: float | None = None,
) -> BrokerClient:
    """Return the client of the broker that the user means.

    Args:
        environ: the process's variables.
        base_url: what `--broker-base-url` says.
        embedded: `--embedded` was said.
        timeout: what `--broker-timeout` says.

    Raises:
        MisuseError: two brokers are named, none is named in a CI job, or what names it can't be used.
    """
    if embedded:
        if base_url:
            raise MisuseError("--embedded and --broker-base-url name two brokers", next_step="leave one of the two out")
        return embedded_client(settings)
    access = access_from(environ, base_url)
    if access is not None:
        return client_for(access, timeout=_timeout(timeout, environ))
    if runs_in_ci(environ):
        # A secret that is missing here would otherwise look like a publication that succeeded.
        raise MisuseError(
            f"no broker is named, and this is a CI job: {BASE_URL} is not set",
            next_step=f"set {BASE_URL}, or say --embedded for the embedded broker of this working copy",
        )
    return embedded_client(settings)


def embedded_client(settings: Settings) -> BrokerClient:
    """Return the client of the project's embedded broker, which answers in process; its file is made if need be."""
    from contracts.broker.embedded.inprocess import session_for

    database = settings.root / DATABASE
    return client_for(
        BrokerAccess(URL),
        session_for(database),
        name=f"the embedded broker, {shown(database)}",
        # In process nothing gets lost on the way, and SQLite waits for its lock by itself.
        policy=RetryPolicy(attempts=1),
    )


def runs_in_ci(environ: Mapping[str, str]) -> bool:
    """Is this a CI job? Every CI service sets `CI`."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def _timeout(named: float | None, environ: Mapping[str, str]) -> float:
    said = environ.get(TIMEOUT, "").strip() if named is None else str(named)
    try:
        seconds = float(said) if said else LONGEST
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _DAY:
        raise MisuseError(
            f"{'--broker-timeout' if named is not None else TIMEOUT}: {said!r} is no number of seconds up to a day",
            next_step="say seconds, such as 60",
        )
    return seconds
