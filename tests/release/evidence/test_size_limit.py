"""A broker behind a proxy that takes no large request: the result arrives, the evidence doesn't."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from contracts.broker.access import BrokerAccess
from contracts.broker.client import client_for
from contracts.broker.embedded.app import create_app
from tests.release.evidence.story import Story, publish_as
from tests.release.evidence.test_keeping import captures, sent
from tests.release.project import CONSUMER
from tests.release.test_every_consumer import SECOND


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of a request."""


@contextmanager
def proxied(database: Path, most: int) -> Iterator[str]:
    """Serve a broker behind what answers 413 to a larger body, as proxies do: with a page of HTML."""
    app: Any = create_app(database)

    def proxy(environ: Any, start_response: Any) -> Any:
        if int(environ.get("CONTENT_LENGTH") or 0) > most:
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start_response("413 Request Entity Too Large", [("Content-Type", "text/html")])
            return [b"<html><h1>413 Request Entity Too Large</h1></html>"]
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, proxy, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)


def test_a_result_that_is_too_large_is_posted_without_its_evidence(
    quick: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Said, and exit 0; the second result doesn't try again. A smaller run keeps its evidence."""
    with proxied(tmp_path / "behind.sqlite", 20_000) as url:
        monkeypatch.setenv("PACT_BROKER_BASE_URL", url)
        story = Story(type(quick.cli)(quick.cli.capture, client_for(BrokerAccess(url))), quick.root)
        publish_as(story, "c1")
        publish_as(story, "a1", consumer=SECOND)
        right = sent()
        many = [
            {**right, "context": f"test {number}", "body": right["body"].replace('"id": "', f'"id": "{uuid4().hex}-')}
            for number in range(1500)
        ]
        done = story.verify("p1", captures(story, *many))
        assert "nothing was kept: it is too large for the broker, or for a proxy before it (413)" in done.out
        for consumer in (CONSUMER, SECOND):
            (found,) = story.results("p1", consumer).values()
            assert found.success
            assert found.run
            assert found.run.evidence is None
        assert "kept with the result" in story.verify("p2", captures(story, sent())).out
