"""What a repository is to the contract: its home, its consumer's, an emitter's, or several of these."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from contracts.model.domain import Domain
from contracts.project.git import ask_git
from contracts.project.named_emitters import named_emitters
from contracts.project.settings import Settings


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a repository is.

    Attributes:
        contract: the catalogue or the registry is its own.
        consumer: it has the consumer's tests, or says that it has.
        emitters: those that its settings name, in the registry's order.
    """

    contract: bool
    consumer: bool
    emitters: tuple[str, ...]


def kinds_of(settings: Settings, domain: Domain) -> Kinds:
    """Read from a project's settings, and from what lies beside them, what the repository is."""
    return Kinds(
        contract=holds_catalogue(settings, domain) or is_own(settings, domain.registry_file),
        consumer=holds_consumer_tests(settings) or settings.handler is not None or _names_tests(settings),
        emitters=named_emitters(settings, domain.registry),
    )


def holds_consumer_tests(settings: Settings) -> bool:
    """Is there a folder of consumer tests, as the settings name it?"""
    return (settings.root / settings.consumer_tests).is_dir()


def captures_here(settings: Settings) -> bool:
    """Are the pacts captured here: are there consumer tests, or do the settings say that there are?"""
    return holds_consumer_tests(settings) or _names_tests(settings)


def holds_catalogue(settings: Settings, domain: Domain) -> bool:
    """Is the package of the canonical events part of the project?"""
    file = importlib.import_module(domain.package).__file__
    return file is not None and is_own(settings, Path(file))


def is_own(settings: Settings, file: Path) -> bool:
    """Is a file the project's to change: in its folder or its checkout, and not in an environment that lies there?"""
    file = file.resolve()
    if {"site-packages", "dist-packages"} & set(file.parts):
        return False
    return file.is_relative_to(settings.root.resolve()) or file.is_relative_to(_checkout(settings.root))


def _checkout(root: Path) -> Path:
    top = ask_git(root, "rev-parse", "--show-toplevel")
    return Path(top.text.strip()).resolve() if top.failed is None and top.text.strip() else root.resolve()


def _names_tests(settings: Settings) -> bool:
    return ("consumer_tests",) in settings.lines
