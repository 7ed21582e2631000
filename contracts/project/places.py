"""Where in the source a canonical event, or a field of one, is declared."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from contracts.errors import Where
from contracts.project.paths import shown


def place_of(model: type[BaseModel], path: str = "") -> Where | None:
    """Return the line that declares a field.

    Args:
        model: the canonical event.
        path: the field as an expectation's `reads` names it, `data.items[].sku`; empty for the event itself.

    Returns:
        The field's line, else that of the model it belongs to; None where there is no source.
    """
    holder, name = model, ""
    for part in path.split(".") if path else ():
        if name:
            inner = next(_models_in(holder.model_fields[name].annotation), None)
            if inner is None:
                break
            holder = inner
        name = _python_name(holder, part.rstrip("[]"))
        if not name:
            break
    return _declared(holder, name)


def _python_name(model: type[BaseModel], name: str) -> str:
    for own, field in model.model_fields.items():
        if name in (own, field.alias, field.validation_alias):
            return own
    return ""


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _declared(model: type[BaseModel], name: str) -> Where | None:
    owner = next((one for one in model.__mro__ if name in inspect.get_annotations(one)), model) if name else model
    try:
        file = inspect.getsourcefile(owner)
        lines, first = inspect.getsourcelines(owner)
    except (OSError, TypeError):
        return None
    offset = next((number for number, line in enumerate(lines) if re.match(rf"\s+{re.escape(name)}\s*:", line)), 0)
    return Where(shown(Path(file)), first + (offset if name else 0)) if file else None
