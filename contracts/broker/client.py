"""The client of a Pact Broker: starts at the index and follows its links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from contracts.broker import hal
from contracts.broker.access import BrokerAccess
from contracts.broker.answer import BrokerAnswer
from contracts.broker.deadline import Allowance
from contracts.broker.retry import RetryPolicy
from contracts.broker.transport import Transport


class BrokerClient:
    """One broker, as the modules beside this one ask it.

    Args:
        transport: the way to the broker.
        name: the broker as people know it, for messages; its base URL where nothing is given.
    """

    def __init__(self, transport: Transport, name: str | None = None) -> None:
        self._transport = transport
        self.name = name or transport.access.url
        self._index: dict[str, Any] | None = None
        self._kept: dict[str, dict[str, Any]] = {}

    def index(self) -> dict[str, Any]:
        """Return the broker's index, which every path starts from.

        Raises:
            BrokerError: it can't be reached, refuses, or is no Pact Broker.
        """
        if self._index is None:
            self._index = self.get("", doing="asking the broker for its index")
        return self._index

    def link(self, relation: str, **values: str) -> str:
        """Return the address of a link of the index, its template filled in."""
        return hal.link(self.index(), relation, **values)

    def foreign_links(self) -> tuple[tuple[str, str], ...]:
        """Return the links of the index that lead to another host, each with its relation: none is ever followed."""
        known = self.index().get("_links")
        found = [
            (relation, place)
            for relation in (known if isinstance(known, dict) else ())
            for entry in hal.links(self.index(), relation)
            if (place := self._transport.elsewhere(str(entry.get("href", "")))) is not None
        ]
        return tuple(dict(found).items())

    def get(self, url: str, *, doing: str, params: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
        """Fetch a document that has to be there.

        Args:
            doing: what it is for, as in "fetching the pact", for the error.

        Raises:
            BrokerError: any other answer than 200 with a JSON object.
        """
        answer = self.ask("GET", url, params=params)
        if answer.status != 200:
            raise answer.refusal(doing)
        return answer.mapping()

    def get_once(self, url: str, *, doing: str) -> dict[str, Any]:
        """Fetch a document that never changes, such as a result that was posted: the first time that it is asked for.

        Raises:
            BrokerError: as `get` raises it.
        """
        if url not in self._kept:
            self._kept[url] = self.get(url, doing=doing)
        return self._kept[url]

    def find(self, url: str, *, doing: str, params: Iterable[tuple[str, str]] = ()) -> dict[str, Any] | None:
        """Fetch a document, or return None where the broker answers that there is none (404).

        Raises:
            BrokerError: any other answer than 404, or 200 with a JSON object.
        """
        answer = self.ask("GET", url, params=params)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.refusal(doing)
        return answer.mapping()

    def ask(self, method: str, url: str, *, params: Iterable[tuple[str, str]] = ()) -> BrokerAnswer:
        """Send a reading request and return the answer, whatever its status."""
        return self._transport.ask(method, url, params=params, repeatable=True)

    def send(
        self, method: str, url: str, body: Any, *, repeatable: bool, content_type: str = "application/json"
    ) -> BrokerAnswer:
        """Send a JSON document and return the answer, whatever its status."""
        return self._transport.ask(method, url, body=body, repeatable=repeatable, content_type=content_type)


def client_for(
    access: BrokerAccess,
    session: requests.Session | None = None,
    name: str | None = None,
    policy: RetryPolicy | None = None,
    timeout: float = float("inf"),
) -> BrokerClient:
    """Return the client of a broker.

    Args:
        session: sends the requests; a new one where none is given.
        name: the broker as people know it.
        policy: when requests are repeated.
        timeout: seconds that the broker may take, all answers together.
    """
    transport = Transport(session or requests.Session(), access, policy or RetryPolicy(), allowance=Allowance(timeout))
    return BrokerClient(transport, name)
