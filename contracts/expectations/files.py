"""The folder of pacts: what would change in it, and writing it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.files import unwritten, write_all
from contracts.model import strict_json
from contracts.model.written_pacts import PactFileChange

_PLANNED = "planned/"


def changes(
    folder: Path, files: Mapping[str, bytes], *, consumer: str, whole: bool = True
) -> tuple[PactFileChange, ...]:
    """Compare the folder of pacts with what it should hold.

    Args:
        folder: may not exist.
        files: contents by path, from `build_pacts`.
        consumer: whose pacts are ours; everything else in the folder is left alone.
        whole: `files` follow from every expectation; else only the interactions in them are compared.

    Raises:
        MisuseError: a file can't be read.
    """
    present = {name: _bytes(folder / name) for name in _ours(folder, consumer) | set(files) if (folder / name).exists()}
    if not whole:
        # Which folder a pact belongs to follows from all its expectations: a part of them takes it where it lies.
        files = {name if name in present else _elsewhere(name, present): content for name, content in files.items()}
    found = []
    for name in sorted(set(present) | set(files)):
        change = _change(name, present.get(name), files.get(name), whole=whole)
        if change is not None:
            found.append(change)
    return tuple(found)


def write(folder: Path, files: Mapping[str, bytes], found: tuple[PactFileChange, ...]) -> None:
    """Carry out the changes: each file is replaced whole, and what follows from nothing is removed.

    Raises:
        MisuseError: a file can't be written.
    """
    # Everything is on the disk before the first file is replaced.
    contents = {folder / change.file: files[change.file] for change in found if change.how != "removed"}
    write_all(contents, what="the pacts", next_step="make the folder writable", parents=True)
    try:
        for change in found:
            if change.how == "removed":
                (folder / change.file).unlink(missing_ok=True)
        _remove_empty(folder / "planned")
    except OSError as error:
        raise unwritten(
            error, error.filename or folder, what="the pacts", next_step="make the folder writable"
        ) from None


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _ours(folder: Path, consumer: str) -> set[str]:
    """Return the paths of the pacts that are this consumer's, by what they say or, if unreadable, by their names."""
    names = set()
    for file in (*folder.glob("*.json"), *(folder / "planned").glob("*.json")):
        document = _document(_bytes(file))
        named = document.get("consumer") if document else None
        said = named.get("name") if isinstance(named, dict) else None
        if said == consumer or (said is None and file.name.startswith(f"{consumer}-")):
            names.add(file.relative_to(folder).as_posix())
    return names


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MisuseError(
            f"this can't be read as a pact: {error.strerror}",
            where=Where(str(file)),
            next_step="remove it from the folder of pacts, or make it readable",
        ) from None


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        document = strict_json.read(content)
    except strict_json.JsonRefusedError:
        return None
    return document if isinstance(document, dict) else None


def _elsewhere(name: str, present: Mapping[str, bytes]) -> str:
    """Return the path at which a pact lies in the other folder, else its own."""
    other = name.removeprefix(_PLANNED) if name.startswith(_PLANNED) else f"{_PLANNED}{name}"
    return other if other in present else name


def _change(name: str, present: bytes | None, wanted: bytes | None, *, whole: bool) -> PactFileChange | None:
    if wanted is None:
        return PactFileChange(name, "removed", ("no expectation and pair leads to it",)) if whole else None
    if present is None:
        return PactFileChange(name, "added", tuple(f"+ {key}" for key in _interactions(wanted)))
    if present == wanted:
        return None
    details = tuple(_differences(present, wanted, whole=whole))
    if whole:
        return PactFileChange(name, "changed", details or ("only its layout differs",))
    return PactFileChange(name, "changed", details) if details else None


def _interactions(content: bytes) -> dict[str, Any]:
    document = _document(content) or {}
    listed = document.get("interactions")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get("key", one.get("description"))): one for one in found}


def _differences(present: bytes, wanted: bytes, *, whole: bool) -> Iterator[str]:
    if _document(present) is None:
        yield "it is no JSON object"
        return
    old, new = _interactions(present), _interactions(wanted)
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield f"+ {key}"
        elif key in new:
            paths = list(_paths(old[key], new[key], ""))
            if paths:
                yield f"~ {key}: {', '.join(paths)}"
        elif whole:
            yield f"- {key}"
    if whole:
        rest_old, rest_new = _rest(present), _rest(wanted)
        yield from (f"~ {path}" for path in _paths(rest_old, rest_new, ""))


def _rest(content: bytes) -> dict[str, Any]:
    return {key: value for key, value in (_document(content) or {}).items() if key != "interactions"}


def _paths(old: Any, new: Any, prefix: str) -> Iterator[str]:
    """Yield the paths at which two JSON values differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            # A matching rule's key is a path itself: brackets keep the two apart.
            part = f"[{key}]" if key.startswith("$") else f".{key}"
            if key in old and key in new:
                yield from _paths(old[key], new[key], f"{prefix}{part}")
            else:
                yield f"{prefix}{part}".lstrip(".")
    elif json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True):
        yield prefix.lstrip(".")
