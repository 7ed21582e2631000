"""The consumer's own handler, as the settings name it: a function of one message, or what makes one."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.project.domain import make_importable
from contracts.project.settings import Settings
from contracts.project.user_code import imported, told_as_its_own

_FORMS = "a function of one message, a class, or a function without arguments that makes the handler"
Run = Callable[[Callable[[Any], Awaitable[Any]], Any], Any]
"""Runs an async handler with a message to its end, and returns what it returns."""


@dataclass(frozen=True, slots=True)
class NamedHandler:
    """What the settings name.

    Attributes:
        name: `module:name`.
        target: the object of that name.
        kind: what it is, in words: it is seen from the signature.
        is_maker: it takes no argument and makes the handler, once a test.
    """

    name: str
    target: Callable[..., Any]
    kind: str
    is_maker: bool
    where: Where | None


def named_handler(settings: Settings) -> NamedHandler:
    """Find what the setting `handler` names, and see what it is.

    Raises:
        MisuseError: no handler is named, it can't be imported, or it is nothing that takes a message or makes
            what does.
    """
    where = settings.place_of("handler")
    if settings.handler is None:
        raise MisuseError(
            "the settings name no handler",
            where=where,
            next_step=f'add handler = "module:name" to [tool.contracts]: {_FORMS}',
        )
    make_importable(settings)
    module_name, _, name = settings.handler.partition(":")
    what = f"the handler {settings.handler!r}"
    if not module_name or not name:
        raise MisuseError(
            f"{what} can't be imported: it isn't module:name", where=where, next_step=f"name {_FORMS}, module:name"
        )
    module = imported(
        module_name,
        what,
        root=settings.root,
        where=where,
        next_step='name an importable one in the settings, handler = "module:name"',
    )
    if not hasattr(module, name):
        raise MisuseError(
            f"{what} can't be imported: {module_name} has no {name!r}",
            where=where,
            next_step=f"name one of its: {', '.join(_callables(module)) or _FORMS}",
        )
    return _seen(settings.handler, getattr(module, name), where)


@contextmanager
def opened_handler(settings: Settings, run: Run | None = None) -> Iterator[Any]:
    """Make the handler that the settings name, and close it afterwards.

    A maker is called without arguments; where it gives a context manager, that is entered, and left afterwards. Its
    handler may be any object that can be called with a message.

    Args:
        run: runs an async handler to its end, so that calling it is enough; without one it is for the caller to
            await.

    Raises:
        MisuseError: there is none (`named_handler`), or its maker raises or makes what can't be called.
    """
    named = named_handler(settings)
    if not named.is_maker:
        yield _awaiting(named.target, run)
        return
    with told_as_its_own(f"the handler {named.name!r} can't be made", root=settings.root, where=named.where):
        made = named.target()
    if isinstance(made, AbstractContextManager):
        with made as handler:
            yield _awaiting(_callable(named, handler), run)
    else:
        yield _awaiting(_callable(named, made), run)


class _Awaiting:
    """An async handler whose call is awaited; everything else of it is its own."""

    def __init__(self, handler: Callable[[Any], Awaitable[Any]], run: Run) -> None:
        self.__wrapped__ = handler
        self._run = run

    def __call__(self, message: Any) -> Any:
        return self._run(self.__wrapped__, message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)


def _awaiting(handler: Any, run: Run | None) -> Any:
    return handler if run is None or not _is_async(handler) else _Awaiting(handler, run)


def _is_async(handler: Any) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


def _seen(name: str, target: Any, where: Where | None) -> NamedHandler:
    if not callable(target):
        raise MisuseError(
            f"the handler {name!r} is a {type(target).__name__}, not a callable",
            where=where,
            next_step=f"name {_FORMS}",
        )
    needed = _needed(target)
    is_class = inspect.isclass(target)
    if len(needed) > (0 if is_class else 1) or any(p.kind is p.KEYWORD_ONLY for p in needed):
        given = "nothing" if is_class else "a message"
        raise MisuseError(
            f"the handler {name!r} needs {' and '.join(p.name for p in needed)}, and is given {given}",
            where=where,
            next_step=f"name {_FORMS}",
        )
    if needed:
        kind = "an async function of one message" if _is_async(target) else "a function of one message"
        return NamedHandler(name, target, kind, False, where)
    kind = "a class, made anew for each test" if is_class else "a function that makes it, called for each test"
    return NamedHandler(name, target, kind, True, where)


def _needed(target: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        # Some callables of other languages don't say what they take: they are called as makers, and say it then.
        return []
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one for one in parameters if one.default is one.empty and one.kind not in gathering]


def _callable(named: NamedHandler, made: Any) -> Any:
    if callable(made):
        return made
    if inspect.iscoroutine(made):
        made.close()
    raise MisuseError(
        f"what the handler {named.name!r} makes can't be called: {_what(made)}",
        where=named.where,
        next_step=f"name {_FORMS}",
    )


def _what(made: Any) -> str:
    if inspect.iscoroutine(made):
        return "an async def without arguments makes a coroutine, which nobody awaits; make the handler in a plain def"
    if isinstance(made, Generator):
        return "it is a generator; put @contextlib.contextmanager over its maker"
    if isinstance(made, AbstractAsyncContextManager):
        return "it is an async context manager; make the handler in a plain one"
    return f"it is {'None' if made is None else f'a {type(made).__name__}'}"


def _callables(module: Any) -> list[str]:
    own = [(name, value) for name, value in vars(module).items() if not name.startswith("_")]
    return [name for name, value in own if callable(value) and getattr(value, "__module__", None) == module.__name__]
