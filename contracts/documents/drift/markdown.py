"""A Markdown document as a tree of sections, paragraphs, list items and table rows, each with its line.

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
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

BOLD_LEVEL = 7
LABEL_LEVEL = 8
BREAK = "\x1e"
"""A forced line break; a line feed only begins the next line of the document."""
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LABELLED = re.compile(r"\s*\w[\w ()]{0,30}[:：]")  # noqa: RUF001 - the full-width colon is a colon
_COLONS = (":", "：")  # noqa: RUF001
# 30 lists in each other; what is nested deeper is left out by the parser, and told by `lost`.
_NESTING = 60
_BRACKETS = 500
_NO_BRACKETS = str.maketrans("[]<", "(){")


@dataclass(slots=True)
class TreeNode:
    """A piece of the document's structure.

    Attributes:
        text: its own words; code stands between backticks.
        level: of a heading, 1 to 6, or of what works as one.
        cells: of a table row.
        children: in order; a table's first row is its header.
    """

    kind: Literal["root", "heading", "paragraph", "item", "table", "row", "html"]
    line: int
    text: str = ""
    level: int = 0
    cells: tuple[str, ...] = ()
    children: list[TreeNode] = field(default_factory=list)


def parse_markdown(text: str) -> TreeNode:
    """Parse a document.

    Args:
        text: Markdown whose lines end with line feeds, with or without front matter.

    Returns:
        The root of its tree. Lines that the parser left out, because they are nested too deeply or define a link,
        are its last children.
    """
    # Blank lines take the place of what is dropped, so that every line keeps its number.
    if front := _FRONT_MATTER.match(text):
        text = "\n" * front[0].count("\n") + text[front.end() :]
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "brackets", _bound_brackets)
    tokens = parser.parse(text)
    root = TreeNode("root", 1)
    _Builder(root).build(iter(tokens))
    root.children += _lost(text, tokens)
    return root


def _bound_brackets(state: StateCore) -> None:
    # The parser looks for the end of each link and tag again: of many hundreds in one paragraph none is read as one.
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") + token.content.count("<") > _BRACKETS:
            token.content = token.content.translate(_NO_BRACKETS)


def _lost(text: str, tokens: list[Token]) -> Iterator[TreeNode]:
    seen = {
        line
        for token in tokens
        if token.map and token.type in ("inline", "fence", "code_block", "html_block", "tr_open")
        for line in range(*token.map)
    }
    for line, content in enumerate(text.split("\n")):
        if line not in seen and content.strip():
            yield TreeNode("html", line + 1, content)


class _Builder:
    """Puts block tokens into the tree."""

    def __init__(self, root: TreeNode) -> None:
        # The open nodes, outermost first; each list item opens a stack of headings of its own.
        self.open = [root]

    def build(self, tokens: Iterator[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    self._heading(int(token.tag[1:]), next(tokens))
                case "paragraph_open":
                    self._paragraph(next(tokens))
                case "list_item_open":
                    self._add(TreeNode("item", _line(token)), enter=True)
                case "list_item_close":
                    while self.open.pop().kind != "item":
                        pass
                case "bullet_list_close" | "ordered_list_close":
                    self._close_labels()
                case "table_open":
                    self._table(tokens, token)
                    self._close_labels()
                case "html_block":
                    self._html(token)
                case _:
                    pass

    def _add(self, node: TreeNode, *, enter: bool = False) -> None:
        self.open[-1].children.append(node)
        if enter:
            self.open.append(node)

    def _close_labels(self) -> None:
        if self.open[-1].level == LABEL_LEVEL:
            self.open.pop()

    def _heading(self, level: int, inline: Token, kind: Literal["heading", "paragraph"] = "heading") -> None:
        while self.open[-1].kind in ("heading", "paragraph") and self.open[-1].level >= level:
            self.open.pop()
        self._add(TreeNode(kind, _line(inline), text_of(inline), level), enter=True)

    def _paragraph(self, inline: Token) -> None:
        text = text_of(inline)
        self._close_labels()
        parent = self.open[-1]
        if parent.kind == "item" and not parent.text and not parent.children:
            parent.text = text
        elif _is_bold(inline):
            self._heading(BOLD_LEVEL, inline)
        elif text.rstrip().endswith(_COLONS):
            self._heading(LABEL_LEVEL, inline, "paragraph")
        else:
            self._add(TreeNode("paragraph", _line(inline), text))

    def _table(self, tokens: Iterator[Token], opened: Token) -> None:
        table = TreeNode("table", _line(opened))
        self._add(table)
        line, cells = table.line, list[str]()
        for token in tokens:
            if token.type == "table_close":
                return
            if token.type == "tr_open":
                line, cells = _line(token), []
            elif token.type == "inline":
                cells.append(text_of(token))
            elif token.type == "tr_close":
                table.children.append(TreeNode("row", line, " | ".join(cells), cells=tuple(cells)))

    def _html(self, token: Token) -> None:
        self._add(TreeNode("html", _line(token), _TAG.sub(" ", _without_comments(token.content))))


def _without_comments(html: str) -> str:
    """Drop each comment but its line feeds; one that never ends may hide what readers see, and stays."""
    kept, place = [], 0
    while (begin := html.find("<!--", place)) >= 0 and (end := html.find("-->", begin)) >= 0:
        kept += [html[place:begin], "\n" * html.count("\n", begin, end)]
        place = end + 3
    return "".join([*kept, html[place:]])


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _is_bold(inline: Token) -> bool:
    children = [child for child in inline.children or () if child.type != "text" or child.content.strip(" :")]
    if len(children) < 2 or children[0].type != "strong_open":
        return False
    closed = next((index for index, child in enumerate(children) if child.type == "strong_close"), -1)
    return closed == len(children) - 1


def text_of(inline: Token) -> str:
    """Return the text of an inline token, without what is struck out, images and markup."""
    parts: list[str] = []
    struck = 0
    for child in inline.children or []:
        tag = child.content.strip("</> ").lower() if child.type == "html_inline" else ""
        step = -1 if child.content.startswith("</") else 1
        if child.type in ("s_open", "s_close") or tag in ("s", "del", "strike"):
            struck += {"s_open": 1, "s_close": -1}.get(child.type, step)
        elif tag in ("code", "kbd", "tt"):
            parts.append("" if struck else "`")
        elif child.type == "softbreak":
            parts.append("\n")
        elif child.type == "hardbreak" or tag.split(" ")[0] == "br":
            parts.append(BREAK + "\n" * (child.type == "hardbreak"))
        elif child.type == "code_inline" and not struck:
            parts.append("`" + child.content.replace("`", "'") + "`")
        elif child.type == "text" and not struck:
            parts.append(child.content.replace("`", "'"))
    lines = "".join(parts).split("\n")
    # "Producer: …" at the begin of a line is a line of its own, though Markdown runs the two together.
    return "".join(
        part + ("" if i + 1 == len(lines) else (BREAK if _LABELLED.match(lines[i + 1]) else "") + "\n")
        for i, part in enumerate(lines)
    )
