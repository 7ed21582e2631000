"""Files that lie in a folder or a bucket: whatever address fsspec knows. The one room that does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from contracts.errors import BrokerError, MisuseError, Where
from contracts.model.emission import recorded_address

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(::|://)")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


class _Files(Protocol):
    """What is asked of fsspec, which has no types of its own."""

    def makedirs(self, path: str, *, exist_ok: bool) -> None: ...
    def pipe_file(self, path: str, value: bytes) -> Any: ...
    def invalidate_cache(self) -> None: ...
    def size(self, path: str) -> int | None: ...
    def exists(self, path: str) -> bool: ...
    def cat_file(self, path: str) -> bytes: ...
    def ls(self, path: str, *, detail: bool) -> list[str]: ...


class StoreError(BrokerError):
    """A store can't be reached, refused, or didn't take what was stored."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A place for files.

    Attributes:
        name: its address without what may be a secret in it.
    """

    name: str
    _files: _Files
    _root: str

    def write(self, key: str, content: bytes) -> None:
        """Store a file, and confirm that the whole of it is there.

        Args:
            key: its path in the store, with slashes.

        Raises:
            StoreError: the store didn't take it.
        """
        path = self._path(key)
        with self._failing("storing"):
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, content)
            self._files.invalidate_cache()
            there = self._files.size(path)
        if there != len(content):
            raise StoreError(f"{self.name} holds {there} bytes of {key}, and {len(content)} were stored")

    def read(self, key: str, *, at_most: int) -> bytes | None:
        """Return a file; None where there is none.

        Raises:
            StoreError: the store can't be read, or the file is larger than `at_most`.
        """
        path = self._path(key)
        with self._failing("reading"):
            if not self._files.exists(path):
                return None
            if (size := self._files.size(path) or 0) > at_most:
                raise StoreError(f"{self.name} holds {size} bytes as {key}, more than anything that was stored there")
            return bytes(self._files.cat_file(path))

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in a folder of the store; none where there is no such folder.

        Raises:
            StoreError: the store can't be read.
        """
        path = self._path(folder)
        with self._failing("reading"):
            if not self._files.exists(path):
                return ()
            return tuple(sorted(str(one).rpartition("/")[2] for one in self._files.ls(path, detail=False)))

    def _path(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"

    @contextmanager
    def _failing(self, doing: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - each store's library raises errors of its own
            # An address may stand in the error, and a key in the address.
            why = recorded_address(" ".join(str(error).split())) or type(error).__name__
            raise StoreError(
                f"{doing} in {self.name} failed: {type(error).__name__}: {why}",
                next_step="check the address and what it is entered with, then run this again",
            ) from None


def open_store(address: str, *, base: Path, where: Where | None = None) -> FileStore:
    """Return the store at an address; nothing is asked of it yet.

    Args:
        address: as fsspec takes it, or a folder, relative to `base`.
        where: what names it, for errors.

    Raises:
        MisuseError: fsspec isn't installed, or knows no such address.
    """
    named = recorded_address(address)
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # it has none
    except ImportError:
        raise MisuseError(
            f"the store {named} needs fsspec, which isn't installed",
            where=where,
            next_step="install the extra: pip install 'webinar-contracts[evidence]'",
        ) from None
    if not _SCHEME.match(address) or _WINDOWS.match(address):
        address = named = str((base / address).resolve())
    try:
        files, root = url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise MisuseError(
            f"the store {named} can't be used: {recorded_address(str(error))}",
            where=where,
            next_step="install what its kind of address needs (s3fs for s3://, gcsfs for gs://), or name another one",
        ) from None
    return FileStore(named, files, root)


def matching(address: str) -> tuple[str, ...]:
    """Return the addresses of the files that an address names, several where it is a pattern, sorted.

    Raises:
        MisuseError: fsspec isn't installed, knows no such address, or nothing matches.
        StoreError: the store can't be read.
    """
    files, path = _found(address)
    with _reading(address):
        found = files.glob(path) if has_magic(path) else [path] if files.exists(path) else []
    if not found:
        raise MisuseError(
            "no file matches", where=Where(recorded_address(address)), next_step="name files that are there"
        )
    return tuple(files.unstrip_protocol(one) for one in sorted(found))


def size_at(address: str) -> int | None:
    """Return how many bytes a file has; None where the store doesn't say."""
    files, path = _found(address)
    with _reading(address):
        size: int | None = files.size(path)
        return size


@contextmanager
def opened_at(address: str) -> Iterator[BinaryIO]:
    """Open a file of a store to be read.

    Raises:
        StoreError: the store can't be read.
    """
    files, path = _found(address)
    with _reading(address):
        stream: BinaryIO = files.open(path, "rb")
    with stream:
        yield stream


def is_address(name: str) -> bool:
    """Is it an address of a store, and no path?"""
    return "://" in name


def _found(address: str) -> tuple[Any, str]:
    named = recorded_address(address)
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MisuseError(
            f"{named} is an address, which needs fsspec, and that isn't installed",
            next_step="pip install 'webinar-contracts[audit]'",
        ) from None
    try:
        found: tuple[Any, str] = url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise MisuseError(
            f"{named} can't be read: {recorded_address(str(error))}",
            next_step="install what its kind of address needs (s3fs for s3://, gcsfs for gs://), or name another one",
        ) from None
    return found


@contextmanager
def _reading(address: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - each store's library raises errors of its own
        why = recorded_address(" ".join(str(error).split())) or type(error).__name__
        raise StoreError(
            f"{recorded_address(address)} can't be read: {type(error).__name__}: {why}",
            next_step="check the address and what it is entered with, then run this again",
        ) from None
