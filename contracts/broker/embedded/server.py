"""The broker on a port."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from contracts.errors import BrokerError, MisuseError

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer, MultiSocketServer

_THREADS = 8
_MAX_BODY = 64 * 1024 * 1024
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(
    database: Path,
    host: str,
    port: int,
    token: str | None,
    ready: Callable[[str], None],
    *,
    patience: float = 10.0,
) -> None:
    """Serve the broker until SIGTERM or SIGINT; requests that were begun are answered.

    Args:
        database: the broker's file; created if it doesn't exist.
        host: the address to listen on; one that isn't loopback needs a token.
        port: the port; 0 takes a free one.
        token: what clients have to bear, if anything.
        ready: is told the broker's address once it listens.
        patience: how many seconds a write waits for another process that has the file locked.

    Raises:
        MisuseError: the address is reachable by others and there is no token.
        BrokerError: the address can't be listened on, or the file can't be used.
    """
    _refuse_to_be_open(host, token)
    listening = _listen(host, port)
    try:
        server = _server(listening, database, token or None, patience)
    except BaseException:
        listening.close()
        raise
    with _stopped_by_signals():
        try:
            ready(_url(listening))
            server.run()
        except KeyboardInterrupt:
            # A signal between readiness and the loop: the loop handles those that come later.
            pass
        finally:
            server.close()


def _server(
    listening: socket.socket, database: Path, token: str | None, patience: float
) -> BaseWSGIServer | MultiSocketServer:
    # Imported late: it is needed by nobody but who serves.
    from waitress.server import create_server

    from contracts.broker.embedded.app import create_app

    app = create_app(database, token=token, patience=patience)
    return create_server(
        app, sockets=[listening], threads=_THREADS, max_request_body_size=_MAX_BODY, ident="contracts-broker"
    )


def _refuse_to_be_open(host: str, token: str | None) -> None:
    if not token and not is_loopback(host):
        raise MisuseError(
            f"the broker would be open to everyone who can reach {host}",
            next_step="give it a token, or listen on 127.0.0.1",
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise BrokerError(
            f"can't listen on {host}:{port}: {error}", next_step="name a free port, or 0 for any"
        ) from error


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Return whether an address is reachable from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
