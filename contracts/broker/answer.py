"""What a broker answered, and what it said in doing so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker.access import BrokerAccess
from contracts.errors import BrokerError

_EXCERPT = 300
_LONGEST_TYPE = 60


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """One answer.

    Attributes:
        request: the method and the URL, for messages.
        content_type: as sent; empty where there was none.
        document: the JSON value; None where the body is no JSON.
        text: the body where it is no JSON.
        date: the broker's clock, as its Date header has it; empty where there was none.
        access: what the request was signed with; its secrets are kept out of every message.
    """

    request: str
    status: int
    content_type: str
    document: Any
    access: BrokerAccess
    text: str = ""
    date: str = ""

    @property
    def said(self) -> str:
        """The broker's own words, printable and cut to a readable length; empty where it said nothing."""
        sentences = list(dict.fromkeys(_sentences(self.document))) if self.document is not None else []
        if not sentences and "html" not in self.content_type:
            sentences = [self.text]
        words = self.access.redact(_printable("; ".join(s for s in sentences if s)))
        return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT]}…"

    def refusal(self, doing: str, next_step: str | None = None) -> BrokerError:
        """Return the error for this answer.

        Args:
            doing: what was asked for, as in "publishing the pacts".
            next_step: what to do, where the caller knows better than the status tells.
        """
        said = f": {self.said}" if self.said else ", without a reason"
        return BrokerError(
            f"{doing} failed: the broker answered {self.status} to {self.request}{said}",
            next_step=next_step or self._advice(),
        )

    def mapping(self) -> dict[str, Any]:
        """Return the JSON object of a successful answer.

        Raises:
            BrokerError: the body is something else, such as a login page or half a document.
        """
        if isinstance(self.document, dict):
            return self.document
        kind = _printable(self.content_type)[:_LONGEST_TYPE] or "a body without a type"
        kind = kind if self.text or self.document is not None else "an empty body"
        raise BrokerError(
            f"the broker answered {self.status} to {self.request} with {kind} that is no JSON object",
            next_step="check that the base URL is the broker's and that no login page or proxy answers in its place",
        )

    def _advice(self) -> str:
        if self.status in (401, 403):
            if self.access.source is None:
                return "set PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD"
            return f"check the credentials from {self.access.source}: they are wrong, or may read only"
        if self.status == 404:
            return "check the base URL and the names in it"
        if self.status == 429 or self.status >= 500:
            return "try again later; if it stays so, see the broker's log"
        if 300 <= self.status < 400:
            return "name the address that it redirects to as the base URL"
        return "mend what the broker names, then run this again"


def _printable(text: str) -> str:
    # What a server sends is shown on a terminal: no control characters, no line breaks.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _sentences(value: Any) -> Iterator[str]:
    """Yield what a Pact Broker says of a failure: `errors`, `error`, `notices` of type error, or problem+json."""
    if not isinstance(value, Mapping):
        return
    for key in ("error", "errors", "message", "detail"):
        yield from _strings(value.get(key), "")
    if not any(key in value for key in ("error", "errors", "detail")):
        yield from _strings(value.get("title"), "")
    notices = value.get("notices")
    for notice in notices if isinstance(notices, list) else ():
        if isinstance(notice, Mapping) and notice.get("type") == "error":
            yield from _strings(notice.get("text"), "")


def _strings(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, str):
        yield f"{name} {value}" if name else value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, name)
    elif isinstance(value, Mapping) and "detail" in value:
        yield from _strings(value["detail"], name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            # `contracts` and `message` are where the broker files a sentence that is whole without them.
            yield from _strings(item, "" if key in ("contracts", "message") else str(key))
