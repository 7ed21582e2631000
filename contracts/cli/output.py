"""The one way out: whatever a command prints goes through here, so that no name from outside commands a terminal or CI.

A version, a branch or a file may be called anything. Printed as it is, one with an escape sequence would draw on every
terminal that lists it, and one with `::error::` after a line end would be a command of everybody's CI.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from contracts.cli.streams import json_text
from contracts.model.printable import inert


def say(text: str = "", *, err: bool = False) -> None:
    """Print text, inert, and a line end.

    Args:
        err: on stderr, where everything goes that isn't the result.
    """
    click.echo(inert(text), err=err)


def show(rendered: str, *, nl: bool = True) -> None:
    """Print what a renderer made as it is: its colours are wanted, and what it quotes is inert already.

    Args:
        nl: end it with a line end.
    """
    click.echo(rendered, nl=nl)


def say_json(document: Any, *, indent: int | None = 2) -> None:
    """Print one JSON document, and nothing else, on stdout."""
    click.echo(json_text(document, indent))


def hand_over(content: bytes) -> None:
    """Print a file that the toolkit brings along, byte by byte."""
    sys.stdout.buffer.write(content)
