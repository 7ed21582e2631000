"""What the setting `handler` may name; which it is, is seen from the signature. What can't be called is one error."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from contracts.errors import MisuseError
from contracts.expectations.messages import Message
from contracts.project.handler import named_handler, opened_handler
from contracts.project.settings import Settings, load_settings

MESSAGES = [Message(b'{"id": "1", "type": "parcel_weighed"}'), Message(b'{"id": "2", "type": "parcel_lost"}')]
KINDS = {
    "a function of one message": """
        def take(message):
            return len([message.event["id"]])
    """,
    "a function of one message, and of more that it can do without": """
        def take(message, twice=False, *rest, **options):
            return len([message.event["id"]])
    """,
    "an async function of one message": """
        import asyncio

        async def take(message):
            await asyncio.sleep(0)
            return len([message.event["id"]])
    """,
    "an object with a call": """
        class Desk:
            def __call__(self, message):
                return len([message.event["id"]])

        take = Desk()
    """,
    "a class": """
        class take:
            def __init__(self, *ready, database=None):
                self.taken = []

            def __call__(self, message):
                self.taken.append(message.event["id"])
                return len(self.taken)
    """,
    "a class with an async call": """
        class take:
            taken = ()

            async def __call__(self, message):
                self.taken += (message.event["id"],)
                return len(self.taken)
    """,
    "a maker of an async function": """
        def take():
            taken = []

            async def handle(message):
                taken.append(message.event["id"])
                return len(taken)

            return handle
    """,
    "a context manager": """
        from contextlib import contextmanager

        @contextmanager
        def take():
            taken = []
            yield lambda message: taken.append(message.event["id"]) or len(taken)
    """,
}


SAID = (
    "a function of one message",
    "a function of one message",
    "an async function of one message",
    "a function of one message",
    "a class, made anew for each test",
    "a class, made anew for each test",
    "a function that makes it, called for each test",
    "a function that makes it, called for each test",
)
Named = Callable[[str], Settings]


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Named]:
    """Write a module that the settings name the handler of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(desk: str) -> Settings:
        (tmp_path / "contracts.toml").write_text('\ndomain = "parcels"\nhandler = "desk:take"\n', encoding="utf-8")
        (tmp_path / "desk.py").write_text(dedent(desk), encoding="utf-8")
        return load_settings(tmp_path)

    yield write
    sys.modules.pop("desk", None)


def _run(handler: Callable[[Any], Awaitable[Any]], message: Any) -> Any:
    async def handled() -> Any:
        return await handler(message)

    return asyncio.run(handled())


@pytest.mark.parametrize(("kind", "said"), tuple(zip(KINDS, SAID, strict=True)))
def test_each_kind_of_handler_is_given_the_messages(named: Named, kind: str, said: str) -> None:
    """A function of one message is the handler itself; a class and a function without arguments make one each time."""
    settings = named(KINDS[kind])
    assert named_handler(settings).kind == said
    for message in MESSAGES:
        with opened_handler(settings, _run) as handler:
            assert handler(message) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_kind_of_handler_raises_is_raised(named: Named, kind: str) -> None:
    """The near miss: it is really called, an async one to its end."""
    lost = '(message.event["id"] if "lost" not in message.event["type"] else 1 / 0)'
    settings = named(KINDS[kind].replace('message.event["id"]', lost))
    with opened_handler(settings, _run) as handler:
        assert handler(MESSAGES[0]) == 1
        with pytest.raises(ZeroDivisionError):
            handler(MESSAGES[1])


def test_what_else_an_async_handler_has_is_its_own(named: Named) -> None:
    """A test may look at what it kept."""
    with opened_handler(named(KINDS["a class with an async call"]), _run) as handler:
        handler(MESSAGES[1])
        assert handler.taken == ("2",)
        with pytest.raises(AttributeError, match="take"):
            _ = handler.dropped


def test_a_context_manager_is_left_afterwards(named: Named) -> None:
    """Whatever the test came to."""
    settings = named("""
        from contextlib import contextmanager

        said = []

        @contextmanager
        def take():
            try:
                yield said.append
            finally:
                said.append("left")
    """)
    with pytest.raises(TypeError, match="one argument"), opened_handler(settings) as handler:
        handler("taken", "too much")
    assert sys.modules["desk"].said == ["left"]


@pytest.mark.parametrize(
    ("desk", "place", "said"),
    [
        ("def take(message, database): ...", "contracts.toml:3", "needs message and database, and is given a message"),
        ("def take(*, message): ...", "contracts.toml:3", "needs message, and is given a message"),
        ("class take:\n    def __init__(self, url): ...", "contracts.toml:3", "needs url, and is given nothing"),
        ("def take(): ...", "contracts.toml:3", "makes can't be called: it is None"),
        ("def take(): return 3", "contracts.toml:3", "makes can't be called: it is a int"),
        (
            "def take(): yield print",
            "contracts.toml:3",
            "it is a generator; put @contextlib.contextmanager over its maker",
        ),
        ("async def take(): return print", "contracts.toml:3", "makes a coroutine, which nobody awaits"),
        ("class take: pass", "contracts.toml:3", "makes can't be called: it is a take"),
        ("take = 3", "contracts.toml:3", "is a int, not a callable"),
        ("take_ = 3", "contracts.toml:3", "desk has no 'take'"),
        ("def take():\n    return open('nowhere')", "desk.py:2", "can't be made: FileNotFoundError"),
        (
            "import json\nimport nowhere",
            "desk.py:2",
            "can't be imported: ModuleNotFoundError: No module named 'nowhere'",
        ),
        ("1 / 0", "desk.py:1", "can't be imported: ZeroDivisionError"),
        ("def take(message:", "desk.py:1", "can't be imported: SyntaxError"),
    ],
)
def test_what_can_not_be_called_is_one_error_with_its_place(named: Named, desk: str, place: str, said: str) -> None:
    """At the setting, or in the user's own file at its line."""
    settings = named(desk)
    with pytest.raises(MisuseError) as raised, opened_handler(settings, _run):
        pass
    assert str(raised.value.where) == place
    assert said in raised.value.what
    assert "'desk:take'" in raised.value.what
    assert raised.value.next_step
    assert len(str(raised.value).splitlines()) == 2
