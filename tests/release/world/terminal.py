"""Typing commands in this process, quickly: what a process would load anew each time is kept between them."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urljoin

import requests
from flask import Flask
from requests.structures import CaseInsensitiveDict
from werkzeug.serving import WSGIRequestHandler, make_server

from contracts.broker.answer import BrokerAnswer
from contracts.broker.client import BrokerClient
from contracts.broker.embedded import inprocess, store
from contracts.broker.embedded.context import STORE_KEY
from contracts.broker.transport import ACCEPTED, Transport
from contracts.cli.app import main
from contracts.expectations import pacts
from contracts.expectations.expectation import Expectation, expect
from contracts.expectations.recording import RecordedExpectations
from contracts.model.events import Catalogue
from contracts.model.registry import Registry
from contracts.model.registry_toml import parse_registry
from contracts.model.strict_json import JsonRefusedError, decode
from contracts.pact_core.verifier import Replayed
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from tests.release.project import CI_VARIABLES

ENVELOPE = ("specversion", "id", "source", "type", "time")
EXPECTATIONS = "expectations.json"


@dataclass(frozen=True)
class Printed:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that a person sees of it."""
        return self.out + self.err


def typed(folder: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> Printed:
    """Run `contracts …` in a folder, with variables as a CI job sets them."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    environment = {name: value for name, value in os.environ.items() if name not in CI_VARIABLES} | dict(variables)
    with (
        chdir(folder),
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "argv", ["contracts", *arguments]),
        # A command holds it for good, and leaves its project's folder on the path; this process goes on.
        patch.object(os, "_exit", os._exit),
        patch.object(sys, "path", list(sys.path)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        interrupted = signal.getsignal(signal.SIGINT)
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            # At its end a command leaves an interrupt to the system.
            signal.signal(signal.SIGINT, interrupted)
    if code in (130, 143):
        # It was this process that was to end, not the command.
        raise KeyboardInterrupt
    printed = Printed(code, out.getvalue(), err.getvalue())
    assert "Traceback" not in printed.text, printed.text
    assert "a defect of the toolkit" not in printed.text, printed.text
    return printed


@dataclass
class Clock:
    """The broker's clock: each look at it is a while later, so that no two writes share a moment by chance."""

    moment: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    step: timedelta = timedelta(seconds=0.7)

    def now(self, zone: Any) -> datetime:
        """Take `datetime.now`'s place."""
        self.moment += self.step
        return self.moment.astimezone(zone)


@contextmanager
def quickly(*, second_opinion: bool = False, real_capture: bool = False) -> Iterator[None]:
    """Keep the broker's application between commands, and leave out what takes half a second or more.

    Args:
        second_opinion: have the official verifier replay each interaction's first emission all the same.
        real_capture: run the consumer tests in pytest, instead of reading what they expect.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(inprocess, "session_for", _SESSIONS))
        stack.enter_context(patch.object(Transport, "ask", _asked))
        stack.enter_context(patch("contracts.project.domain.parse_registry", _parsed))
        stack.enter_context(patch.object(BrokerClient, "index", _kept_index))
        stack.enter_context(patch.object(BrokerClient, "get_once", _kept))
        stack.enter_context(patch.object(store, "datetime", Clock()))
        stack.enter_context(patch.object(pacts, "build_pacts", _built))
        if not second_opinion:
            stack.enter_context(patch("contracts.pact_core.verifier.replay", _agreeing))
        if not real_capture:
            stack.enter_context(patch("contracts.consumer.pact_writing._record", _recorded))
        yield


class _Sessions:
    """One application for every history; its file is the one that is asked for.

    Attributes:
        kept: what the broker on that file answered and never changes, by its address.
    """

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self._make = inprocess.session_for
        self._session: requests.Session | None = None
        self._file: Path | None = None

    @property
    def app(self) -> Flask:
        """The application."""
        assert self._session is not None
        app: Flask = self._session.get_adapter(inprocess.BASE_URL)._app  # type: ignore[attr-defined]
        return app

    def __call__(self, database: Path) -> requests.Session:
        file = database.resolve()
        if self._session is None:
            self._session = self._make(file)
        elif file != self._file:
            self.close()
            self.app.config[STORE_KEY] = store.Store(file)
        self._file = file
        return self._session

    def close(self) -> None:
        """Close the file that is open."""
        if self._session is not None:
            self.app.config[STORE_KEY].close()
        self._file = None
        self.kept.clear()


_SESSIONS = _Sessions()
_index, _get_once = BrokerClient.index, BrokerClient.get_once


def _asked(
    transport: Transport,
    method: str,
    url: str,
    *,
    params: Iterable[tuple[str, str]] = (),
    body: Any = None,
    content_type: str = "application/json",
    **_: Any,
) -> BrokerAnswer:
    """Ask the application that is in this process, without what a connection takes."""
    request = requests.PreparedRequest()
    request.method = method
    request.url = urljoin(f"{transport.access.url}/", url) + (f"?{urlencode(list(params))}" if params else "")
    request.headers = CaseInsensitiveDict({"Accept": ACCEPTED, "Content-Type": content_type})
    request.body = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    response = transport.session.get_adapter(inprocess.BASE_URL).send(request)
    text = response.raw.read().decode()
    try:
        document = decode(text)
    except JsonRefusedError:
        document = None
    kind, date = (response.headers.get(name, "") for name in ("Content-Type", "Date"))
    return BrokerAnswer(f"{method} {request.url}", response.status_code, kind, document, transport.access, text, date)


@cache
def _parsed_text(text: str, file: str, catalogue: Catalogue) -> Registry:
    return parse_registry(text, file=file, catalogue=catalogue)


def _parsed(text: str, *, file: str, catalogue: Catalogue) -> Registry:
    """Read a registry once for the same text."""
    return _parsed_text(text, file, catalogue)


def _kept_index(client: BrokerClient) -> dict[str, Any]:
    if "" not in _SESSIONS.kept:
        _SESSIONS.kept[""] = _index(client)
    return _SESSIONS.kept[""]


def _kept(client: BrokerClient, url: str, *, doing: str) -> dict[str, Any]:
    """Keep, from one command to the next, what a client keeps as long as a command runs."""
    if url not in _SESSIONS.kept:
        _SESSIONS.kept[url] = _get_once(client, url, doing=doing)
    return _SESSIONS.kept[url]


def close_broker() -> None:
    """Close the file of the broker that was spoken to last: all of it is on the disk then, and can be copied."""
    _SESSIONS.close()


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of a request."""


@contextmanager
def serve_current() -> Iterator[str]:
    """Serve the broker of whichever history is being told, on a port of this machine; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        _SESSIONS(Path(folder) / "none-yet.sqlite")
        server = make_server("127.0.0.1", 0, _SESSIONS.app, threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _agreeing(_: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
    return tuple(case.accepted for case in cases)


def _recorded(settings: Settings, *_: object) -> RecordedExpectations:
    """Return what the consumer tests of a world's project expect; they read it from the same file."""
    text = (settings.root / settings.consumer_tests / EXPECTATIONS).read_text(encoding="utf-8")
    return _recording_of(text, load_domain(settings).catalogue)


@cache
def _recording_of(text: str, catalogue: Catalogue) -> RecordedExpectations:
    reads = json.loads(text)
    return RecordedExpectations(
        tuple(
            expect(
                catalogue, event, "it is read", [*ENVELOPE, *(f"data.{key}" for key in keys)], test="test_it_is_read"
            ).expectation
            for event, keys in reads.items()
        )
    )


_build = pacts.build_pacts
_BUILT: dict[tuple[str, str, int], Mapping[str, bytes]] = {}


def _built(expectations: Iterable[Expectation], catalogue: Catalogue, registry: Registry) -> Mapping[str, bytes]:
    """Build pacts once for the same expectations and registry: the same bytes follow."""
    wanted = tuple(expectations)
    asked = (repr(wanted), registry.model_dump_json(), id(catalogue))
    if asked not in _BUILT:
        _BUILT[asked] = _build(wanted, catalogue, registry)
    return _BUILT[asked]
