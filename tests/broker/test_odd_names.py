"""Names that would act where they are printed aren't stored, in bodies and in addresses."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.broker.running import Broker, Running, interaction, pact, running

ODD = ["a\x1b[31m", "a\rb", "a\tb", "a\x00b", "a\x7fb", "a\x9bb", "a\u202eb", "a\u2066b", "a\u2028b", "a\nb"]
PLAIN = ["feat/Ünïcode ✓", "версия 1", "a::b", "👩\u200d💻", "##[error]", "50%", "a b"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One broker for all of them."""
    with running(tmp_path_factory.mktemp("odd") / "broker.sqlite") as started:
        yield started


def writes(broker: Broker, name: str) -> Iterator[int]:
    """Store something under a name in every way that there is, and yield what each is answered."""
    at = quote(name, safe="")
    document = {**pact("service", "tracker"), "interactions": [interaction("a")]}
    broker.call("PUT", "/pacticipants/service/versions/1", {})
    yield broker.publish(name, "1", pact(name, "tracker")).status_code
    yield broker.publish("service", name, document).status_code
    yield broker.publish("service", "2", document, branch=name).status_code
    yield broker.publish("service", "3", document, tags=["x", name]).status_code
    for method, path, body in (
        ("PUT", f"/pacticipants/service/versions/{at}", {}),
        ("PUT", f"/pacticipants/service/branches/{at}/versions/1", {}),
        ("PUT", f"/pacticipants/service/versions/1/tags/{at}", {}),
        ("PUT", f"/pacts/provider/tracker/consumer/service/version/{at}", document),
        ("POST", "/pacticipants", {"name": f"{name}!"}),
        ("PATCH", "/pacticipants/service", {"mainBranch": name.replace(" ", "")}),
        ("POST", "/environments", {"name": name.replace(" ", ""), "production": False}),
    ):
        yield broker.call(method, path, body).status_code


@pytest.mark.parametrize("name", ODD, ids=repr)
def test_a_name_that_acts_is_not_stored(served: Running, name: str) -> None:
    """Each way is refused, and nothing of it is listed anywhere."""
    broker = Broker(served.url)
    assert set(writes(broker, name)) == {400}
    listed = [broker.call("GET", path).text for path in ("/pacticipants", "/environments", "/pacticipants/service")]
    assert not any(repr(name)[1:-1] in text or name in text for text in listed)


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_only_looks_odd_is(served: Running, name: str) -> None:
    """Near misses: other alphabets, joined emoji, blanks, and what only a CI takes for a command."""
    assert all(status in (200, 201) for status in writes(Broker(served.url), name))
