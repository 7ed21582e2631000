"""The fixtures `expect` and `handler`: what an expectation may say, and what a handler has to cope with."""

from __future__ import annotations

import pytest

from contracts.testing.project import Project
from tests.consumer.conftest import MakeProject


def failing(parcels: MakeProject, body: str, **files: str) -> str:
    """Run one test of the tiny domain that must not pass, and return what pytest said."""
    test = f"def test_it(expect, handler):\n    {body}\n"
    run = parcels({"consumer_tests/test_parcels.py": test, **files}).pytest()
    assert run.status == 1, run.output
    return run.stdout


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('"parcel_lost", "it", reads=["data.parcel"]', "has no 'data.parcel' (did you mean 'data.parcel_id'?)"),
        ('"parcel_lost", "it", reads=["soruce"]', "has no 'soruce' (did you mean 'source'?)"),
        ('"parcel_weighed", "it", reads=["data.contents.kind"]', "did you mean 'data.contents[].kind'?"),
        ('"parcel_loss", "it", reads=["id"]', "did you mean 'parcel_lost'?"),
        ('"parcel_lost", "!", reads=["id"]', "has no letters or digits"),
        ('"parcel_lost", "it", reads="id"', "write a list: reads=['id']"),
        ('"parcel_lost", "it", reads=[]', "reads nothing that parcel_lost always has"),
        ('"parcel_weighed", "it", reads=["data.remark"]', "reads nothing that parcel_weighed always has"),
        ('"parcel_weighed", "it", reads=["data.tare_kg"]', "reads nothing that parcel_weighed always has"),
        ('"parcel_lost", "it", reads=["id"], fact={"parcel": 1}', "did you mean 'parcel_id'?"),
        ('"parcel_lost", "it", reads=["id"], fact={"parcel_id": "a"}', "data.parcel_id is 'a'"),
    ],
)
def test_an_expectation_that_cannot_be_held_fails(parcels: MakeProject, call: str, said: str) -> None:
    """The message names what is wrong, the nearest right name and what to do; there is no traceback."""
    output = failing(parcels, f"expect({call})")
    assert said in output
    assert "next: " in output
    assert "pytest_plugin.py" not in output
    assert "another exception occurred" not in output


def test_two_expectations_under_one_key_are_an_error(parcels: MakeProject) -> None:
    """Pact merges by key: the second test fails and names the first."""
    tests = """
        def test_one(expect):
            expect("parcel_lost", "The loss", reads=["id"])

        def test_two(expect):
            expect("parcel_lost", "the loss!", reads=["id", "time"])
    """
    run = parcels({"consumer_tests/test_parcels.py": tests}).pytest()
    assert "2 failed, 2 passed" in run.stdout
    assert "test_parcels.py::test_two and consumer_tests/test_parcels.py::test_one both expect" in run.stdout


def test_the_same_title_of_another_event_is_another_key(parcels: MakeProject) -> None:
    """The event is part of the key."""
    tests = """
        def test_one(expect):
            expect("parcel_lost", "it", reads=["id"])

        def test_two(expect):
            expect("parcel_delivered", "it", reads=["id"])
    """
    assert parcels({"consumer_tests/test_parcels.py": tests}).pytest().status == 0


def test_a_handler_that_reads_more_than_it_says_fails(parcels: MakeProject) -> None:
    """The first message holds what is read and nothing else."""
    output = failing(parcels, 'handler(expect("parcel_lost", "it", reads=["id"]))["time"]')
    assert "KeyError: 'time'" in output
    assert "1 failed, 1 passed" in output
    assert "test_it[only what is read]" in output


def test_a_handler_that_stumbles_over_an_optional_field_fails(parcels: MakeProject) -> None:
    """The second message is the whole canonical event, with every optional field."""
    output = failing(parcels, 'assert "datacontenttype" not in handler(expect("parcel_lost", "it", reads=["id"]))')
    assert "1 failed, 1 passed" in output
    assert "test_it[every field]" in output


def test_an_optional_field_that_is_read_may_be_missing(parcels: MakeProject) -> None:
    """It isn't in the pact, and the first message doesn't have it either."""
    body = 'handler(expect("parcel_weighed", "it", reads=["id", "data.remark"]))["data"]["remark"]'
    assert "test_it[only what is read]" in failing(parcels, body)


def test_a_fact_can_be_chosen(parcels: MakeProject) -> None:
    """It is the provider state's, and the message states it."""
    number = "0b5c2f3a-2d6a-4f0c-8f52-9e1f6a1d3c4e"
    test = f"""
        def test_it(expect):
            message = expect("parcel_delivered", "it", reads=["data"], fact={{"parcel_id": "{number}"}})
            assert message.event["data"] == {{"parcel_id": "{number}"}}
            assert message.headers["content-type"] == "application/cloudevents+json"
    """
    project = parcels({"consumer_tests/test_parcels.py": test})
    run = project.contracts("capture")
    assert run.status == 0, run.output
    assert project.files("pacts")["planned/parcel-desk-van.json"].count(number.encode()) == 2


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", "the settings name no handler"),
        ('handler = "nowhere:make"', "can't be imported: No module named 'nowhere'"),
        ('handler = "desk:nothing"', "can't be imported"),
        ('handler = "desk"', "can't be imported"),
        ('handler = "desk:__name__"', "is a str, not a callable"),
    ],
)
def test_a_handler_that_cannot_be_made_is_named(parcels: MakeProject, setting: str, said: str) -> None:
    """The setting is what is wrong, and the message says so."""
    output = failing(parcels, "handler", **{"contracts.toml": f'domain = "parcels"\n{setting}\n'})
    assert said in output
    assert "handler.py" not in output


def test_each_test_has_a_handler_of_its_own(parcels: MakeProject) -> None:
    """A context manager is entered and left around each test."""
    desk = """
        from contextlib import contextmanager

        @contextmanager
        def make():
            taken = []
            print("opened")
            yield lambda message: taken.append(message) or len(taken)
            print("closed")
    """
    test = """
        def test_it(expect, handler):
            assert handler(expect("parcel_lost", "it", reads=["id"])) == 1
    """
    run = parcels({"desk.py": desk, "consumer_tests/test_parcels.py": test}).pytest("-s")
    assert run.status == 0, run.output
    assert (run.stdout.count("opened"), run.stdout.count("closed")) == (2, 2)


def test_a_handler_fixture_of_the_suite_wins(parcels: MakeProject) -> None:
    """A conftest can bring a handler without any setting."""
    project: Project = parcels(
        {
            "contracts.toml": 'domain = "parcels"\n',
            "consumer_tests/conftest.py": """
                import pytest

                @pytest.fixture
                def handler():
                    return lambda message: message.body
            """,
        }
    )
    assert project.contracts("capture").status == 0
