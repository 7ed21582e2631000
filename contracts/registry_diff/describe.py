"""A script that prints the catalogue of a source tree as JSON. It is run as a file of its own.

Usage: describe.py TREE HOME TOOLKIT DOMAIN OUT. What lies in HOME, a folder of the tree, is imported first, so that an
older state is described by its own code; TOOLKIT, the folder of this toolkit's package, is what the tree's domain
imports where the tree has none.
Nothing of this toolkit is imported here, so that no two states meet in one process.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any


def describe(tree: Path, domain: str) -> dict[str, Any]:
    """Return each event's fact key, JSON schema and places, and the folder of the domain package."""
    package = importlib.import_module(domain)
    file = Path(str(package.__file__)).resolve()
    return {
        "folder": _relative(file.parent, tree),
        "events": {name: _event(model, tree) for name, model in _models(package).items()},
    }


def _models(package: Any) -> dict[str, Any]:
    return {str(model.model_fields["type"].annotation.__args__[0]): model for model in package.CATALOGUE.models}


def _event(model: Any, tree: Path) -> dict[str, Any]:
    data = model.model_fields["data"].annotation
    return {
        "fact_key": list(model.fact_key),
        "schema": model.model_json_schema(),
        "place": _place(model, tree),
        "fields": {
            **{name: _field_place(model, name, tree) for name in model.model_fields},
            **{f"data.{name}": _field_place(data, name, tree) for name in getattr(data, "model_fields", {})},
        },
    }


def _place(model: Any, tree: Path) -> list[Any]:
    return [_relative(Path(inspect.getfile(model)), tree), inspect.getsourcelines(model)[1]]


def _field_place(model: Any, name: str, tree: Path) -> list[Any]:
    for owner in model.__mro__:
        if name in inspect.get_annotations(owner):
            lines, first = inspect.getsourcelines(owner)
            found = (number for number, line in enumerate(lines) if re.match(rf"\s+{re.escape(name)}\s*:", line))
            return [_relative(Path(inspect.getfile(owner)), tree), first + next(found, 0)]
    return _place(model, tree)


def _relative(path: Path, tree: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(tree)) if resolved.is_relative_to(tree) else str(resolved)


def main() -> None:
    """Describe the tree that the command line names."""
    tree, home, toolkit, domain, out = sys.argv[1:6]
    # The script's own folder is no place to import from.
    sys.path[:1] = [home]
    sys.path.append(toolkit)
    Path(out).write_text(json.dumps(describe(Path(tree).resolve(), domain)), encoding="utf-8")


if __name__ == "__main__":
    main()
