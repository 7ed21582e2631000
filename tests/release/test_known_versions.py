"""What a report says of versions: where they are deployed, and what the broker holds of them."""

from __future__ import annotations

import pytest

from contracts.broker.client import BrokerClient
from contracts.errors import MisuseError
from contracts.model.deployment import KnownVersion
from contracts.project.broker_choice import DATABASE
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.release.known_versions import broker_at_hand, known_versions
from tests.release.commands import Cli, emissions, verify_and_post
from tests.release.project import COMPLETED, CONSUMER, TRACKER, add_consumer_tests


@pytest.fixture
def deployed(cli: Cli, settings: Settings) -> BrokerClient:
    """A broker that knows two environments, and one version of each party in some of them."""
    add_consumer_tests(settings.root)
    assert cli("capture").code == 0
    for name in ("production", "test"):
        assert cli("create-environment", name).code == 0
    assert cli("publish", "--version", "c1", "--branch", "main").code == 0
    verify_and_post(cli.client, emissions(settings.root / "p1.ndjson", (COMPLETED,)), "p1", branch="feat/x")
    for place, versions in {"production": (CONSUMER, TRACKER), "test": (TRACKER,)}.items():
        for name in versions:
            version = "c1" if name == CONSUMER else "p1"
            assert cli("record-deployment", name, "--version", version, "--to-environment", place).code == 0
    return cli.client


def test_each_version_is_listed_once_with_its_places(deployed: BrokerClient, settings: Settings) -> None:
    """The consumer comes first; an emitter's version says what it was verified with."""
    assert known_versions(deployed, load_domain(settings).registry) == (
        KnownVersion(CONSUMER, "c1", "main", ("production",)),
        KnownVersion(TRACKER, "p1", "feat/x", ("production", "test"), "success with c1"),
    )


def test_an_empty_broker_has_no_versions(cli: Cli, settings: Settings) -> None:
    """A broker without environments is asked and answers nothing."""
    assert known_versions(cli.client, load_domain(settings).registry) == ()


def test_the_report_shows_what_the_broker_knows(deployed: BrokerClient, cli: Cli, settings: Settings) -> None:
    """The page has the versions; without a driver the exit is 3 all the same."""
    assert deployed is cli.client
    done = cli("report", "--html", "report.html")
    assert done.code == 3, done.err
    html = (settings.root / "report.html").read_text(encoding="utf-8")
    assert "success with c1" in html
    assert "production, test" in html


def test_a_broker_that_can_not_be_reached_costs_the_versions_and_exit_4(cli: Cli, settings: Settings) -> None:
    """The page is written without them, and the exit code says so; 4 comes before 3."""
    done = cli("report", "--html", "report.html", "--broker-base-url", "http://127.0.0.1:9")
    assert done.code == 4, done.err
    assert "written without the versions" in done.err
    assert (settings.root / "report.html").is_file()


def test_a_report_makes_no_broker(settings: Settings) -> None:
    """Without a broker none is made, and a CI job needn't name one; two at once are refused."""
    assert broker_at_hand(settings, {"CI": "true"}) is None
    assert not (settings.root / DATABASE).exists()
    with pytest.raises(MisuseError):
        broker_at_hand(settings, {}, base_url="http://127.0.0.1:9", embedded=True)
