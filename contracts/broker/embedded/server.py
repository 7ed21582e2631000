"""The broker on a port."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from contracts.broker.embedded.callers import Callers
from contracts.broker.embedded.webhooks.settings import WebhookSettings
from contracts.errors import BrokerError
from contracts.model.connections import ConnectionLimits, Keeper, room_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from waitress.server import BaseWSGIServer

_THREADS = 8
_OWN_FILES = 2
"""What waitress counts beside the connections: the socket that listens, and the one that wakes it up."""
_MAX_BODY = 64 * 1024 * 1024
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(  # noqa: PLR0913 - what serving needs, by name
    database: Path,
    host: str,
    port: int,
    callers: Callers,
    ready: Callable[[str], None],
    *,
    patience: float = 10.0,
    base_url: str | None = None,
    webhooks: WebhookSettings | None = None,
    connections: ConnectionLimits | None = None,
) -> None:
    """Serve the broker until SIGTERM or SIGINT; requests that were begun are answered.

    Args:
        database: the broker's file; created if it doesn't exist.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        callers: who is served (`callers.served`).
        ready: is told the broker's address once it listens.
        patience: how many seconds a write waits for another process that has the file locked.
        base_url: the address that clients know the broker by, where something stands in front of it; else it is
            what a request, or the `X-Forwarded-*` headers of what forwarded it, says.
        webhooks: how webhooks are sent.
        connections: how many there may be, and how long each may bring nothing.

    Raises:
        BrokerError: the address can't be listened on, or the file can't be used.
    """
    # Imported late: Flask takes a quarter of a second, and who only asks for help doesn't wait for it.
    from contracts.broker.embedded.app import create_app, store_of
    from contracts.broker.embedded.webhooks.courier import Courier

    settings = webhooks or WebhookSettings()
    listening = _listen(host, port)
    try:
        app = create_app(database, callers=callers, patience=patience, base_url=base_url, webhooks=settings)
        server = _server(listening, app, connections or ConnectionLimits())
    except BaseException:
        listening.close()
        raise
    courier = Courier(store_of(app), settings)
    with _stopped_by_signals():
        try:
            courier.start()
            ready(_url(listening))
            server.run()
        except KeyboardInterrupt:
            # A signal between readiness and the loop: the loop handles those that come later.
            pass
        finally:
            server.close()
            courier.stop()


def _server(listening: socket.socket, app: WSGIApplication, limits: ConnectionLimits) -> BaseWSGIServer:
    # Imported late: it is needed by nobody but who serves.
    from waitress.server import create_server

    most = room_for(limits.most)
    # Of one socket it makes one server; its published types know neither that nor its table of connections.
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=_THREADS,
        max_request_body_size=_MAX_BODY,
        ident="contracts-broker",
        # What is forwarded is read by the application, with the prefix that waitress doesn't know.
        clear_untrusted_proxy_headers=False,
        connection_limit=most + _OWN_FILES,
        # Unlike select, poll knows no largest file number.
        asyncore_use_poll=True,
        cleanup_interval=1,
    )
    keeper, channels = Keeper(replace(limits, most=most)), server.active_channels
    # Waitress asks it each second; its own knows idle connections alone.
    server.maintenance = lambda now: keeper.end(tuple(channels.values()), now)
    made: BaseWSGIServer = server
    return made


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
