"""Loading the domain that the settings name: the one place where it is chosen."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from contracts.errors import MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.events import Catalogue
from contracts.model.registry_toml import parse_registry
from contracts.project.named_emitters import refuse_unknown_settings
from contracts.project.paths import shown
from contracts.project.settings import Settings

REGISTRY_FILE = "emitters.toml"


def load_domain(settings: Settings) -> Domain:
    """Load the catalogue and the registry of the domain package that the settings name.

    Raises:
        MisuseError: there is no such package, it holds no `CATALOGUE`, its registry is invalid, or the settings
            name an emitter that the registry doesn't have.
    """
    domain = read_domain(settings)
    refuse_unknown_settings(settings, domain)
    return domain


def read_domain(settings: Settings) -> Domain:
    """Load the domain, whatever else the settings name.

    Raises:
        MisuseError: there is no such package, it holds no `CATALOGUE`, or its registry is invalid.
    """
    make_importable(settings)
    try:
        package = importlib.import_module(settings.domain)
    except ImportError as error:
        raise MisuseError(
            f"the domain package {settings.domain!r} can't be imported: {error}",
            where=Where(str(settings.file)) if settings.file else None,
            next_step='name an importable package in the settings, domain = "…"',
        ) from None
    catalogue = getattr(package, "CATALOGUE", None)
    if not isinstance(catalogue, Catalogue) or package.__file__ is None:
        raise MisuseError(
            f"the domain package {settings.domain!r} holds no CATALOGUE",
            where=Where(str(package.__file__)),
            next_step="define CATALOGUE = Catalogue((…,)) in its __init__.py",
        )
    file = settings.registry or Path(package.__file__).with_name(REGISTRY_FILE)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"the registry can't be read: {error}", where=Where(shown(file)), next_step=f"write {file.name}"
        ) from None
    registry = parse_registry(text, file=shown(file), catalogue=catalogue)
    return Domain(settings.domain, catalogue, registry, file)


def make_importable(settings: Settings) -> None:
    """Let what lies beside a project's settings be imported, installed or not: its domain, its handler."""
    root = str(settings.root)
    if root not in sys.path:
        sys.path.insert(0, root)
