"""From nothing to gated releases, a promotion through all repositories, a rollback and a hotfix: by what is printed.

A contract, a consumer, an emitter in Python that sends with httpx, and one in Node, each with a repository and an
environment of its own, beside one served broker. No command is typed here that neither a page of the repository nor
the output of another command names.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.release.brokers import served
from tests.story.repositories import ROOT, Repository, World, new_world, strange
from tests.story.steps import Teams, next_of, steps_of, typed

ORDERS = ROOT / "tests" / "story" / "orders"
TOKEN = "the token of everybody"
IMPLEMENTED = 'STATED = ("order_placed", "order_paid")'


@dataclass(frozen=True)
class Story:
    """The teams; the emitters' repositories are made when the contract's wheel is there."""

    world: World
    contract: Repository
    desk: Repository
    shop: Repository
    warehouse: Repository

    @property
    def all(self) -> tuple[Repository, ...]:
        """Every repository."""
        return (self.contract, self.desk, self.shop, self.warehouse)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Four empty folders and a broker that takes a token."""
    if shutil.which("node") is None:
        pytest.skip("node is missing; .ci/install-packages installs it")
    folder = tmp_path_factory.mktemp("four repositories")
    world = new_world(folder)
    with served(folder / "broker.sqlite", token=TOKEN) as (url, _):
        shell = {"PACT_BROKER_BASE_URL": url, "PACT_BROKER_TOKEN": TOKEN}
        yield Story(world, *(world.repository(name, **shell) for name in ("contract", "desk", "shop", "warehouse")))


def test_the_story(story: Story) -> None:
    """Each chapter begins where the last one ended."""
    wheel = the_architect_releases_a_contract(story)
    the_consumer_publishes_what_it_reads(story, wheel)
    the_emitters_begin(story, wheel)
    everything_is_released_by_what_is_printed(story)
    older = story.desk.git("rev-parse", "HEAD"), story.shop.git("rev-parse", "HEAD")
    a_planned_event_is_promoted(story)
    what_is_left_behind_is_no_way_back(story, *older)
    a_hotfix_goes_out_and_a_broken_one_does_not(story)
    nobody_speaks_of_another_domain(story)


def the_architect_releases_a_contract(story: Story) -> Path:
    """`init` is green; six events and three emitters take the example's place, and the check says what to do then."""
    contract = story.contract
    contract.prepare(story.world.toolkit)
    contract.type("contracts init contract orders --event order_placed --consumer order-desk --emitter shop")
    contract.type("contracts check")
    for file in ("events.py", "emitters.toml"):
        shutil.copy(ORDERS / file, contract.folder / "orders_contract")
    stale = contract.type("contracts check", code=1)
    for command in typed(stale.text.partition("  next: ")[2].partition("\n")[0]):
        contract.type(command)
    for command in contract.readme():
        contract.type(command)
    assert contract.git("init", "-q", "-b", "main") == ""
    contract.commit("Begin")
    (wheel,) = (contract.folder / "dist").glob("*.whl")
    return wheel


def the_consumer_publishes_what_it_reads(story: Story, wheel: Path) -> None:
    """Two pacts reach the broker, the third waits, and a release is refused with the way to it."""
    desk = story.desk
    desk.prepare(story.world.toolkit, wheel)
    desk.type(f'contracts init consumer --contract "{wheel}"')
    shutil.copy(ORDERS / "handler.py", desk.folder / "order_desk")
    shutil.copy(ORDERS / "expectations.py", desk.folder / "consumer_tests" / "test_expectations.py")
    install, capture, check, publish, ask = desk.readme("CONTRACTS.md")
    for command in (install, capture):
        desk.type(command)
    assert "5 expectations, 3 pacts, up to date" in desk.type(check).text
    desk.commit("Begin")
    assert "not published, no implemented pair: pacts/planned/order-desk-bank-bridge.json" in desk.type(publish).text
    for command in typed(next_of(desk.type(ask, code=2))):
        desk.type(f"{command} --production")
    desk.type(ask, code=1)


def the_emitters_begin(story: Story, wheel: Path) -> None:
    """Both states what is implemented, and each CI is green."""
    for repository, kind in ((story.shop, "python"), (story.warehouse, "node")):
        repository.prepare(story.world.toolkit, wheel)
        name = repository.folder.name
        repository.type(f'contracts init emitter {name} --kind {kind} --contract "{wheel}"')
        if kind == "python":
            shutil.copy(ORDERS / "emitter.py", repository.folder / "shop")
        repository.commit("Begin")
        first = repository.type(repository.readme("CONTRACTS.md")[0])
        assert "passed 1, pending 1, failed 0, violations 0" in first.text


def everything_is_released_by_what_is_printed(story: Story) -> None:
    """The consumer asks and is told what is missing, until there is nothing; an emitter's yes names what records it."""
    ask = story.desk.readme("CONTRACTS.md")[-1]
    for emitter in (story.shop, story.warehouse):
        told = next_of(story.desk.type(ask, code=1))
        assert told.startswith(f"release {emitter.folder.name} first: ")
        deployed(emitter, typed(told)[0])
    deployed(story.desk, ask)


def deployed(repository: Repository, ask: str) -> None:
    """Ask, and record what is deployed then, as the yes says."""
    yes = repository.type(ask)
    assert "can be released to production: yes" in yes.text
    repository.type(typed(next_of(yes))[0])


def a_planned_event_is_promoted(story: Story) -> None:
    """In the consumer's repository the way is printed; it begins in the contract's, which asks the broker first."""
    promote = typed(steps_of(story.desk.type("contracts promote shop order_paid", code=2))[0])[0]
    assert "order_paid isn't ready in production" in story.contract.type(promote, code=1).text
    file = story.shop.folder / "shop" / "emitter.py"
    file.write_text(
        file.read_text(encoding="utf-8").replace('STATED = ("order_placed",)', IMPLEMENTED), encoding="utf-8"
    )
    story.shop.commit("State what was paid")
    ready = story.shop.type(story.shop.readme("CONTRACTS.md")[2])
    assert "ready: promote it" in ready.text
    story.shop.type(typed(next_of(ready))[0])
    by_name = {"order-desk": story.desk, "shop": story.shop}
    teams = Teams(by_name, story.contract, "orders_contract-0.1.0", "orders_contract-0.2.0")
    *steps, last = steps_of(story.contract.type(promote))
    for step in steps:
        if "unless it was judged again" in step:
            assert "order_paid    passed" in story.desk.type(story.desk.readme("CONTRACTS.md")[-1]).text
        else:
            teams.take(step)
    assert last.startswith("in warehouse's repository, in bank-bridge's repository, each at its own time: raise")
    for repository in (story.shop, story.warehouse):
        teams.raised(repository)
        repository.type("ci/install")
        repository.commit("Raise the contract")
        later = repository.type(repository.readme("CONTRACTS.md")[2])
        assert "judged by orders-contract 0.2.0" in later.text
        repository.type(typed(next_of(later))[0])


def what_is_left_behind_is_no_way_back(story: Story, older_desk: str, older_shop: str) -> None:
    """The shop's older version doesn't state what is read now; it is one again once the consumer has gone back."""
    ask = "contracts can-i-deploy {} --version {} --to-environment production"
    no = story.shop.type(ask.format("shop", older_shop), code=1)
    assert "order_paid" in no.text
    newer = story.desk.git("rev-parse", "HEAD")
    # The shop's version that runs has never met the consumer's older one: the refusal says how it does.
    back = ask.format("order-desk", older_desk)
    told = next_of(story.desk.type(back, code=1))
    assert told.startswith(f"in shop's checkout of {story.shop.git('rev-parse', 'HEAD')}: ")
    story.shop.type(typed(told)[0])
    deployed(story.desk, back)
    assert "yes" in story.shop.type(ask.format("shop", older_shop)).text
    deployed(story.desk, ask.format("order-desk", newer))


def a_hotfix_goes_out_and_a_broken_one_does_not(story: Story) -> None:
    """From the version that runs, on a branch of its own."""
    file = story.shop.folder / "shop" / "emitter.py"
    mended = file.read_text(encoding="utf-8").replace("timeout=10)", "timeout=20)")
    story.shop.git("switch", "-q", "-c", "hotfix")
    file.write_text(mended.replace(IMPLEMENTED, 'STATED = ("order_placed",)'), encoding="utf-8")
    story.shop.commit("Mend one thing and break another")
    gate = story.shop.readme("CONTRACTS.md")[2]
    broken = story.shop.type(gate, code=5).text
    assert "order_paid is implemented, and nothing was emitted" in broken
    file.write_text(mended, encoding="utf-8")
    story.shop.commit("Mend it")
    gone_out = story.shop.type(gate)
    assert "can be released to production: yes" in gone_out.text
    story.shop.type(typed(next_of(gone_out))[0])


def nobody_speaks_of_another_domain(story: Story) -> None:
    """In nothing that was printed, and in no file that a repository holds."""
    assert [done for done in story.world.said if strange(done.text)] == []
    for repository in story.all:
        assert [name for name, text in repository.written() if strange(text)] == []
