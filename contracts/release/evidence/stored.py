"""Evidence in the store that the settings name: of each version a folder, of each run a file under its digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from contracts.project.settings import Settings
from contracts.release.evidence.sealed import MAX_CAPTURES, Packed
from contracts.stores import FileStore, open_store

_ENDING = ".ndjson.gz"


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """A store of evidence."""

    files: FileStore

    @property
    def name(self) -> str:
        """How results and people call it."""
        return self.files.name

    def put(self, emitter: str, version: str, packed: Packed) -> None:
        """Store evidence under its digest.

        Raises:
            StoreError: it can't be stored there.
        """
        self.files.write(f"{_folder(emitter, version)}/{packed.sha256}{_ENDING}", packed.content)

    def get(self, emitter: str, version: str, sha256: str) -> bytes | None:
        """Return the evidence of a digest; None where it isn't there.

        Raises:
            StoreError: the store can't be read.
        """
        return self.files.read(f"{_folder(emitter, version)}/{quote(sha256, safe='')}{_ENDING}", at_most=MAX_CAPTURES)

    def of_version(self, emitter: str, version: str) -> Iterator[tuple[str, bytes]]:
        """Yield the evidence of each run of a version with the digest under which it is stored.

        Raises:
            StoreError: the store can't be read.
        """
        for name in self.files.names(_folder(emitter, version)):
            sha256 = name.removesuffix(_ENDING)
            if sha256 != name and (content := self.get(emitter, version, sha256)) is not None:
                yield sha256, content


def store_of(settings: Settings) -> StoredEvidence | None:
    """Return the store that the settings name; None where they name none.

    Raises:
        MisuseError: it can't be used.
    """
    if settings.evidence is None:
        return None
    return StoredEvidence(open_store(settings.evidence, base=settings.root, where=settings.place_of("evidence")))


def _folder(emitter: str, version: str) -> str:
    # A version may be called anything; "." and ".." are the two names that quoting leaves as they are.
    return "/".join(quote(name, safe="").replace(".", "%2E") for name in (emitter, version))
