"""Finding the state that a name means: a git revision of the contract, or a version that is installed or was built."""

from __future__ import annotations

import configparser
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from contracts.errors import MisuseError, Where
from contracts.project.contract_package import GROUP
from contracts.project.installed import Holder, holder_of, project_name
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.registry_diff.git import knows
from contracts.registry_diff.states import has_contract, module_of, read_state, revision, working_tree
from contracts.registry_diff.values import ContractState


def state_of(settings: Settings, name: str, folders: Sequence[Path] = ()) -> ContractState:
    """Read the state that a name means.

    A wheel by its path; a git revision, where the project holds the contract; the installed version; a wheel of that
    version in `dist/` or in one of `folders`.

    Args:
        folders: where wheels are looked for beside `dist/`.

    Raises:
        MisuseError: nothing has that name, or it holds no contract that can be read.
    """
    if name.endswith(".whl"):
        return _of_wheel(settings, Path(name))
    own = has_contract(settings)
    if own and knows(settings.root, name):
        return revision(settings, name)
    wanted = _version(name)
    if wanted is None and own:
        return revision(settings, name)
    if wanted is None:
        raise MisuseError(
            f"{name!r} is no version, and this repository holds no contract that it could be a revision of",
            where=Where(shown(settings.root)),
            next_step="name two versions of the contract that is installed, or wheels of it, or go to its repository",
        )
    places = [settings.root / "dist", Path.cwd() / "dist", *folders]
    installed = _installed(settings)
    if installed is not None and _version(installed.holder.version) == wanted:
        return installed.read()
    file = next(_wheels(settings, installed, wanted, places), None)
    if file is None:
        raise _unknown(settings, name, installed, places, own=own)
    return _of_wheel(settings, file)


def state_here(settings: Settings) -> ContractState:
    """Read the state that a project stands on: its working tree, or the contract that is installed here.

    Raises:
        MisuseError: it can't be read.
    """
    installed = None if has_contract(settings) else _installed(settings)
    return installed.read() if installed else working_tree(settings)


@dataclass(frozen=True, slots=True)
class _Installed:
    """The contract's package as it is installed; `file` is the module's."""

    holder: Holder
    module: str
    file: Path

    def read(self) -> ContractState:
        home = self.file.parents[self.module.count(".") + 1]
        return _read(home, self.module, f"{self.holder}, installed")


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _installed(settings: Settings) -> _Installed | None:
    module = module_of(settings)
    inside = Path(*module.split("."), "__init__.py")
    # In the contract's own repository the module that is imported is the working tree's.
    files = [Path(folder).resolve() / inside for folder in sys.path if folder]
    for file in (file for file in files if file.is_file()):
        holder = holder_of(file)
        if holder is not None and not (holder.checkout and has_contract(settings)):
            return _Installed(holder, module, file)
    return None


def _wheels(
    settings: Settings, installed: _Installed | None, wanted: Version, places: Sequence[Path]
) -> Iterator[Path]:
    said = (project_name(settings.root) if has_contract(settings) else None, installed and installed.holder.name)
    names = {canonicalize_name(name) for name in said if name}
    for place in places:
        for file in sorted(place.glob("*.whl")):
            try:
                name, version, _, _ = parse_wheel_filename(file.name)
            except (InvalidWheelFilename, InvalidVersion):
                continue
            if version == wanted and (name in names or not names):
                yield file


def _unknown(
    settings: Settings, name: str, installed: _Installed | None, places: Sequence[Path], *, own: bool
) -> MisuseError:
    known = f"installed is {installed.holder}" if installed else "no version is installed"
    looked = ", ".join(dict.fromkeys(shown(place) for place in places))
    git = f"git knows no revision {name!r}, and " if own else ""
    return MisuseError(
        f"{git}there is no version {name} of the contract here: {known}, and no wheel of it lies in {looked}",
        where=Where(shown(settings.root)),
        next_step="name its wheel by path, or the folder that it lies in: --find-links DIR",
    )


def _of_wheel(settings: Settings, file: Path) -> ContractState:
    with tempfile.TemporaryDirectory(prefix="contracts-wheel-") as folder:
        tree = Path(folder).resolve()
        try:
            with zipfile.ZipFile(file) as wheel:
                # What leads out of the tree is put into it: zipfile takes such parts off the names.
                wheel.extractall(tree)
        except (OSError, zipfile.BadZipFile, RuntimeError) as error:
            raise MisuseError(
                f"the wheel can't be read: {error}", where=Where(str(file)), next_step="name a wheel that can be"
            ) from None
        return _read(tree, _module_in(tree, settings, file), f"{_told(file)} ({shown(file)})")


def _module_in(tree: Path, settings: Settings, file: Path) -> str:
    modules = tuple(dict.fromkeys(_named_modules(tree)))
    if module_of(settings) in modules or not modules:
        module = module_of(settings)
    elif len(modules) == 1:
        module = modules[0]
    else:
        raise MisuseError(
            f"the wheel names several contracts: {', '.join(modules)}",
            where=Where(shown(file)),
            next_step='say in the settings which one is meant, domain = "…"',
        )
    if not any((tree / Path(*module.split("."))).with_suffix(end).exists() for end in ("", ".py")):
        raise MisuseError(
            f"the wheel holds no domain {module!r}: it didn't exist in that version, or this is another package",
            where=Where(shown(file)),
            next_step="name a wheel of the contract's package",
        )
    return module


def _named_modules(tree: Path) -> Iterator[str]:
    for entries in sorted(tree.glob("*.dist-info/entry_points.txt")):
        parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
        parser.read_string(entries.read_text(encoding="utf-8"))
        if parser.has_section(GROUP):
            yield from (value.strip() for _, value in parser.items(GROUP))


def _told(file: Path) -> str:
    try:
        name, version, _, _ = parse_wheel_filename(file.name)
    except (InvalidWheelFilename, InvalidVersion):
        return file.stem
    return f"{name} {version}"


def _read(home: Path, module: str, name: str) -> ContractState:
    """Read a state from the folder that its module is imported from; its pacts are those that the package brings."""
    folder = home / Path(*module.split("."))
    above = [folder, *folder.parents[: module.count(".")]]
    found = (place / "_pacts" for place in above if (place / "_pacts").is_dir())
    # Whatever settings lie there are those of a checkout that the installation points to.
    own = Settings(root=home, domain=module, pacts=next(found, home / "pacts"))
    state = read_state(own, name, shown_under=home)
    return replace(state, elsewhere=True)
