"""Which contract a project stands on: what its settings name, else an installed one, else the bundled one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from contracts import __version__
from contracts.errors import MisuseError
from contracts.model.domain import Distribution, told
from contracts.project.installed import origin_of
from contracts.project.settings import Settings

GROUP = "contracts.domain"
"""The group of entry points under which a contract package names its module: `orders = "orders_contract"`."""
BUNDLED = "contracts.webinar"
TOOLKIT = Distribution("webinar-contracts", __version__)


@dataclass(frozen=True, slots=True)
class ContractPackage:
    """The Python package that holds the catalogue and the registry.

    Attributes:
        module: its dotted name.
        distribution: what brings it; None where it lies in a checkout and nothing is installed.
    """

    module: str
    distribution: Distribution | None

    @property
    def told(self) -> str:
        """The contract and its version, for people."""
        return told(self.module, self.distribution)


def contract_package(settings: Settings) -> ContractPackage:
    """Return the contract package that a project stands on.

    Raises:
        MisuseError: the settings name none, and several are installed.
    """
    if settings.domain is not None:
        return ContractPackage(settings.domain, _distribution_of(settings.domain))
    installed = {point.value: point for point in _installed()}
    if len(installed) > 1:
        names = ", ".join(sorted(f"{_brought_by(point)} ({module})" for module, point in installed.items()))
        raise MisuseError(
            f"several contracts are installed, and nothing says which one counts: {names}",
            next_step=f'name one in contracts.toml, domain = "{min(installed)}"',
        )
    if not installed:
        return ContractPackage(BUNDLED, TOOLKIT)
    ((module, point),) = installed.items()
    return ContractPackage(module, _brought_by(point))


def pacts_folder_of(package: ContractPackage) -> Path | None:
    """Return the folder of the pacts that a contract package brings.

    That is `_pacts` in the package, or in one that it lies in; of a package that lies in a checkout it is `pacts`
    beside the checkout's pyproject.toml.
    """
    depth = package.module.count(".") + 1
    folder = _folder_of(package.module)
    if folder is None:
        return None
    for home in (folder, *folder.parents[: depth - 1]):
        if (home / "_pacts").is_dir():
            return home / "_pacts"
    beside = folder.parents[depth - 1]
    # A package may lie in a checkout's root or in its src/.
    root = next((one for one in (beside, beside.parent) if (one / "pyproject.toml").is_file()), None)
    return root / "pacts" if root is not None and (root / "pacts").is_dir() else None


def _folder_of(module: str) -> Path | None:
    loaded = sys.modules.get(module)
    try:
        spec = loaded.__spec__ if loaded is not None else find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin).resolve().parent if spec is not None and spec.origin else None


def _installed() -> tuple[metadata.EntryPoint, ...]:
    return _entry_points(tuple((place, _changed(place)) for place in sys.path))


@cache
def _entry_points(_: tuple[tuple[str, int], ...]) -> tuple[metadata.EntryPoint, ...]:
    # Every distribution's file is read for it: once, as long as nothing is installed or removed.
    return tuple(metadata.entry_points(group=GROUP))


def _changed(place: str) -> int:
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return 0


def _distribution_of(module: str) -> Distribution | None:
    if module == BUNDLED:
        return TOOLKIT
    return next((_brought_by(point) for point in _installed() if point.value == module), None)


def _brought_by(point: metadata.EntryPoint) -> Distribution | None:
    if point.dist is None:
        return None
    holder = origin_of(point.dist)
    return Distribution(holder.name, holder.version, editable=holder.checkout is not None)
