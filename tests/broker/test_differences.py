"""The table of differences: each line of it holds, and nothing differs that isn't in it."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.differences import (
    MISSING_ROUTES,
    OTHERWISE,
    PAGE,
    MissingRoute,
    Otherwise,
    missing_route,
)
from docs.reference.generate import PAGES
from tests.broker.conftest import Names
from tests.broker.running import ROOT, Broker, interaction, pact

HERE = Path(__file__).parent
# The addresses of a Pact Broker 2.120.0.
ROUTES = HERE.joinpath("routes.txt").read_text().splitlines()
ours_alone = pytest.mark.skipif("CONTRACTS_TEST_BROKER_URL" in os.environ, reason="a real broker does it otherwise")


def _filled(path: str) -> str:
    return re.sub(r":(\w+)", r"a-\1", path)


@pytest.mark.parametrize("route", MISSING_ROUTES, ids=lambda route: route.path)
def test_a_missing_address_names_the_page(shared_broker: Broker, route: MissingRoute) -> None:
    """It is one of a real broker's; it is 404, and says why and where more is said."""
    assert route.path in ROUTES
    answered = shared_broker.call("GET", _filled(route.path))
    assert answered.status_code == 404
    assert route.why in answered.text
    assert PAGE in answered.text


def test_no_address_is_left_out(database: Path) -> None:
    """Each address of a real broker is answered here, or stands in the table."""
    adapter = create_app(database).url_map.bind("localhost")
    methods = ("GET", "POST", "PUT")
    for path in ROUTES:
        filled = _filled(path).replace("a-number", "1")
        assert missing_route(filled) or any(adapter.test(filled, method) for method in methods), path
    assert missing_route("/nonsense") is None


def test_what_the_ruby_client_asks_for_is_answered(database: Path) -> None:
    """Each method and address of the Ruby client's own pact with the Pact Broker has a route."""
    adapter = create_app(database).url_map.bind("localhost")
    asked = [line.split(" ", 1) for line in HERE.joinpath("ruby_client.txt").read_text().splitlines()]
    assert len(asked) > 25
    assert [(method, path) for method, path in asked if not adapter.test(path, method)] == []


@pytest.mark.parametrize("difference", OTHERWISE, ids=lambda difference: difference.what)
def test_a_difference_is_held_by_a_test(difference: Otherwise) -> None:
    """The test that it names is there, and says what it holds."""
    file, _, name = difference.test.partition("::")
    functions = [node for node in ast.parse(HERE.joinpath(file).read_text()).body if isinstance(node, ast.FunctionDef)]
    (test,) = [function for function in functions if function.name == name]
    assert ast.get_docstring(test)


def test_the_page_shows_the_whole_table() -> None:
    """It is made of the table, and is what the table makes."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert text == PAGES[Path(PAGE).name]()
    for row in (*MISSING_ROUTES, *OTHERWISE):
        assert (row.path if isinstance(row, MissingRoute) else row.here) in text


@ours_alone
def test_a_failure_behind_a_hundred_rows_counts(broker: Broker, names: Names) -> None:
    """The oldest of 120 consumer versions that are supported at once makes the answer no."""
    place = broker.environment(names.environment)
    for index in range(120):
        content = pact(names.consumer, names.provider, interaction("completed", example=f"c-{index}"))
        broker.publish(names.consumer, str(index), content)
        broker.post_result(broker.pact(names.consumer, names.provider, str(index)), "p1", success=index > 0)
        path = f"/pacticipants/{names.consumer}/versions/{index}/released-versions/environment/{place}"
        broker.call("POST", path, {})
    answer = broker.can_i_deploy(names.provider, "p1", names.environment)
    assert (answer["deployable"], answer["success"], answer["failed"]) == (False, 119, 1)


@ours_alone
def test_any_characters_in_a_branch_and_a_version(shared_broker: Broker, names: Names) -> None:
    """Both are stored as they are, and found again."""
    assert shared_broker.put_on_branch(names.consumer, "Zweig/ü", "Fassung ß☃").status_code == 201
    version = shared_broker.get(f"/pacticipants/{names.consumer}/latest-version")
    assert version["number"] == "Fassung ß☃"
    assert [one["name"] for one in version["_embedded"]["branchVersions"]] == ["Zweig/ü"]


def test_names_are_matched_exactly(shared_broker: Broker, names: Names) -> None:
    """Another case is another name, of a pacticipant, a version, a tag or a branch."""
    shared_broker.publish(names.consumer, "v1", pact(names.consumer, names.provider), branch="main", tags=["blue"])
    for path in (
        f"/pacticipants/{names.consumer.upper()}",
        f"/pacticipants/{names.consumer}/versions/V1",
        f"/pacticipants/{names.consumer}/versions/v1/tags/Blue",
        f"/pacticipants/{names.consumer}/branches/Main",
    ):
        assert shared_broker.call("GET", path).status_code == 404
        assert shared_broker.call("GET", path.lower()).status_code == 200
