"""Pages of a list, by the parameters that a real broker takes: `pageNumber` and `pageSize`, or `page` and `size`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request

from contracts.broker.embedded.context import here
from contracts.broker.embedded.problems import ValidationProblem

_NAMES = (("page", "size"), ("pageNumber", "pageSize"))
_SIZE = 100


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A part of a list of `total` members; `asked` says whether the request named it, `names` with which words."""

    number: int
    size: int
    total: int
    names: tuple[str, str]
    asked: bool

    @property
    def start(self) -> int:
        """The index of its first member."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """The index after its last member."""
        return self.start + self.size

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)


def asked_page(total: int) -> AskedPage:
    """Return the page that the request asks for; the first hundred members if it names none.

    Raises:
        ValidationProblem: a number is none, or below 1.
    """
    names = next((pair for pair in _NAMES if any(name in request.args for name in pair)), _NAMES[1])
    number, size = _number(names[0], 1), _number(names[1], _SIZE)
    return AskedPage(number, size, total, names, asked=any(name in request.args for name in names))


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not int(text[:9]) > 0 or len(text) > 9:
        raise ValidationProblem({name: ["must be a number from 1 up"]})
    return int(text)


def paged(document: dict[str, Any], page: AskedPage, *, always: bool = False) -> dict[str, Any]:
    """Say in a list's document which page it is, and where the next one is.

    Args:
        document: the document.
        page: the page.
        always: whether to say so too where no page was asked for and one holds everything.
    """
    if always or page.asked or page.pages > 1:
        document["page"] = {
            "number": page.number,
            "size": page.size,
            "totalElements": page.total,
            "totalPages": page.pages,
        }
    if page.number < page.pages:
        others = [(key, value) for key, value in parse_qsl(request.query_string.decode()) if key not in page.names]
        query = urlencode([*others, (page.names[0], page.number + 1), (page.names[1], page.size)])
        document["_links"]["next"] = {"href": f"{here()}?{query}"}
    return document
