"""An async handler in a suite: awaited where the test is a plain function, the test's own to await where it isn't."""

from __future__ import annotations

from tests.consumer.conftest import MakeProject

SETTINGS = {"contracts.toml": '\ndomain = "parcels"\nhandler = "desk:take"\n'}


def test_an_async_handler_runs_on_the_loop_that_the_suite_uses(parcels: MakeProject) -> None:
    """anyio's plugin runs async tests; a plain test that names a backend has its handler run there, else on asyncio."""
    desk = """
        import anyio
        import sniffio

        async def take(message):
            await anyio.sleep(0)
            return message.event["type"], sniffio.current_async_library()
    """
    tests = """
        import pytest

        @pytest.mark.anyio
        async def test_lost(expect, handler, anyio_backend_name):
            message = expect("parcel_lost", "the loss", reads=["id", "type"])
            assert await handler(message) == ("parcel_lost", anyio_backend_name)

        @pytest.mark.parametrize("anyio_backend", ["trio", ("asyncio", {"use_uvloop": False})])
        def test_weighed(expect, handler, anyio_backend_name):
            assert handler(expect("parcel_weighed", "it", reads=["type"])) == ("parcel_weighed", anyio_backend_name)

        def test_delivered(expect, handler):
            assert handler(expect("parcel_delivered", "it", reads=["type"])) == ("parcel_delivered", "asyncio")
    """
    project = parcels({**SETTINGS, "desk.py": desk, "consumer_tests/test_parcels.py": tests})
    run = project.pytest()
    assert run.status == 0, run.output
    assert "10 passed" in run.stdout


def test_an_async_handler_that_nobody_awaits_fails(parcels: MakeProject) -> None:
    """In an async test a call is not enough; in a plain one under a running loop there is nothing to await it."""
    tests = """
        import asyncio
        import pytest

        @pytest.mark.anyio
        async def test_lost(expect, handler):
            handler(expect("parcel_lost", "the loss", reads=["id"]))

        def test_weighed(expect, handler):
            async def inside():
                handler(expect("parcel_weighed", "it", reads=["id"]))

            asyncio.run(inside())
    """
    desk = "async def take(message):\n    return 1\n"
    project = parcels({**SETTINGS, "desk.py": desk, "consumer_tests/test_parcels.py": tests})
    run = project.pytest("-k", "asyncio or weighed")
    assert "4 failed" in run.stdout, run.output
    assert "desk.py:1: take is an async def, and what it returned was never awaited" in run.stdout
    assert "the handler is async, and is called where an event loop runs already" in run.stdout


def test_the_doctor_says_what_the_handler_is(parcels: MakeProject) -> None:
    """In words, or with the place where it is broken."""
    project = parcels({**SETTINGS, "desk.py": "async def take(message):\n    return 1\n"})
    assert "desk:take, an async function of one message" in project.contracts("doctor", "--embedded").stdout
    project.put("desk.py", "1 / 0")
    run = project.contracts("doctor", "--embedded")
    assert (run.status, "desk.py:1: the handler 'desk:take' can't be imported" in run.stdout) == (2, True), run.output
