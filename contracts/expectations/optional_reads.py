"""What consumers read and no pact can hold: fields that may be absent or null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.expectations.expectation import Expectation
from contracts.expectations.recording import unique
from contracts.model.events import Catalogue
from contracts.model.schemas import shape_of
from contracts.model.shapes import Node, nodes
from contracts.model.written_pacts import OptionalRead


def optional_reads(expectations: Iterable[Expectation], catalogue: Catalogue) -> tuple[OptionalRead, ...]:
    """Return the optional fields that are read, of each expectation, in the order of their keys.

    What stands in an optional object isn't named beside it, unless it alone is read.
    """
    found = []
    for one in sorted(unique(expectations), key=lambda expectation: expectation.key):
        known = [node for node in nodes(shape_of(catalogue[one.event])) if node.field is not None]
        paths = dict.fromkeys(path for read in one.reads for path in _unpromised(known, read))
        found += [OptionalRead(one.event, one.title, path) for path in paths]
    return tuple(found)


def _unpromised(known: list[Node], read: str) -> Iterator[str]:
    if any(node.path == read and not node.promised for node in known):
        yield read
        return
    last = ""
    for node in known:
        inside = node.path.startswith((f"{read}.", f"{read}["))
        if inside and not node.promised and not (last and node.path.startswith((f"{last}.", f"{last}["))):
            last = node.path
            yield last
