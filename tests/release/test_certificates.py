"""A broker behind a certificate authority of one's own."""

from __future__ import annotations

import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from contracts.broker.access import access_from
from contracts.broker.client import client_for
from contracts.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/hal+json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return the address of an https server on loopback, and the certificate that it has to be trusted by."""
    folder = tmp_path_factory.mktemp("certificates")
    certificate, key = folder / "ca.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), _Index) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}", certificate
        server.shutdown()
        thread.join(timeout=10)


@pytest.mark.parametrize("variable", ["PACT_BROKER_CA_FILE", "SSL_CERT_FILE"])
def test_the_own_authority_is_trusted_where_it_is_named(secured: tuple[str, Path], variable: str) -> None:
    """A file of certificates is named by this project's variable, or by the one of the official client."""
    url, certificate = secured
    access = access_from({variable: str(certificate)}, url)
    assert access is not None
    assert client_for(access).index() == {}


def test_the_variable_of_requests_is_kept(secured: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """REQUESTS_CA_BUNDLE works as everywhere else."""
    url, certificate = secured
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    access = access_from({}, url)
    assert access is not None
    assert client_for(access).index() == {}


def test_the_own_file_comes_before_the_variable_of_requests(
    secured: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is named for the broker isn't overridden by what is meant for everything."""
    url, certificate = secured
    other = tmp_path / "other.pem"
    other.write_bytes(b"")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    access = access_from({"PACT_BROKER_CA_FILE": str(certificate)}, url)
    assert access is not None
    assert client_for(access).index() == {}


def test_an_unknown_authority_is_refused_at_once_and_says_what_to_name(secured: tuple[str, Path]) -> None:
    """Nothing is sent to a server that isn't trusted, and nothing is tried again."""
    url, _ = secured
    access = access_from({"PACT_BROKER_TOKEN": "secret-token"}, url)
    assert access is not None
    with pytest.raises(BrokerError, match="certificate isn't trusted") as caught:
        client_for(access).index()
    assert "PACT_BROKER_CA_FILE" in (caught.value.next_step or "")
    assert "attempts" not in caught.value.what


def test_a_file_that_holds_no_certificate_is_said(secured: tuple[str, Path], tmp_path: Path) -> None:
    """A CA file with something else in it ends in an error and in no traceback."""
    url, _ = secured
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", encoding="utf-8")
    access = access_from({"PACT_BROKER_CA_FILE": str(file)}, url)
    assert access is not None
    with pytest.raises(BrokerError):
        client_for(access).index()
