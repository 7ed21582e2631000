"""HTML from templates: what comes from outside is escaped, and shows no character that turns the reading direction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.model.printable import printable


def html_templates(folder: Path) -> Environment:
    """Return the templates of a folder; they know the filter `breakable`, and a name that isn't given is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    return environment


def breakable(name: str) -> Markup:
    """Return a long name that a narrow column may break after `_`, `-`, `/` and `.`."""
    return Markup("<wbr>").join(re.split(r"(?<=[_./-])(?=.)", printable(name)))


def _shown(value: Any) -> Any:
    # Markup was escaped before, and its parts were made printable then.
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
