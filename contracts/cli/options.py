"""Options that several commands share, and the context they make: settings and domain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from contracts.flows.domain import load_domain
from contracts.flows.settings import Settings, load_settings
from contracts.model.domain import Domain

F = TypeVar("F", bound=Callable[..., Any])


def output_option(*formats: str) -> Callable[[F], F]:
    """Return the option `--output`; its first format is the default."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats or ("table", "json")),
        default=(formats or ("table", "json"))[0],
        show_default=True,
        help="What stdout carries; json is one document.",
    )


def project() -> tuple[Settings, Domain]:
    """Return the settings of the current folder's project and the domain that they name.

    Raises:
        MisuseError: the settings or the registry can't be used.
    """
    settings = load_settings(Path.cwd())
    return settings, load_domain(settings)


def echo_json(document: Any) -> None:
    """Print one JSON document, and nothing else, on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def leave(code: int) -> None:
    """End the command with an exit code."""
    raise click.exceptions.Exit(code)
