"""A Markdown document as a tree of sections, paragraphs, list items and table rows, each with its lines.

A heading holds what follows it up to the next heading of its level; a paragraph that is bold throughout works
as a heading below all others; a paragraph that ends with a colon holds the list or table that follows it.
Code blocks, comments, struck-out text and front matter say nothing and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BOLD_LEVEL = 7
LABEL_LEVEL = 8
_COLONS = (":", "：")  # noqa: RUF001 - the full-width colon is a colon
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_HTML_LINES = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on one line.

    Attributes:
        kind: plain text, text formatted as code, or a forced line break.
    """

    kind: Literal["text", "code", "break"]
    text: str
    line: int


@dataclass(slots=True)
class TreeNode:
    """A piece of the document's structure.

    Attributes:
        level: of a heading, 1 to 6, or of what works as one.
        cells: of a table row; a row's own pieces are those of its cells, joined.
        children: in order; a table's first row is its header.
    """

    kind: Literal["root", "heading", "paragraph", "item", "table", "row"]
    line: int
    pieces: tuple[Piece, ...] = ()
    level: int = 0
    cells: tuple[tuple[Piece, ...], ...] = ()
    children: list[TreeNode] = field(default_factory=list)


def parse_markdown(text: str) -> TreeNode:
    """Parse a document.

    Args:
        text: Markdown with any line ends, with or without front matter.

    Returns:
        The root of its tree.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # Blank lines take the place of what is dropped, so that every line keeps its number.
    text = _FRONT_MATTER.sub(_blank, text, count=1)
    text = _HTML_LINES.sub(_blank, text)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    root = TreeNode("root", 1)
    _Builder(root).build(iter(tokens))
    return root


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


class _Builder:
    """Puts block tokens into the tree."""

    def __init__(self, root: TreeNode) -> None:
        # The open nodes, outermost first; each list item opens a stack of headings of its own.
        self.open = [root]

    def build(self, tokens: Iterator[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    inline = next(tokens)
                    self._heading(int(token.tag[1:]), inline)
                case "paragraph_open":
                    self._paragraph(next(tokens))
                case "list_item_open":
                    self._add(TreeNode("item", _line(token)), enter=True)
                case "list_item_close":
                    self._leave("item")
                case "bullet_list_close" | "ordered_list_close":
                    self._close_labels()
                case "table_open":
                    self._table(tokens, token)
                    self._close_labels()
                case _:
                    pass

    def _add(self, node: TreeNode, *, enter: bool) -> None:
        self.open[-1].children.append(node)
        if enter:
            self.open.append(node)

    def _leave(self, kind: str) -> None:
        while self.open.pop().kind != kind:
            pass

    def _close_labels(self) -> None:
        if self.open[-1].level == LABEL_LEVEL:
            self.open.pop()

    def _heading(self, level: int, inline: Token, kind: Literal["heading", "paragraph"] = "heading") -> None:
        while self.open[-1].kind in ("heading", "paragraph") and self.open[-1].level >= level:
            self.open.pop()
        self._add(TreeNode(kind, _line(inline), pieces_of(inline), level), enter=True)

    def _paragraph(self, inline: Token) -> None:
        pieces = pieces_of(inline)
        self._close_labels()
        parent = self.open[-1]
        if parent.kind == "item" and not parent.pieces and not parent.children:
            parent.pieces = pieces
        elif _is_bold(inline):
            self._heading(BOLD_LEVEL, inline)
        elif "".join(piece.text for piece in pieces).rstrip().endswith(_COLONS):
            self._heading(LABEL_LEVEL, inline, "paragraph")
        else:
            self._add(TreeNode("paragraph", _line(inline), pieces), enter=False)

    def _table(self, tokens: Iterator[Token], opened: Token) -> None:
        table = TreeNode("table", _line(opened))
        self._add(table, enter=False)
        line, cells = table.line, list[tuple[Piece, ...]]()
        for token in tokens:
            if token.type == "table_close":
                return
            if token.type == "tr_open":
                line, cells = _line(token), []
            elif token.type == "inline":
                cells.append(pieces_of(token, line))
            elif token.type == "tr_close":
                joined = tuple(piece for cell in cells for piece in (*cell, Piece("break", "", line)))
                table.children.append(TreeNode("row", line, joined, cells=tuple(cells)))


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _is_bold(inline: Token) -> bool:
    children = [child for child in inline.children or () if child.type != "text" or child.content.strip(" :")]
    if len(children) < 2 or children[0].type != "strong_open":
        return False
    closed = next((index for index, child in enumerate(children) if child.type == "strong_close"), -1)
    return closed == len(children) - 1


def pieces_of(inline: Token, line: int | None = None) -> tuple[Piece, ...]:
    """Return the text of an inline token, without what is struck out, images and markup."""
    pieces: list[Piece] = []
    line = _line(inline) if line is None else line
    struck = code = 0
    for child in inline.children or ():
        tag = child.content.strip("</> ").lower() if child.type == "html_inline" else ""
        step = -1 if child.content.startswith("</") else 1
        if child.type in ("s_open", "s_close") or tag in ("s", "del", "strike"):
            struck += {"s_open": 1, "s_close": -1}.get(child.type, step)
        elif tag in ("code", "kbd", "tt"):
            code += step
        elif child.type == "softbreak":
            line += 1
            pieces.append(Piece("text", " ", line))
        elif child.type == "hardbreak" or tag.split(" ")[0] == "br":
            line += child.type == "hardbreak"
            pieces.append(Piece("break", "", line))
        elif child.type in ("text", "code_inline") and not struck:
            kind: Literal["text", "code"] = "code" if child.type == "code_inline" or code else "text"
            pieces.append(Piece(kind, child.content, line))
    return tuple(pieces)
