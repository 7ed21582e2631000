"""The consumer's own intake, as the settings name it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.project.domain import make_importable
from contracts.project.settings import Settings


@contextmanager
def opened_handler(settings: Settings) -> Iterator[Any]:
    """Make the handler that the settings name, `module:name`, and close it afterwards.

    `name` is called without arguments, once a test, so that each test has a fresh one. What it returns is the
    handler or a context manager that gives it.

    Raises:
        MisuseError: no handler is named, or it can't be imported or made.
    """
    where = Where(str(settings.file)) if settings.file else None
    if settings.handler is None:
        raise MisuseError(
            "the settings name no handler",
            where=where,
            next_step='add handler = "module:name", a callable without arguments that makes it, to [tool.contracts]',
        )
    make_importable(settings)
    module_name, _, name = settings.handler.partition(":")
    try:
        make = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise MisuseError(
            f"the handler {settings.handler!r} can't be imported: {error}",
            where=where,
            next_step='name an importable one in the settings, handler = "module:name"',
        ) from None
    if not callable(make):
        raise MisuseError(
            f"the handler {settings.handler!r} is a {type(make).__name__}, not a callable that makes one",
            where=where,
            next_step="name a class or a function without arguments",
        )
    made = make()
    if isinstance(made, AbstractContextManager):
        with made as handler:
            yield handler
    else:
        yield made
