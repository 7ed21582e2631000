"""Which installed distribution holds a file, and where that distribution came from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from contracts.model import strict_json


@dataclass(frozen=True, slots=True)
class Holder:
    """An installed distribution.

    Attributes:
        address: what it was installed from, where that wasn't an index (PEP 610); without user and password.
        checkout: the folder that it was installed from editably, so that its files are used where they lie.
    """

    name: str
    version: str
    address: str | None = None
    checkout: Path | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def holder_of(file: Path) -> Holder | None:
    """Return the distribution that a file belongs to; None where no installed one holds it.

    Args:
        file: absolute, its links resolved.
    """
    for distribution in distributions():
        origin = origin_of(distribution)
        if _holds(distribution, file) or (origin.checkout and file.is_relative_to(origin.checkout)):
            return origin
    return None


def project_name(root: Path) -> str | None:
    """Return the name of the distribution that a project's pyproject.toml describes; None where it says none."""
    try:
        document: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        return str(document["project"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _holds(distribution: Distribution, file: Path) -> bool:
    # Most distributions are told apart by where they lie; only then is their list of files read.
    if not file.is_relative_to(Path(str(distribution.locate_file(""))).resolve()):
        return False
    return any(
        path.name == file.name and Path(str(path.locate())).resolve() == file for path in distribution.files or ()
    )


def origin_of(distribution: Distribution) -> Holder:
    """Return a distribution with where it came from, as its `direct_url.json` says it (PEP 610)."""
    name, version = distribution.metadata["Name"], distribution.version
    try:
        document = strict_json.read((distribution.read_text("direct_url.json") or "null").encode())
    except strict_json.JsonRefusedError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        return Holder(name, version)
    address = urlsplit(document["url"])
    editable = isinstance(document.get("dir_info"), dict) and document["dir_info"].get("editable") is True
    checkout = Path(unquote(address.path)).resolve() if editable and address.scheme == "file" else None
    shown = urlunsplit(address._replace(netloc=address.netloc.rpartition("@")[2]))
    return Holder(name, version, shown, checkout)
