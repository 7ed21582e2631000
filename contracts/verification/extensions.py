"""CloudEvents extension attributes: what may stand beside an event's own attributes, where the registry permits it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

_NAME = re.compile(r"[a-z0-9]{1,20}")


def without_permitted(value: Any, text: str, extensions: Collection[str]) -> tuple[Any, str]:
    """Return a message, as value and text, without the permitted extension attributes that have a value of their kind.

    A text, a whole number of 32 bits, true or false: CloudEvents 1.0, "Type System", as the JSON format has it.
    """
    if not extensions or not isinstance(value, dict):
        return value, text
    kept = {name: child for name, child in value.items() if name not in extensions or not _can_be(child)}
    return (value, text) if len(kept) == len(value) else (kept, json.dumps(kept))


def permit_advice(name: str, value: Any) -> str | None:
    """Say how an extension attribute can be permitted; None where it can't be one."""
    if not _NAME.fullmatch(name) or not _can_be(value):
        return None
    return f'leave it out, or have the registry permit it: extensions = ["{name}"] under [messages]'


def _can_be(value: Any) -> bool:
    return isinstance(value, str | bool) or (isinstance(value, int) and -(2**31) <= value < 2**31)
