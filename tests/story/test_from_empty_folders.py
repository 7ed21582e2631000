"""From an empty folder to the first verdict: what `init` writes is green, by the commands that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.story.repositories import World, new_world, strange


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A folder whose name holds a space and letters of another alphabet, as people's folders do."""
    return new_world(tmp_path_factory.mktemp("команды и контракт"))


def test_a_contract_and_its_consumer_begin_green(world: World) -> None:
    """The architect builds a wheel, the consumer installs it and captures, each by its own page; two contracts in one
    environment don't meet, for each repository has one of its own."""
    contract = world.repository("orders")
    contract.prepare(world.toolkit)
    contract.type("contracts init contract orders --event order_placed --consumer order-desk --emitter shop")
    first = contract.type("contracts check")
    assert "lint: 0 findings" in first.text
    for command in contract.readme():
        contract.type(command)
    (wheel,) = (contract.folder / "dist").glob("*.whl")

    consumer = world.repository("desk")
    consumer.prepare(world.toolkit, wheel)
    begun = consumer.type(f'contracts init consumer --contract "{wheel}"')
    assert "ci/requirements.txt" not in begun.text.partition("next:")[2], "everything was said"
    install, capture, check, *with_a_broker = consumer.readme("CONTRACTS.md")
    for command in (install, capture):
        consumer.type(command)
    checked = consumer.type(check)
    assert "capture: 1 expectation, 1 pact, up to date" in checked.text
    assert "contract orders-contract 0.1.0 (orders_contract)" in consumer.type("contracts --version").text
    assert [command.split()[1] for command in with_a_broker] == ["publish", "can-i-deploy"]

    for repository in (contract, consumer):
        repository.commit("Begin")
        assert [name for name, text in repository.written() if strange(text)] == []
    assert [done for done in world.said if strange(done.text)] == []


def test_what_nobody_said_is_asked_for(world: World, tmp_path: Path) -> None:
    """Without a word about the toolkit its name is on no line that pip reads, and the installation says what to do."""
    contract = world.repository("unsaid", CONTRACTS_TOOLKIT="")
    contract.prepare(world.toolkit)
    begun = contract.type("contracts init contract parcels")
    assert "1. say in ci/requirements.txt where the toolkit comes from" in begun.text
    refused = contract.type("ci/install", code=2)
    assert "ci/requirements.txt doesn't say where the toolkit comes from" in refused.text
    requirements = contract.folder / "ci" / "requirements.txt"
    requirements.write_text(f"webinar-contracts @ {tmp_path.as_uri()}/nothing.whl\n", encoding="utf-8")
    assert "pip couldn't install what ci/requirements.txt names" in contract.type("ci/install", code=2).text
