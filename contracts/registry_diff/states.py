"""Reading a state: the working tree's, or a git revision's by its own code in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.errors import HarnessError, MisuseError, Where
from contracts.model.pact import PactDocument, parse_pact
from contracts.model.schemas import shape_of_schema
from contracts.model.shapes import nodes
from contracts.model.toml_lines import KeyPath, line_of, lines_of_keys
from contracts.project.contract_package import contract_package
from contracts.project.paths import shown
from contracts.project.settings import Settings, load_settings
from contracts.registry_diff import describe
from contracts.registry_diff.git import archive, top_level
from contracts.registry_diff.values import ContractState, EventState, MessageForms, RegisteredPair

_TIMEOUT = 60.0
_TOOLKIT = Path(__file__).resolve().parents[2]


def working_tree(settings: Settings) -> ContractState:
    """Read the state of the project as it lies there; the contract may be one that is installed.

    Raises:
        MisuseError: its catalogue can't be imported or its registry can't be read.
    """
    return read_tree(settings.root, "the working tree", shown_under=settings.root)


def module_of(settings: Settings) -> str:
    """Return the name of the package that holds the contract of a project."""
    return contract_package(settings).module


def has_contract(settings: Settings) -> bool:
    """Does the project's own tree hold the catalogue that it is judged by, or its registry?"""
    return settings.registry is not None or _home(settings.root, module_of(settings)) is not None


def revision(settings: Settings, name: str) -> ContractState:
    """Read the state of a git revision of the project's repository.

    Raises:
        MisuseError: no repository, no such revision, a revision that a shallow clone doesn't hold, or a state in which
            the project's domain didn't exist, or can't be read.
    """
    top = top_level(settings.root)
    inside = settings.root.resolve().relative_to(top)
    with tempfile.TemporaryDirectory(prefix="contracts-diff-") as temporary:
        tree = Path(temporary) / "tree"
        # Without a repository's root above it, the search for settings would go on into the system's folders.
        (tree / ".git").mkdir(parents=True)
        tar = Path(temporary) / "state.tar"
        archive(top, name, tar)
        with tarfile.open(tar) as opened:
            _extract(opened, tree)
        root = tree / inside
        if not root.is_dir():
            raise MisuseError(
                f"the project's folder {inside} isn't in {name}", next_step="name a revision that has the project"
            )
        _refuse_without_contract(settings, load_settings(root), name)
        return read_tree(root, name, shown_under=root)


def _refuse_without_contract(today: Settings, then: Settings, name: str) -> None:
    """Refuse a revision that doesn't hold the contract: what is installed today would be taken for it in silence."""
    if has_contract(then) and (then.registry is None or module_of(then) == module_of(today)):
        return
    named = f"; its settings name {module_of(then)!r}" if then.file and module_of(then) != module_of(today) else ""
    raise MisuseError(
        f"in {name} the domain {module_of(today)!r} didn't exist{named}",
        where=Where(shown(today.root)),
        next_step="name a revision that holds it"
        if has_contract(today)
        else "this repository holds no contract; name two versions of the one that is installed, such as 1.2.0 1.3.0",
    )


def _extract(opened: tarfile.TarFile, tree: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        opened.extractall(tree, filter=_harmless)  # noqa: S202 - the filter leaves out what leads elsewhere
    else:
        # Python before 3.11.4 has no filters.
        opened.extractall(tree, [member for member in opened if _stays(member)])  # noqa: S202 - likewise


def _stays(member: tarfile.TarInfo) -> bool:
    """Is it a file, a folder or a link within the tree? What git packs has no other names than those below it."""
    target = os.path.normpath(Path(member.name).parent / member.linkname)
    return member.isreg() or member.isdir() or (member.issym() and not target.startswith(("/", "..")))


def _harmless(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        # A link that leads out of the tree is no part of the contract.
        return None


def read_tree(root: Path, name: str, *, shown_under: Path) -> ContractState:
    """Read the state of a source tree.

    Args:
        root: the project's folder.
        name: what people call this state.
        shown_under: paths are shown relative to this folder.
    """
    return read_state(load_settings(root), name, shown_under=shown_under)


def read_state(settings: Settings, name: str, *, shown_under: Path) -> ContractState:
    """Read the state that some settings name.

    Args:
        name: what people call this state.
        shown_under: paths are shown relative to this folder.
    """
    described = _describe(settings, name)
    folder = Path(described["folder"])
    file = settings.registry or (folder if folder.is_absolute() else settings.root.resolve() / folder) / "emitters.toml"
    document, lines = _registry(file, name)
    where = Where(_shown(file, shown_under))
    return ContractState(
        name=name,
        consumer=str(document.get("consumer", {}).get("name", "")),
        registry=where,
        pairs={key: _pair(key, entry, lines, where) for key, entry in ContractState.registry_pairs(document).items()},
        events={event: _event(event, told) for event, told in described["events"].items()},
        reads=_reads(settings, name),
        forms=_forms(document.get("messages", {}), Where(where.file, line_of(lines, ("messages",)))),
    )


def _describe(settings: Settings, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="contracts-describe-") as temporary:
        out = Path(temporary) / "state.json"
        command = [
            sys.executable,
            "-B",
            describe.__file__,
            str(settings.root),
            str(_home(settings.root, module_of(settings)) or settings.root),
            str(_TOOLKIT),
            module_of(settings),
            str(out),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, cwd=settings.root
            )
        except subprocess.TimeoutExpired:
            raise HarnessError(
                f"the catalogue of {name} wasn't imported within {_TIMEOUT:.0f} s", next_step="import it by hand"
            ) from None
        if done.returncode != 0 or not out.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise MisuseError(
                f"the catalogue {module_of(settings)!r} of {name} can't be imported: {last}",
                next_step="name a state whose domain package can be imported with what is installed here",
            )
        described: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return described


def _home(root: Path, module: str) -> Path | None:
    """Return the folder that a module is imported from, if it lies in the tree: its root, or its `src`."""
    inside = Path(*module.split("."))
    for home in (root, root / "src"):
        if (home / inside / "__init__.py").is_file() or (home / inside).with_suffix(".py").is_file():
            return home
    return None


def _registry(file: Path, name: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text), lines_of_keys(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MisuseError(f"the registry {file.name} of {name} can't be read: {reason}") from None


def _pair(key: tuple[str, str], entry: Mapping[str, Any], lines: dict[KeyPath, int], where: Where) -> RegisteredPair:
    emitter, event = key
    line = line_of(lines, ("emitters", emitter, "events", event, "status"))
    return RegisteredPair(
        status=str(entry.get("status")),
        repeats=str(entry.get("repeats", "never")),
        delivery=entry.get("delivery"),
        where=Where(where.file, line),
    )


def _forms(said: Any, where: Where) -> MessageForms:
    # An older state's registry may be one that today's toolkit refuses: what isn't understood says nothing.
    table = said if isinstance(said, Mapping) else {}
    modes, extensions = table.get("modes"), table.get("extensions")
    return MessageForms(
        tuple(modes) if isinstance(modes, list) else ("structured",),
        tuple(extensions) if isinstance(extensions, list) else (),
        where,
    )


def _event(name: str, described: Mapping[str, Any]) -> EventState:
    return EventState(
        fact_key=tuple(described["fact_key"]),
        fields={node.path: node for node in nodes(shape_of_schema(described["schema"], name))},
        where=Where(*described["place"]),
        places={path: Where(*place) for path, place in described["fields"].items()},
    )


def _reads(settings: Settings, name: str) -> dict[tuple[str, str], frozenset[str]] | None:
    folder = settings.pacts or settings.root / "pacts"
    files = sorted((*folder.glob("*.json"), *folder.glob("planned/*.json")))
    reads: dict[tuple[str, str], frozenset[str]] = {}
    for file in files:
        pact: PactDocument = parse_pact(file.read_bytes(), source=f"{file.name} of {name}")
        for interaction in pact.interactions:
            key = (pact.provider, interaction.event)
            reads[key] = reads.get(key, frozenset()) | frozenset(_paths(interaction.contents, ""))
    return reads if files else None


def _paths(contents: Any, prefix: str) -> list[str]:
    if isinstance(contents, dict):
        return [path for key, value in contents.items() for path in (prefix + key, *_paths(value, f"{prefix}{key}."))]
    if isinstance(contents, list):
        own = prefix.removesuffix(".")
        return [path for value in contents[:1] for path in (f"{own}[]", *_paths(value, f"{own}[]."))]
    return []


def _shown(file: Path, under: Path) -> str:
    resolved = file.resolve()
    return str(resolved.relative_to(under.resolve())) if resolved.is_relative_to(under.resolve()) else file.name
