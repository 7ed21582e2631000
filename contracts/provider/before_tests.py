"""What a verification rests on, read before an emitter's tests run: what they leave behind decides nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from contracts.errors import MisuseError
from contracts.project.domain import read_domain
from contracts.project.paths import shown
from contracts.project.settings import load_settings

_SETTINGS = ("contracts.toml", "pyproject.toml")
_CODE = (".py", ".pyc", ".so")
_NAMED = 5


def grounds(folder: Path) -> Mapping[Path, str]:
    """Return a digest of each file that says what is judged and by what: settings, domain, registry, what shadows them.

    Raises:
        MisuseError: the settings or the domain can't be used.
    """
    settings = load_settings(folder)
    domain = read_domain(settings)
    found = {domain.registry_file.resolve(), *_domain_files(domain.package)}
    for place in {settings.root, folder.resolve()}:
        # What lies beside the settings is imported from there: a new module may stand for one of anybody's.
        found |= {place / name for name in _SETTINGS}
        found |= {entry for entry in place.iterdir() if entry.suffix in _CODE}
        found |= {package for entry in place.iterdir() for package in entry.glob("__init__.*") if entry.is_dir()}
    return {file: _digest(file) for file in sorted(found) if file.is_file()}


def refuse_changed(before: Mapping[Path, str], folder: Path) -> None:
    """Refuse to verify by what the tests have changed, removed or added.

    Args:
        before: what `grounds` returned before they ran.

    Raises:
        MisuseError: something differs.
    """
    after = grounds(folder)
    changed = [file for file in sorted({*before, *after}) if before.get(file) != after.get(file)]
    if not changed:
        return
    named = ", ".join(shown(file) for file in changed[:_NAMED])
    rest = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    raise MisuseError(
        f"the tests have changed {named}{rest}: what is verified, and by what, is read before they run",
        next_step="let the tests write somewhere else; what they need before they run belongs in the checkout",
    )


def _domain_files(domain: str) -> set[Path]:
    spec = find_spec(domain)
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    if spec and spec.origin and not places:
        return {Path(spec.origin)}
    return {file for place in places for file in place.rglob("*") if file.suffix in (".py", ".so", ".toml")}


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
