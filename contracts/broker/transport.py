"""Requests to the broker: signed, bounded in time and size, repeated where that is safe; nothing leaks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from urllib3.exceptions import LocationParseError

from contracts.broker.access import BrokerAccess
from contracts.broker.answer import BrokerAnswer
from contracts.broker.deadline import Allowance, within
from contracts.broker.retry import TRANSIENT_STATUSES, RetryPolicy
from contracts.errors import BrokerError
from contracts.model.hosts import is_loopback
from contracts.model.strict_json import JsonRefusedError, decode

ACCEPTED = "application/hal+json, application/json"
_CODINGS = ("gzip", "deflate")
"""How an answer may be compressed, and once: of several on top of each other a few bytes unpack to any size."""
MAX_BODY = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_LONGEST_LINK = 300
_LONGEST_CODING = 60
_LONGER = "say a longer --broker-timeout"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, for the next bytes, and for a whole answer."""

    connect: float = 5.0
    read: float = 30.0
    whole: float = 120.0


def written(body: Any) -> bytes:
    """Return a JSON value as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Transport:
    """The way to one broker.

    Attributes:
        session: what sends; a test or the embedded broker brings its own.
        sleep: waits between attempts.
        allowance: how long all of it may take.
    """

    session: requests.Session
    access: BrokerAccess
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    timeouts: Timeouts = field(default_factory=Timeouts)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    allowance: Allowance = field(default_factory=Allowance)

    def ask(
        self,
        method: str,
        url: str,
        *,
        repeatable: bool,
        params: Iterable[tuple[str, str]] = (),
        body: Any = None,
        content_type: str = "application/json",
    ) -> BrokerAnswer:
        """Send one request and return the answer, whatever its status.

        Args:
            url: absolute, or relative to the broker's base URL.
            repeatable: sending it twice is the same as once, so that it is repeated after 429, 5xx and breakdowns.
            body: a JSON value; None sends no body.

        Raises:
            BrokerError: no answer came, it broke off, the URL isn't the broker's, or the broker has taken as long as
                it may.
        """
        prepared = self._prepared(method, url, tuple(params), body, content_type)
        attempt = 0
        while True:
            attempt += 1
            self._refuse_longer()
            try:
                with self.allowance.spent():
                    answer, retry_after = self._exchanged(prepared)
            except (RequestException, TimeoutError) as error:
                unsent = isinstance(error, ConnectTimeout)
                pause = self.policy.pause(attempt) if (repeatable or unsent) and not _is_final(error) else None
                if pause is None or pause >= self.allowance.left:
                    raise self._breakdown(error, _line(prepared), attempt) from None
            else:
                if answer.status not in TRANSIENT_STATUSES or not (repeatable or answer.status == 429):
                    return answer
                pause = self.policy.pause(attempt, retry_after)
                if pause is None or pause >= self.allowance.left:
                    return answer
            with self.allowance.spent():
                self.sleep(pause)

    def _refuse_longer(self) -> None:
        if self.allowance.left <= 0:
            raise BrokerError(
                f"the broker has taken {self.allowance.seconds:g} s in all, which is as long as it may",
                next_step=f"check that it is up and quick, or {_LONGER}",
            )

    def elsewhere(self, url: str) -> str | None:
        """Return the host that a link leads to, if it isn't the broker's; what is no address leads nowhere."""
        try:
            address = urljoin(f"{self.access.url}/", url)
            same = _origin(address) == _origin_as_sent(self.access.url)
        except (RequestException, ValueError):
            return None
        return None if same else self.access.redact(_place(address))

    def _prepared(
        self, method: str, url: str, params: tuple[tuple[str, str], ...], body: Any, content_type: str
    ) -> requests.PreparedRequest:
        """Return the signed request, once its own address is known to be the broker's.

        `requests` and `urllib.parse` read some addresses differently ("http://other\\@broker/"), so that only the
        address of the request that will be sent can be judged, and the credentials are added after that.
        """
        headers = {"Accept": ACCEPTED, "Accept-Encoding": ", ".join(_CODINGS)}
        data = None
        if body is not None:
            headers["Content-Type"] = content_type
            data = written(body)
        try:
            request = requests.Request(method, urljoin(f"{self.access.url}/", url), headers, data=data, params=params)
            prepared = self.session.prepare_request(request)
            address = prepared.url or ""
            same = _origin(address) == _origin_as_sent(self.access.url)
        except (RequestException, LocationParseError, ValueError) as error:
            raise BrokerError(
                self.access.redact(f"a link of the broker is no address: {url[:_LONGEST_LINK]!r}: {_innermost(error)}"),
                next_step="have the broker know its own address (its base URL setting), or name another base URL",
            ) from None
        if not same:
            # Credentials go to the broker that was named and to nobody else.
            raise BrokerError(
                f"a link of the broker leads to {self.access.redact(_place(address))} instead of {self.access.url}",
                next_step="have the broker know its own address (its base URL setting, or the proxy's X-Forwarded "
                "headers), or name that address as the base URL",
            )
        if self.access.auth is not None:
            prepared.prepare_auth(self.access.auth)
        return prepared

    def _exchanged(self, prepared: requests.PreparedRequest) -> tuple[BrokerAnswer, str | None]:
        """Send a request and read its whole answer; return it with its Retry-After.

        Raises:
            TimeoutError: that took longer than the whole of it may.
        """
        if not isinstance(self.session.get_adapter(prepared.url or ""), HTTPAdapter):
            # What answers inside this process waits for nobody.
            return self._exchange(prepared)
        return within(min(self.timeouts.whole, self.allowance.left), lambda: self._exchange(prepared))

    def _exchange(self, prepared: requests.PreparedRequest) -> tuple[BrokerAnswer, str | None]:
        address = prepared.url or ""
        # No CA file named, it is what the variables of `requests` say; a session's own setting would lose to them.
        settings: Mapping[str, Any] = self.session.merge_environment_settings(
            address, _own_machine(address), True, self.access.ca_file, None
        )
        # Not by the session: it reads a redirect's address and its whole body, whether it is followed or not.
        response = self.session.get_adapter(address).send(
            prepared, timeout=(self.timeouts.connect, self.timeouts.read), **settings
        )
        return self._read(response, prepared), response.headers.get("Retry-After")

    def _read(self, response: requests.Response, prepared: requests.PreparedRequest) -> BrokerAnswer:
        body = bytearray()
        coding = response.headers.get("Content-Encoding", "").strip().lower()
        with response:
            if coding not in ("", "identity", *_CODINGS):
                raise BrokerError(
                    f"the broker's answer to {self.access.redact(_line(prepared))} is compressed in a way that it "
                    f"wasn't asked for ({coding[:_LONGEST_CODING]!r})",
                    next_step="check what proxy stands before it",
                )
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > MAX_BODY:
                    raise BrokerError(
                        f"the broker's answer to {_line(prepared)} is over {MAX_BODY // 1024 // 1024} MiB",
                        next_step="check that the base URL is the broker's",
                    )
        text = body.decode("utf-8", errors="replace")
        try:
            document = decode(text)
        except JsonRefusedError:
            document = None
        return BrokerAnswer(
            request=self.access.redact(_line(prepared)),
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            document=document,
            access=self.access,
            text="" if document is not None else text,
            date=response.headers.get("Date", ""),
        )

    def _breakdown(self, error: Exception, line: str, attempts: int) -> BrokerError:
        tried = f" ({attempts} attempts)" if attempts > 1 else ""
        request = self.access.redact(line)
        if isinstance(error, SSLError):
            return BrokerError(
                f"the broker's certificate isn't trusted: {self.access.redact(_innermost(error))}",
                next_step="name the file of your own certificate authority: PACT_BROKER_CA_FILE=/path/ca.pem",
            )
        if isinstance(error, Timeout | TimeoutError):
            return BrokerError(
                f"the broker didn't answer {request} in time{tried}",
                next_step=f"check that it is up and reachable, then run this again, or {_LONGER}",
            )
        what = "can't be reached" if isinstance(error, RequestsConnectionError) else "broke off its answer"
        return BrokerError(
            f"the broker {what}: {request}: {self.access.redact(_innermost(error))}{tried}",
            next_step="check that it is up and that the base URL is right, then run this again",
        )


def _own_machine(address: str) -> dict[str, str]:
    # No proxy can reach a broker that listens on this machine's loopback, whatever proxy the variables name.
    host = urlsplit(address).hostname or ""
    return {"no_proxy": host} if is_loopback(host) else {}


def _is_final(error: Exception) -> bool:
    return isinstance(error, SSLError | requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema)


def _innermost(error: BaseException) -> str:
    """Return the plainest reason of a chain of errors, such as "Connection refused"."""
    reason: BaseException = error
    for _ in range(10):
        inner = getattr(reason, "reason", None) or reason.__cause__ or reason.__context__
        inner = inner or next((a for a in reason.args if isinstance(a, BaseException)), None)
        if not isinstance(inner, BaseException):
            break
        reason = inner
    words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join(str(words).split())


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


@lru_cache(maxsize=32)
def _origin_as_sent(url: str) -> tuple[str, str, int | None]:
    return _origin(requests.Request("GET", url).prepare().url or "")


def _line(prepared: requests.PreparedRequest) -> str:
    return f"{prepared.method} {_place(prepared.url or '')}"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
