"""The broker as a WSGI application."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from contracts.broker.embedded.callers import Callers, is_own
from contracts.broker.embedded.context import STORE_KEY, Segment, UnsupportedTypeProblem, wants_page
from contracts.broker.embedded.differences import PAGE, missing_route
from contracts.broker.embedded.failures import StorageError
from contracts.broker.embedded.hal import BASE_URL_KEY, json_response
from contracts.broker.embedded.hal import base_url as base_url_of
from contracts.broker.embedded.problems import NotFoundProblem, Problem, answer
from contracts.broker.embedded.resources import (
    deployability,
    deployments,
    environments,
    index,
    pacts,
    participants,
    publishing,
    verification,
    versions,
)
from contracts.broker.embedded.resources import (
    webhooks as webhook_resources,
)
from contracts.broker.embedded.store import Store
from contracts.broker.embedded.webhooks.settings import WebhookSettings
from contracts.model.hosts import is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_PAGES = ("index.get_index", "participants.get_pacticipant", "versions.get_version")
_READABLE = ("application/hal+json", "application/json", "application/problem+json", "application/*", "*/*")


class EncodedSlashes:
    """Keeps a slash within a name apart from the slashes between the segments of a path.

    WSGI decodes the path before the application sees it, so a branch called `feat/x` would become two
    segments. What was percent-encoded as a slash or a percent sign stays encoded until `Segment` reads it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on with a path whose encoded slashes are still encoded."""
        raw = environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", ""), safe="/", encoding="latin-1")
        # A request line may hold the whole address (RFC 9112, section 3.2.2).
        raw = re.sub(r"^https?://[^/?]*", "", raw) or "/"
        environ["REQUEST_URI"] = raw
        path = re.sub(r"%(25|2[fF])", r"%25\1", raw.split("?")[0])
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        return self._application(environ, start_response)


class ProxyOfThisMachine:
    """Believes one hop of `X-Forwarded-*` headers, where what sent the request runs on this machine.

    Such a proxy says how clients see the broker, and the links lead there. From elsewhere anybody could say so; a
    proxy on another machine is named by the base URL.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._plain = application
        self._forwarded = ProxyFix(application, x_for=0, x_proto=1, x_host=1, x_port=1, x_prefix=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on, as the proxy's client made it where there is one to believe."""
        near = is_loopback(environ.get("REMOTE_ADDR") or "localhost")
        return (self._forwarded if near else self._plain)(environ, start_response)


ANYONE = Callers(any_name=True)


def create_app(
    database: Path,
    *,
    callers: Callers = ANYONE,
    patience: float = 10.0,
    base_url: str | None = None,
    webhooks: WebhookSettings | None = None,
) -> Flask:
    """Build the broker on a SQLite file.

    Args:
        database: the file; created if it doesn't exist.
        callers: who is served, whatever is asked but the heartbeat.
        patience: how many seconds a write waits for another process that has the file locked.
        base_url: the address that clients know the broker by; else it is what a request says.
        webhooks: how webhooks are sent; they are sent by who serves the broker (see `webhooks.courier`).

    Raises:
        StorageError: the file can't be used: another program's, of another schema, corrupt, locked ...
    """
    app = Flask("contracts.broker.embedded", static_folder=None)
    app.config[STORE_KEY] = Store(database, patience=patience)
    app.config[BASE_URL_KEY] = base_url.rstrip("/") if base_url else None
    app.config[webhook_resources.SETTINGS_KEY] = webhooks or WebhookSettings()
    app.url_map.converters["segment"] = Segment
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    # Two addresses of one thing are both answered: a client need not follow a redirection.
    app.url_map.redirect_defaults = False
    for module in (
        index,
        publishing,
        verification,
        pacts,
        versions,
        participants,
        environments,
        deployments,
        deployability,
        webhook_resources,
    ):
        app.register_blueprint(module.blueprint)
    app.before_request(lambda: _refuse(callers))
    app.after_request(_varying)
    _answer_errors(app)
    app.wsgi_app = ProxyOfThisMachine(EncodedSlashes(app.wsgi_app))  # type: ignore[method-assign]  # Flask's way
    return app


def store_of(app: Flask) -> Store:
    """Return the open file of a broker that was built."""
    store: Store = app.config[STORE_KEY]
    return store


def _varying(response: Response) -> Response:
    # An address answers a browser otherwise than a client: what keeps answers has to tell them apart.
    response.vary.add("Accept")
    return response


def _refuse(callers: Callers) -> Response | None:
    if not base_url_of(request):
        raise Problem(400, "The Host header names no host", title="Bad request")
    if any("\0" in str(name) for name in (request.view_args or {}).values()):
        # Nothing is stored under it, and not every client could read an answer that repeats it.
        raise Problem(400, "A name in the address holds a NUL", title="Bad request")
    if request.path != index.HEARTBEAT:
        _refuse_stranger(callers)
        refused = _refuse_bearer(callers)
        if refused is not None:
            return refused
    wanted = request.headers.get("Accept")
    if wanted and not any(kind in wanted for kind in _READABLE) and not (request.endpoint in _PAGES and wants_page()):
        return Response("", 406)
    return None


def _refuse_stranger(callers: Callers) -> None:
    original = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    host = original.get("HTTP_HOST")
    if host is not None and not callers.knows(host):
        raise Problem(421, f"This broker isn't known as '{host}'; --allow-host names it", title="Misdirected request")
    origin = request.headers.get("Origin")
    if origin is not None and not is_own(origin, request, base_url_of(request)):
        raise Problem(403, f"A page of '{origin}' isn't served", title="Foreign origin")


def _refuse_bearer(callers: Callers) -> Response | None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and request.method in ("GET", "HEAD") and request.authorization is not None:
        # A browser asks its user for a name and a password: the password is a token, to read with.
        scheme, given = "bearer", request.authorization.password or ""
    allowed = callers.may(given if scheme.lower() == "bearer" else "", request)
    if allowed:
        return None
    if allowed is None:
        schemes = ("Bearer", 'Basic realm="the token is the password"')
        return Response("", 401, [("WWW-Authenticate", one) for one in schemes], content_type="text/plain")
    raise Problem(403, "This token is for reading alone", title="Forbidden")


def _with_the_page(problem: NotFoundProblem) -> NotFoundProblem:
    missing = missing_route(request.environ["REQUEST_URI"].split("?")[0])
    return problem if missing is None else NotFoundProblem(f"There is no such address here: {missing.why} ({PAGE})")


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        if isinstance(error, UnsupportedTypeProblem):
            return Response("", error.status, content_type="application/hal+json;charset=utf-8")
        return answer(request, _with_the_page(error) if isinstance(error, NotFoundProblem) else error)

    @app.errorhandler(StorageError)
    def storage(error: StorageError) -> Response:
        _log.error("%s", error)
        return answer(request, Problem(error.status, f"{error.what}: {error.next_step}", title="Storage error"))

    @app.errorhandler(UnicodeError)
    def text(_: UnicodeError) -> Response:
        return answer(request, Problem(400, "the request holds text that UTF-8 can't", title="Invalid text"))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response | Any:
        if error.code == 404:
            return answer(request, _with_the_page(NotFoundProblem()))
        return Response("", error.code, [(k, v) for k, v in error.get_headers() if k in {"Allow", "Location"}])

    @app.errorhandler(Exception)
    def unforeseen(_: Exception) -> Response:
        reference = secrets.token_hex(5)
        _log.exception("unforeseen error %s in %s %s", reference, request.method, request.path)
        text = f"the broker broke; its log has the details under {reference}"
        if "application/problem+json" in request.headers.get("Accept", ""):
            return answer(request, Problem(500, text))
        return json_response({"error": {"message": text, "reference": reference}}, 500)
