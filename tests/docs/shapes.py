"""The JSON shapes that docs/reference/json-output.md lists, and comparing a document with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json-output.md"
_SECTION = re.compile(r"^## (?P<name>.+?)\n.*?^```json\n(?P<shape>.*?)^```$", re.MULTILINE | re.DOTALL)
_TYPES: Mapping[str, tuple[type, ...]] = {"text": (str,), "number": (int, float), "boolean": (bool,)}


def shapes() -> dict[str, Any]:
    """Return each shape of the page by its heading."""
    return {found["name"]: json.loads(found["shape"]) for found in _SECTION.finditer(PAGE.read_text(encoding="utf-8"))}


def differences(value: Any, shape: Any, known: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """Yield where a document isn't what a shape says; a shape's own words are the page's."""
    if isinstance(shape, dict):
        yield from _object(value, shape, known, path)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for index, item in enumerate(value):
            yield from differences(item, shape[0], known, f"{path}[{index}]")
    elif shape in known:
        yield from differences(value, known[shape], known, path)
    elif shape in _TYPES:
        if not isinstance(value, _TYPES[shape]) or (shape == "number" and isinstance(value, bool)):
            yield f"{path} is {value!r}, not {shape}"
    elif shape != "any":
        yield f"{path}: the page doesn't say what {shape!r} is"


def _object(value: Any, shape: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no object"
        return
    if "..." in shape:
        shape = {**known[shape["..."]], **{key: inner for key, inner in shape.items() if key != "..."}}
    listed = {key.removesuffix("?"): (inner, key.endswith("?")) for key, inner in shape.items()}
    yield from (f"{path}.{key} isn't on the page" for key in sorted(value.keys() - listed.keys()))
    for key, (inner, may_be_null) in listed.items():
        if key not in value:
            yield f"{path}.{key} is missing"
        elif value[key] is not None or not may_be_null:
            yield from differences(value[key], inner, known, f"{path}.{key}")
