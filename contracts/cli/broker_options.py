"""Options of the commands that speak to a broker."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from contracts.broker.client import BrokerClient
    from contracts.project.settings import Settings


@dataclass(frozen=True, slots=True)
class BrokerOption:
    """What the command line says of the broker."""

    base_url: str | None
    embedded: bool
    timeout: float | None

    def open(self, settings: Settings) -> BrokerClient:
        """Return the client of the broker that the options and variables name.

        Raises:
            MisuseError: none is named in a CI job, or what names it can't be used.
        """
        # What speaks to a broker takes its time to load: `verify` without one doesn't pay for it.
        from contracts.project.broker_choice import choose_broker

        return choose_broker(settings, os.environ, base_url=self.base_url, embedded=self.embedded, timeout=self.timeout)


broker_timeout_option = click.option(
    "--broker-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="How long the broker may take, all answers together; else CONTRACTS_BROKER_TIMEOUT. [default: 600]",
)


def broker_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--broker-base-url`, `--embedded` and `--broker-timeout`, handed over as one `broker`."""

    @click.option(
        "-b",
        "--broker-base-url",
        metavar="URL",
        help="The broker. Without it PACT_BROKER_BASE_URL, else the embedded one.",
    )
    @click.option(
        "--embedded",
        is_flag=True,
        help="Use the project's embedded broker (.contracts/broker.sqlite), in a CI job too.",
    )
    @broker_timeout_option
    @functools.wraps(command)
    def with_broker(
        *arguments: Any, broker_base_url: str | None, embedded: bool, broker_timeout: float | None, **options: Any
    ) -> None:
        command(*arguments, broker=BrokerOption(broker_base_url, embedded, broker_timeout), **options)

    return with_broker


allow_dirty_option = click.option(
    "--allow-dirty", is_flag=True, help="Publish a working copy that isn't what its commit holds; it is said."
)

branch_option = click.option(
    "--branch",
    metavar="BRANCH",
    help="Its branch. Where all pairs are planned and the version was never verified, the broker learns it by this.",
)


def known_branch(settings: Settings, given: str | None) -> str | None:
    """Return the branch that is said or found; None where there is none."""
    from contracts.project.version import find_branch

    found = find_branch(given, os.environ, settings.root)
    return found.value if found else None
