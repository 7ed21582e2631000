"""Drawing for a terminal, with rich; imported only where one looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contracts.model.printable import one_line, printable
from contracts.model.verdict import Finding, Verification
from contracts.report.console import HEADINGS, last_lines, pair_rows, remarks, sections
from contracts.report.look import Look
from contracts.report.text import finding_fields

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


def draw(parts: Iterable[RenderableType], look: Look) -> str:
    """Return the parts as a terminal shows them, without the last line end.

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
        for part in parts:
            console.print(part)
    return look.fits(capture.get().rstrip("\n"))


def grid(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> Table:
    """Return a table whose cells are folded, and whose verdicts have their colours beside their words."""
    drawn = Table(show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(Text(heading), overflow="fold", justify="right" if heading in right else "left")
    for row in rows:
        drawn.add_row(*(styled(cell) for cell in row))
    return drawn


def styled(cell: str) -> Text:
    """Return a cell in the colour of the verdict that it names."""
    words = cell.replace(",", " ").split()
    style = next((_STYLES[word] for word in words if word in _STYLES), "")
    return Text(cell, style=style, overflow="fold")


def draw_verification(run: Verification, look: Look) -> str:
    """Return what one run found out, drawn for a terminal."""
    return draw(_parts(run), look)


def _parts(run: Verification) -> Iterator[RenderableType]:
    yield Text(one_line(run.emitter), style="bold", overflow="fold")
    yield Padding(grid(HEADINGS, pair_rows(run), right=("emissions",)), (0, 0, 0, 2))
    for title, findings in sections(run):
        if findings:
            yield Text(f"\n{title}", style=_STYLES[title])
            yield from (_finding(event, finding) for event, finding in findings)
    for title, lines in remarks(run):
        if lines:
            yield Text(f"\n{title}", style="bold")
            yield from (Padding(Text(line, overflow="fold"), (0, 0, 0, 2)) for line in lines)
    yield Text("")
    for line in last_lines(run):
        yield Text(line, style="bold", overflow="fold")


def _finding(event: str, finding: Finding) -> RenderableType:
    head = Text(one_line(f"{event} {finding.rule}".strip()), style="bold", overflow="fold")
    body = Table.grid(padding=(0, 2), pad_edge=False)
    body.add_column(no_wrap=True)
    body.add_column(overflow="fold")
    body.add_row(Text("message", style="dim"), Text(printable(finding.message)))
    for label, value in finding_fields(finding):
        body.add_row(Text(label, style="dim"), Text(value))
    whole = Table.grid()
    whole.add_column(overflow="fold")
    whole.add_row(head)
    whole.add_row(Padding(body, (0, 0, 0, 2)))
    return Padding(whole, (0, 0, 0, 2))
