"""A coroutine of the handler's that is only made: nothing of it ran, and its test isn't green."""

from __future__ import annotations

import pytest

from tests.consumer.conftest import DESK, EXPECTATIONS, MakeProject

FUNCTION = """
async def take(message):
    assert message.event.get("type") != "parcel_lost"

def make():
    return take
"""
OBJECT = """
class Desk:
    kept = None

    async def __call__(self, message):
        assert message.event.get("type") != "parcel_lost"

    async def receive(self, message):
        assert message.event.get("type") != "parcel_lost"

    def keep(self, message):
        self.kept = self.receive(message)

def make():
    return Desk()
"""
OWN_FIXTURE = """
import desk
import pytest

@pytest.fixture
def handler():
    return desk.make()

"""
RECEIVING = EXPECTATIONS.replace("handler(", "handler.receive(")
AWAITED = RECEIVING.replace("handler.receive(", "asyncio.run(handler.receive(").replace("]))", "])))")


@pytest.mark.parametrize(
    ("desk", "tests", "name"),
    [
        (OBJECT, RECEIVING, "desk.py:8: Desk.receive is an async def"),
        (FUNCTION, OWN_FIXTURE + EXPECTATIONS, "desk.py:2: take is an async def"),
        (OBJECT, OWN_FIXTURE + EXPECTATIONS, "desk.py:5: Desk.__call__ is an async def"),
        (
            OBJECT,
            OWN_FIXTURE + EXPECTATIONS.replace("handler(", "result = handler("),
            "desk.py:5: Desk.__call__ is an async def",
        ),
        (OBJECT, EXPECTATIONS.replace("handler(", "handler.keep("), "desk.py:8: Desk.receive is an async def"),
        (DESK, FUNCTION + EXPECTATIONS.replace("handler(", "take("), "test_parcels.py:2: take is an async def"),
    ],
)
def test_a_handler_that_nobody_awaits_is_an_error(parcels: MakeProject, desk: str, tests: str, name: str) -> None:
    """Each test fails with the async def's place, and no pact is written."""
    project = parcels({"desk.py": desk, "consumer_tests/test_parcels.py": tests})
    run = project.contracts("capture")
    assert run.status == 1
    assert run.stderr.count(f"{name}, and what it returned was never awaited: nothing of it ran") >= 6
    assert "asyncio.run(handler(message))" in run.stderr
    assert not (project.folder / "pacts").exists()


@pytest.mark.parametrize("options", [("-Wignore",), ("-Werror",), ("-p", "no:warnings")])
def test_what_is_said_of_warnings_changes_nothing(parcels: MakeProject, options: tuple[str, ...]) -> None:
    """It is an error of the contract, not a warning of Python's."""
    run = parcels({"desk.py": OBJECT, "consumer_tests/test_parcels.py": RECEIVING}).pytest(*options)
    assert run.status == 1
    assert "6 failed" in run.stdout


def test_a_handler_that_is_awaited_runs(parcels: MakeProject) -> None:
    """The near miss: what it refuses fails its test, and the others pass."""
    tests = f"import asyncio\n{AWAITED}"
    run = parcels({"desk.py": OBJECT, "consumer_tests/test_parcels.py": tests}).pytest()
    assert (run.status, "1 failed, 5 passed" in run.stdout) == (1, True), run.stdout
    assert "never awaited" not in run.stdout


def test_a_test_that_uses_neither_fixture_is_left_alone(parcels: MakeProject) -> None:
    """What others do with their coroutines is their own business."""
    own = "import asyncio\n\ndef test_own():\n    asyncio.sleep(0)\n"
    project = parcels({"consumer_tests/test_own.py": own})
    assert project.pytest().status == 0


def test_a_test_that_fails_says_its_own_failure(parcels: MakeProject) -> None:
    """A coroutine that was dropped on the way is no news beside it."""
    tests = RECEIVING.replace("handler.receive(", "1 / 0, handler.receive(")
    run = parcels({"desk.py": OBJECT, "consumer_tests/test_parcels.py": tests}).pytest()
    assert run.status == 1
    assert "ZeroDivisionError" in run.stdout
