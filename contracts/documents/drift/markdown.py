"""A Markdown document as a row of blocks, each with its line and with a level that says what stands under what.

A block holds those that follow it up to the next one of its level or a lower one: a heading its section, an item what
is nested in it; a paragraph that is bold throughout works as a heading below all others, one that ends with a colon as
a heading of what it announces. Code blocks, comments, struck-out text and front matter say nothing and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

BREAK = "\x1e"
"""A forced line break; a line feed only begins the next line of the document."""
BOLD, LABEL, ITEM, TEXT = 7, 8, 9, 10
"""Levels below the headings' 1 to 6; what stands in a list's item adds the item's own."""
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LABELLED = re.compile(r"\n(?=[^\S\n]*\w[\w ()]{0,30}[:：])")  # noqa: RUF001 - the full-width colon is a colon
# 30 lists in each other; what is nested deeper is left out by the parser, and told as lost.
_NESTING = 60
_BRACKETS = 500
_WITH_TEXT = ("inline", "fence", "code_block", "html_block", "tr_open")
_NO_BRACKETS = str.maketrans("[]<", "(){")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, an item, a table, or what isn't read as one of them.

    Attributes:
        text: its own words; code stands between backticks.
        rows: of a table, each with its line; the first is the header.
    """

    kind: Literal["heading", "text", "item", "table", "html"]
    line: int
    level: int
    text: str = ""
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """Parse a document.

    Args:
        text: Markdown whose lines end with line feeds, with or without front matter.

    Yields:
        Its blocks; at last the lines that the parser left out, because they are nested too deeply or define a link.
    """
    # Blank lines take the place of what is dropped, so that every line keeps its number.
    if front := _FRONT_MATTER.match(text):
        text = "\n" * front[0].count("\n") + text[front.end() :]
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "brackets", _bound_brackets)
    tokens = parser.parse(text)
    yield from _blocks(iter(tokens))
    kept = [token.map for token in tokens if token.map and token.type in _WITH_TEXT]
    seen = {line for lines in kept for line in range(*lines)}
    for line, content in enumerate(text.split("\n")):
        if line not in seen and content.strip():
            yield Block("html", line + 1, 0, content)


def _bound_brackets(state: StateCore) -> None:
    # The parser looks for the end of each link and tag again: of many hundreds in one paragraph none is read as one.
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") + token.content.count("<") > _BRACKETS:
            token.content = token.content.translate(_NO_BRACKETS)


def _blocks(tokens: Iterator[Token]) -> Iterator[Block]:
    depth, item = 0, 0
    for token in tokens:
        match token.type:
            case "list_item_open":
                if item:
                    yield Block("item", item, ITEM + (depth - 1) * TEXT)
                depth, item = depth + 1, _line(token)
            case "list_item_close":
                depth, item = depth - 1, 0
            case "heading_open":
                yield Block("heading", _line(token), int(token.tag[1:]) + depth * TEXT, _text(next(tokens)))
            case "paragraph_open":
                inline = next(tokens)
                text = _text(inline)
                # A bold sentence is one all the same.
                bold = _is_bold(inline) and not text.rstrip().endswith(".")
                if item:
                    yield Block("item", _line(inline), ITEM + (depth - 1) * TEXT, text)
                else:
                    label = BOLD if bold else LABEL if text.rstrip().endswith((":", "：")) else TEXT  # noqa: RUF001
                    yield Block("heading" if bold else "text", _line(inline), label + depth * TEXT, text)
                item = 0
            case "table_open":
                yield Block("table", _line(token), TEXT + depth * TEXT, rows=tuple(_rows(tokens)))
            case "html_block":
                text = _TAG.sub(" ", _without_comments(token.content))
                yield Block("html", _line(token), TEXT + depth * TEXT, text)


def _rows(tokens: Iterator[Token]) -> Iterator[tuple[int, tuple[str, ...]]]:
    line, cells = 1, list[str]()
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            line, cells = _line(token), []
        elif token.type == "inline":
            cells.append(_text(token))
        elif token.type == "tr_close":
            yield line, tuple(cells)


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
    kinds = [child.type for child in inline.children or () if child.type != "text" or child.content.strip(" :")]
    return kinds[:1] == ["strong_open"] and kinds.index("strong_close") == len(kinds) - 1


def _text(inline: Token) -> str:
    """Return the text of an inline token, without what is struck out, images and markup."""
    text, struck = "", 0
    for child in inline.children or []:
        tag = child.content.strip("</> ").lower() if child.type == "html_inline" else ""
        if child.type in ("s_open", "s_close") or tag in ("s", "del", "strike"):
            struck += -1 if child.type == "s_close" or child.content.startswith("</") else 1
        elif child.type == "softbreak":
            text += "\n"
        elif child.type == "hardbreak" or tag.split(" ")[0] == "br":
            text += BREAK + "\n" * (child.type == "hardbreak")
        elif not struck and tag in ("code", "kbd", "tt"):
            text += "`"
        elif not struck and child.type == "code_inline":
            text += "`" + child.content.replace("`", "'") + "`"
        elif not struck and child.type == "text":
            text += child.content.replace("`", "'")
    # "Producer: …" at the begin of a line is a line of its own, though Markdown runs the two together.
    return _LABELLED.sub(BREAK + "\n", text)
