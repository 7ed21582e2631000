"""Blocks drawn for a terminal, with rich; imported only where one looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contracts.report.blocks import Block, Entry, Gap, Grid, Group, Line, Title
from contracts.report.look import Look

_STYLES = {
    "passed": "green",
    "failed": "bold red",
    "pending": "yellow",
    "error": "bold magenta",
    "findings": "bold red",
    "violations": "bold red",
    "errors": "bold magenta",
    "notes": "bold cyan",
    "unassigned": "dim",
}


def drawn_text(blocks: Iterable[Block], look: Look) -> str:
    """Return the blocks as a terminal shows them, without the last line end.

    Text is drawn as it is: rich's markup in it means nothing, and what is too wide is folded, never cut.
    """
    console = Console(
        file=StringIO(),
        force_terminal=True,
        color_system="standard" if look.color else None,
        no_color=not look.color,
        width=look.width,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        safe_box=not look.encoding.lower().startswith("utf"),
    )
    with console.capture() as capture:
        for block in blocks:
            console.print(_drawn(block))
    return capture.get().rstrip("\n")


def _drawn(block: Block) -> RenderableType:
    match block:
        case Title(text):
            return Text(text, style="bold", overflow="fold")
        case Group(name):
            return Text(f"\n{name}", style=_STYLES.get(name, "bold"))
        case Grid():
            grid = _grid(block.headings, block.rows, right=block.right)
            return _indented(grid) if block.indented else grid
        case Entry():
            return _entry(block)
        case Line(text):
            return _indented(Text(text, overflow="fold"))
        case Gap():
            return Text("")


def _indented(drawn: RenderableType) -> Padding:
    return Padding(drawn, (0, 0, 0, 2))


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str]) -> Table:
    drawn = Table(show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(Text(heading), overflow="fold", justify="right" if heading in right else "left")
    for row in rows:
        drawn.add_row(*(_styled(cell) for cell in row))
    return drawn


def _styled(cell: str) -> Text:
    """Return a cell in the colour of the verdict that it names."""
    words = cell.replace(",", " ").split()
    style = next((_STYLES[word] for word in words if word in _STYLES), "")
    return Text(cell, style=style, overflow="fold")


def _entry(entry: Entry) -> RenderableType:
    body = Table.grid(padding=(0, 2), pad_edge=False)
    body.add_column(no_wrap=True)
    body.add_column(overflow="fold")
    for label, value in (("message", entry.message), *entry.fields):
        body.add_row(Text(label, style="dim"), Text(value))
    whole = Table.grid()
    whole.add_column(overflow="fold")
    whole.add_row(Text(entry.head, style="bold", overflow="fold"))
    whole.add_row(_indented(body))
    return _indented(whole)
