"""Where pacts are read from: what the user names, else the project's folder and the contract package that it uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from contracts.errors import MisuseError, Where
from contracts.model import strict_json
from contracts.model.emission import CREDENTIALS
from contracts.model.pact import PactDocument, parse_pact
from contracts.project.contract_package import ContractPackage, contract_package, pacts_folder_of
from contracts.project.paths import shown
from contracts.project.settings import Settings

PLANNED = "planned"
"""The folder, inside the pacts, of emitters without any implemented pair: verified, never published."""


def pacts_folder(settings: Settings) -> Path:
    """Return the project's folder of pacts, whether it exists or not."""
    return settings.pacts or settings.root / "pacts"


def read_pacts(settings: Settings, explicit: str | Path | None, emitter: str) -> tuple[PactDocument, ...]:
    """Read the pacts whose provider is `emitter`, those under `planned/` too.

    Args:
        settings: the project's.
        explicit: what `--pacts` names, a folder or one file, relative to the current folder; None where it
            wasn't given.
        emitter: the emitter's name in the registry.

    Returns:
        In the order of their files; empty where nobody expects anything of this emitter.

    Raises:
        MisuseError: a place that was named doesn't exist or has no pact of this emitter; a pact that can't be
            read; two pacts of one consumer, in one place or in two.
    """
    named = Path(explicit) if explicit is not None else settings.pacts
    if named is not None:
        pacts = _read(named, emitter)
        if not pacts:
            raise MisuseError(
                f"there is no pact of {emitter} here",
                where=Where(shown(named)),
                next_step="name a folder or a file with its pact, or capture the pacts: contracts capture",
            )
        return pacts
    own, brought = _own(settings, emitter), _brought(settings, emitter)
    if own and settings.registry is not None:
        # With a registry of its own the project is the contract: what a package brings belongs to another one.
        return own
    # Where the consumer's tests stand its pacts are made: what the contract package brings of them is a copy.
    if not (settings.root / settings.consumer_tests).is_dir():
        for pact in own:
            _refuse_another(pact, brought)
    consumers = {pact.consumer for pact in own}
    return (*own, *(pact for pact in brought if pact.consumer not in consumers))


def own_pacts(settings: Settings, emitters: Iterable[str]) -> tuple[PactDocument, ...]:
    """Return the contract's own pacts with some emitters; having none of one is no mistake here.

    Raises:
        MisuseError: a pact can't be read, or is there twice.
    """
    return tuple(
        pact
        for emitter in emitters
        # What a consumer's own repository captured is newer than what its contract package brings.
        for pact in _own(settings, emitter) or (() if settings.pacts else _brought(settings, emitter))
    )


def headers_asked(pacts: Iterable[PactDocument]) -> frozenset[str]:
    """Return the headers whose values a recording has to hold, so that these pacts can be judged by it.

    Those that hold credentials aren't among them.
    """
    return frozenset(name for pact in pacts for name in pact.headers_asked) - CREDENTIALS


def is_brought(package: ContractPackage, pact: PactDocument) -> bool:
    """Does a pact come from the contract package, and not from the project's own folder?"""
    return pact.source.startswith(f"{package.told}: ")


def _own(settings: Settings, emitter: str) -> tuple[PactDocument, ...]:
    folder = pacts_folder(settings)
    return _read(folder, emitter) if folder.exists() else ()


def _brought(settings: Settings, emitter: str) -> tuple[PactDocument, ...]:
    package = contract_package(settings)
    folder = pacts_folder_of(package)
    if folder is None or folder == pacts_folder(settings).resolve():
        return ()
    # Where an installation put its files says nothing to whoever reads it: the contract's name and version do.
    return tuple(replace(pact, source=f"{package.told}: {Path(pact.source).name}") for pact in _read(folder, emitter))


def _refuse_another(pact: PactDocument, brought: Iterable[PactDocument]) -> None:
    for other in brought:
        if other.consumer == pact.consumer and replace(other, source=pact.source) != pact:
            raise MisuseError(
                f"{pact.consumer} has two different pacts with {pact.provider}: this one, and {other.source}",
                where=Where(pact.source),
                next_step="remove the one that doesn't count, name a place with --pacts, or ask the broker: --broker",
            )


def _read(place: Path, emitter: str) -> tuple[PactDocument, ...]:
    found: dict[str, PactDocument] = {}
    for file in _files(place):
        text = _text(file)
        if _provider(text) not in (None, emitter):
            # Somebody else's pact may be of any version: it isn't read further.
            continue
        pact = parse_pact(text, source=shown(file))
        twin = found.setdefault(pact.consumer, pact)
        if twin is not pact:
            raise MisuseError(
                f"this pact between {pact.consumer} and {pact.provider} is there twice, also as {twin.source}",
                where=Where(pact.source),
                next_step="keep the one that is captured: contracts capture",
            )
    return tuple(found.values())


def _files(place: Path) -> Iterable[Path]:
    if place.is_dir():
        return [*sorted(place.glob("*.json")), *sorted((place / PLANNED).glob("*.json"))]
    if not place.exists():
        raise MisuseError(
            "there is no such file or folder of pacts",
            where=Where(shown(place)),
            next_step="name one that exists with --pacts, or capture the pacts: contracts capture",
        )
    return [place]


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MisuseError(
            f"the pact can't be read: {error.strerror}", where=Where(shown(file)), next_step="make it readable"
        ) from None


def _provider(text: bytes) -> str | None:
    """Return the provider's name, or None where the document doesn't say; reading it then says why."""
    try:
        document = strict_json.read(text)
        name = document["provider"]["name"]
    except (strict_json.JsonRefusedError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None
