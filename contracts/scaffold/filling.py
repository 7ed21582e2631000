"""Filling a template: `@@name` is the mark, because shell, PHP, YAML and Markdown have a use for every shorter one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

_TEMPLATES = Path(__file__).parent / "templates"


class _Text(Template):
    delimiter = "@@"


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the text of a template, such as `contract/README.md`, with its marks filled in."""
    return _Text((_TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(values)


def module_of(name: str, kind: str) -> str:
    """Return a name as that of a Python module.

    Args:
        kind: a word that is put before a name that Python couldn't import.
    """
    module = re.sub(r"\W", "_", name.lower(), flags=re.ASCII)
    return module if module.isidentifier() and not _means_something(module) else f"{kind}_{module}"


def toml_key(name: str) -> str:
    """Return a name as a key of TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def class_of(name: str) -> str:
    """Return a name as that of a Python class: `order_placed` is `OrderPlaced`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def _means_something(module: str) -> bool:
    import keyword
    import sys

    return keyword.iskeyword(module) or module in sys.stdlib_module_names or module == "contracts"
