"""Following the links of HAL documents (draft-kelly-json-hal), with the URI templates that a broker writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from contracts.errors import BrokerError

_VARIABLE = re.compile(r"\{([A-Za-z]\w*)\}")


def link(document: Mapping[str, Any], relation: str, **values: str) -> str:
    """Return the address of a document's link; `values` fill in its template.

    Raises:
        BrokerError: the document has no such link, or its template asks for something else.
    """
    found = optional_link(document, relation, **values)
    if found is None:
        raise BrokerError(
            f"the broker's answer has no link {relation}",
            next_step="check that the base URL is a Pact Broker's, of version 2.100 or newer",
        )
    return found


def optional_link(document: Mapping[str, Any], relation: str, **values: str) -> str | None:
    """Return the address of a document's link, or None where it has no such link."""
    entries = links(document, relation)
    return expand(str(entries[0]["href"]), **values) if entries else None


def links(document: Mapping[str, Any], relation: str) -> tuple[Mapping[str, Any], ...]:
    """Return every link of a relation as the document holds it, a single one or a list."""
    known = document.get("_links")
    value = known.get(relation) if isinstance(known, Mapping) else None
    entries = value if isinstance(value, list) else [value]
    return tuple(e for e in entries if isinstance(e, Mapping) and isinstance(e.get("href"), str))


def expand(template: str, **values: str) -> str:
    """Fill in a URI template of level 1 (RFC 6570); every value is percent-encoded, slashes too.

    Raises:
        BrokerError: the template has a variable that isn't given.
    """

    def fill(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise BrokerError(
                f"the broker's link {template} asks for {found[1]!r}, which is unknown here",
                next_step="check the broker's version: 2.100 or newer",
            )
        return quote(values[found[1]], safe="")

    return _VARIABLE.sub(fill, template)


def embedded(document: Mapping[str, Any], name: str) -> Any:
    """Return what a document embeds under `name`, or None."""
    known = document.get("_embedded")
    return known.get(name) if isinstance(known, Mapping) else None


def embedded_list(document: Mapping[str, Any], name: str, what: str) -> list[Any]:
    """Return the list that a document embeds under `name`, which a broker gives where it is empty too.

    Without it the answer is another one than was asked for, and nothing follows from what it doesn't hold.

    Args:
        what: what is read, as in "the list of environments".

    Raises:
        BrokerError: there is no such list.
    """
    found = embedded(document, name)
    if not isinstance(found, list):
        raise BrokerError(
            f"{what} can't be read: the broker's answer holds no list of {name}",
            next_step="check that the base URL is a Pact Broker's, of version 2.100 or newer",
        )
    return found


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Say that an answer has another form than a Pact Broker's, where reading it fails.

    Args:
        what: what is read, as in "the list of environments".

    Raises:
        BrokerError: the code inside met a missing key or a value of another type.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BrokerError(
            f"{what} can't be read: the broker's answer has another form ({type(error).__name__}: {error})",
            next_step="check that the base URL is a Pact Broker's, of version 2.100 or newer",
        ) from None
