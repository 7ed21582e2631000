"""Where the broker is and how to enter it, from the variables that the Pact world knows; secrets are never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from contracts.errors import MisuseError

BASE_URL = "PACT_BROKER_BASE_URL"
TOKEN = "PACT_BROKER_TOKEN"
USERNAME = "PACT_BROKER_USERNAME"
PASSWORD = "PACT_BROKER_PASSWORD"
CA_FILES = ("PACT_BROKER_CA_FILE", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates; `requests` reads REQUESTS_CA_BUNDLE by itself."""

_LEAST_SECRET = 4


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """A broker's address and the credentials for it.

    Attributes:
        url: without user information and without a slash at its end.
        source: what the credentials were taken from, for messages; None where there are none.
        ca_file: a file of trusted certificates.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    source: str | None = None
    ca_file: str | None = None

    @property
    def auth(self) -> AuthBase | None:
        """What `requests` signs each request with."""
        if self.token is not None:
            return _Bearer(self.token)
        if self.username is not None:
            return HTTPBasicAuth(self.username.encode(), (self.password or "").encode())
        return None

    def redact(self, text: str) -> str:
        """Return `text` without this access's secrets, as they are and as a URL writes them."""
        for secret in (self.token, self.password):
            # A secret of one or two letters would blot out the message, and is none.
            if secret and len(secret) >= _LEAST_SECRET:
                for written in {secret, quote(secret, safe="")}:
                    text = text.replace(written, "***")
        return text


class _Bearer(AuthBase):
    """The bearer scheme (RFC 6750), which `requests` doesn't bring."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def access_from(environ: Mapping[str, str], base_url: str | None = None) -> BrokerAccess | None:
    """Read where the broker is and how to enter it.

    Args:
        environ: the process's variables.
        base_url: what the command line says; it comes before PACT_BROKER_BASE_URL, and may hold `user:password@`.

    Returns:
        None where no broker is named. A variable that is set to nothing counts as not set: that is what a CI
        job gets for a secret that doesn't exist.

    Raises:
        MisuseError: no http(s) URL, two kinds of credentials at once, or a file of certificates that isn't there.
    """
    named = base_url or environ.get(BASE_URL, "").strip()
    if not named:
        return None
    url, url_username, url_password = _without_user(named)
    token = _value(environ, TOKEN)
    username, password = _value(environ, USERNAME), environ.get(PASSWORD) or None
    named_by = USERNAME if username else None
    if url_username is not None:
        username, password, named_by = url_username, url_password, "the user information in the URL"
    if token and username is not None:
        raise MisuseError(
            f"both a token and a user name are given for the broker ({TOKEN}, {named_by})",
            next_step="keep one of the two",
        )
    source = TOKEN if token else named_by
    _refuse_unsendable(token, username, password)
    return BrokerAccess(url, token, username, password, source, _ca_file(environ))


def _value(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _without_user(named: str) -> tuple[str, str | None, str | None]:
    advice = "say it as https://broker.example"
    try:
        parts = urlsplit(named)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        raise MisuseError("the broker's base URL can't be read as a URL", next_step=advice) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MisuseError("the broker's base URL is no http or https URL", next_step=advice)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = urlunsplit((parts.scheme, f"{host}{port}", parts.path.rstrip("/"), "", ""))
    username = unquote(parts.username) if parts.username is not None else None
    password = unquote(parts.password) if parts.password is not None else None
    return url, username, password


def _refuse_unsendable(token: str | None, username: str | None, password: str | None) -> None:
    for name, secret in ((TOKEN, token), (USERNAME, username), (PASSWORD, password)):
        if secret and (not secret.isprintable() or (secret is token and not secret.isascii())):
            raise MisuseError(f"{name} holds characters that no HTTP header can carry", next_step="set it again")


def _ca_file(environ: Mapping[str, str]) -> str | None:
    for name in CA_FILES:
        file = _value(environ, name)
        if file is None:
            continue
        if not Path(file).is_file():
            raise MisuseError(f"{name} names {file}, which is no file", next_step="name a PEM file of certificates")
        return file
    return None
