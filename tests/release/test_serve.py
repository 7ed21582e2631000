"""`contracts broker serve`: addresses, tokens, signals."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from contracts.broker.access import access_from
from contracts.broker.client import client_for
from contracts.errors import BrokerError
from tests.release.brokers import served
from tests.release.commands import Cli


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """The address is printed once it listens; SIGTERM ends it with exit 0, and the file stays."""
    database = tmp_path / "b.sqlite"
    with served(database) as (url, process):
        access = access_from({}, url)
        assert access is not None
        assert "_links" in client_for(access).index()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert database.is_file()


@pytest.mark.parametrize("way", ["variable", "file"])
def test_a_token_is_asked_for(tmp_path: Path, way: str) -> None:
    """With a token every client has to bear it, and a client without one is told which variable to set."""
    file = tmp_path / "token"
    file.write_text("s3cret-token\n", encoding="utf-8")
    options = ("--token-file", str(file)) if way == "file" else ()
    with served(tmp_path / "b.sqlite", *options, token="s3cret-token" if way == "variable" else "") as (url, _):
        bearing = access_from({"PACT_BROKER_TOKEN": "s3cret-token"}, url)
        bare = access_from({}, url)
        assert bearing is not None
        assert bare is not None
        assert "_links" in client_for(bearing).index()
        with pytest.raises(BrokerError, match="401") as caught:
            client_for(bare).index()
    assert "PACT_BROKER_TOKEN" in (caught.value.next_step or "")


def test_other_addresses_need_a_token(own_cli: Cli) -> None:
    """Listening for other machines without a token is refused before anything listens."""
    done = own_cli("broker", "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it is refused
    assert done.code == 2
    assert "token" in done.err


def test_a_file_without_a_token_is_misuse(own_cli: Cli, tmp_path: Path) -> None:
    """An empty file of a token must not mean that no token is asked for."""
    file = tmp_path / "token"
    file.write_text("\n", encoding="utf-8")
    assert own_cli("broker", "serve", "--token-file", str(file)).code == 2
    assert own_cli("broker", "serve", "--token-file", str(tmp_path / "none")).code == 2


def test_a_port_that_is_taken_is_exit_4(own_cli: Cli, tmp_path: Path) -> None:
    """The address can't be listened on: said with the address."""
    with served(tmp_path / "b.sqlite") as (url, _):
        port = url.rsplit(":", 1)[1]
        done = own_cli("broker", "serve", "--port", port)
    assert done.code == 4
    assert port in done.err
