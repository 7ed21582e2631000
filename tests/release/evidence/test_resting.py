"""On what an answer rests: the emitter's own run, or one that was judged again; shown wherever a result is."""

from __future__ import annotations

import pytest

from contracts.broker.embedded import URL
from contracts.broker.embedded.inprocess import session_for
from contracts.project.broker_choice import DATABASE
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.release.known_versions import known_versions
from contracts.release.readiness import Lack, live_versions
from tests.release.evidence.story import PRODUCTION, Story, publish_as
from tests.release.evidence.test_reverify import BOTH, begin, registry
from tests.release.project import COMPLETED, CONSUMER, ENTERED, TRACKER
from tests.release.test_every_consumer import SECOND


def ask(story: Story, version: str, *options: str) -> str:
    """Ask `can-i-deploy` for the service, and return what it prints."""
    return story.cli("can-i-deploy", CONSUMER, "--version", version, *PRODUCTION, *options).out


def test_a_yes_says_on_what_it_rests(quick: Story) -> None:
    """Its own run of a date, or judged again from that run; each under which contract. Untested rules stay untested."""
    begin(quick, *BOTH)
    own = next(iter(quick.results("p1").values())).run
    assert own
    digest = own.contract[:12]
    said = ask(quick, "c1")
    assert "  its own run of 20" in said
    assert f", under the contract's version 1.0.0 ({digest})" in said
    publish_as(quick, "c2", implemented=BOTH)
    assert quick.cli("reverify", *PRODUCTION).code == 0
    said = ask(quick, "c2")
    assert "can be released to production: yes" in said
    assert "  judged again at 20" in said
    assert f"from its own run {own.id[:8]} of " in said
    assert f"untested: repeat-changes-id, repeat-changes-content, id-reused of {COMPLETED}" in said
    (row,) = quick.answer(CONSUMER, "c2")["rows"]
    assert [source["id"] for source in row["judged_again"]] == [own.id]
    assert row["contract_version"] == "1.0.0"


def test_what_was_judged_again_can_be_left_out(quick: Story) -> None:
    """--own-runs-only: a new pact has no result then, and one that the emitter itself kept has that one."""
    begin(quick, COMPLETED)
    registry(quick, "v2.0.0", **{ENTERED: "implemented"})
    publish_as(quick, "c2", implemented=BOTH)
    assert quick.cli("reverify", *PRODUCTION).code == 1
    publish_as(quick, "c1.1")
    assert quick.cli("reverify", *PRODUCTION).code == 1
    answers = {
        (version, options): quick.answer(CONSUMER, version, *options)["answer"]
        for version in ("c1.1", "c2")
        for options in ((), ("--own-runs-only",))
    }
    assert answers == {
        ("c1.1", ()): "no",
        ("c1.1", ("--own-runs-only",)): "yes",
        ("c2", ()): "no",
        ("c2", ("--own-runs-only",)): "unknown",
    }
    said = ask(quick, "c2", "--own-runs-only")
    assert f"warning: --own-runs-only: {TRACKER} p1 with {CONSUMER} c2: what was judged again is left out" in said
    failed = ask(quick, "c2")
    assert f"    not-emitted: {ENTERED} is implemented, and nothing was emitted" in failed


@pytest.mark.usefixtures("ticking")
def test_what_was_judged_again_speaks_for_no_pact_that_it_left(quick: Story) -> None:
    """A promotion rests on the runs that were judged again as well: another consumer's expectation isn't forgotten."""
    publish_as(quick, "c1")
    publish_as(quick, "a1", consumer=SECOND, metadata={"ce-tenant": "acme"})
    quick.run("p1", *BOTH)
    quick.deploy(TRACKER, "p1")
    publish_as(quick, "c2", implemented=BOTH)
    quick.cli("reverify", *PRODUCTION)
    assert len(quick.results("p1")) == 2
    domain = load_domain(load_settings(quick.root))
    pair = domain.registry.pair(TRACKER, ENTERED)
    assert pair
    (version,) = live_versions(quick.cli.client, domain, pair, "production")
    assert version.lacks is Lack.EMISSION


def test_the_report_and_the_brokers_page_show_it_too(quick: Story) -> None:
    """A version's line in the report, and its page at the broker."""
    begin(quick, *BOTH)
    publish_as(quick, "c2", implemented=BOTH)
    assert quick.cli("reverify", *PRODUCTION).code == 0
    report = known_versions(quick.cli.client, load_domain(load_settings(quick.root)).registry)
    assert [one.verified for one in report] == ["success with c2 (judged again), c1"]
    page = session_for(quick.root / DATABASE).get(
        f"{URL}/pacticipants/{TRACKER}/versions/p1", headers={"Accept": "text/html"}
    )
    assert "from the evidence of run " in page.text
    assert "2 emissions, in this result" in page.text
