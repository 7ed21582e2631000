"""Loading the domain that the settings name: the one place where it is chosen."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from contracts.errors import MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, data_model, event_name
from contracts.model.registry_toml import parse_registry
from contracts.project.contract_package import contract_package
from contracts.project.named_emitters import refuse_unknown_settings
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.project.user_code import imported, place_of_definition

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
    chosen = contract_package(settings)
    package = _imported(settings, chosen.module)
    catalogue = getattr(package, "CATALOGUE", None)
    if not isinstance(catalogue, Catalogue) or package.__file__ is None:
        raise MisuseError(
            f"the domain package {chosen.module!r} holds no CATALOGUE",
            where=Where(str(package.__file__)),
            next_step="define CATALOGUE = Catalogue((…,)) in its __init__.py",
        )
    _check_models(catalogue)
    file = settings.registry or Path(package.__file__).with_name(REGISTRY_FILE)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"the registry can't be read: {error}", where=Where(shown(file)), next_step=f"write {file.name}"
        ) from None
    registry = parse_registry(text, file=shown(file), catalogue=catalogue)
    return Domain(chosen.module, catalogue, registry, file, chosen.distribution)


def _imported(settings: Settings, module: str) -> ModuleType:
    where = settings.place_of("domain")
    if not module:
        raise MisuseError(
            "the domain package has no name",
            where=where,
            next_step='name an importable package, domain = "…"; without the setting it is the installed one',
        )
    make_importable(settings)
    return imported(
        module,
        f"the domain package {module!r}",
        root=settings.root,
        where=where,
        next_step='name an importable package in the settings, domain = "…"',
    )


def _check_models(catalogue: Catalogue) -> None:
    """Refuse a catalogue whose events have no name or no data: every command would stumble over them."""
    for model in catalogue.models:
        if not (isinstance(model, type) and issubclass(model, CanonicalEvent)):
            raise MisuseError(
                f"CATALOGUE holds {model!r}, which is no canonical event",
                next_step="hand Catalogue((…,)) subclasses of CanonicalEvent",
            )
        try:
            event_name(model), data_model(model)
        except TypeError as error:
            raise MisuseError(
                str(error),
                where=place_of_definition(model),
                next_step='write type: Literal["the_events_name"] and data: a subclass of EventData',
            ) from None


def make_importable(settings: Settings) -> None:
    """Let what lies beside a project's settings be imported, installed or not: its domain, its handler."""
    root = str(settings.root)
    if root not in sys.path:
        sys.path.insert(0, root)
