"""Which released version of the contract a run judges by: what is judged again is posted under such a one alone."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.version import InvalidVersion, Version

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.project.git import ask_git
from contracts.project.installed import origin_of
from contracts.project.settings import Settings
from contracts.project.working_copy import WorkingCopy, named, read_working_copy

_TAG = re.compile(r"(?:.*[-_/@])?v?(?P<version>\d+(?:\.\d+)+[a-z0-9.]*)")
"""`v1.4.0`, `1.4.0`, `contract-1.4.0`, `contract/v1.4.0`."""


@dataclass(frozen=True, slots=True)
class ReleasedContract:
    """A released version of the contract.

    Attributes:
        version: as versions are compared (PEP 440).
        source: what says so.
    """

    version: str
    source: str


def released_contract(settings: Settings, domain: Domain) -> ReleasedContract | str:
    """Return the released version of the contract that is judged by; or why it is no released one.

    It is one where the domain's package comes from an installed distribution and brings its registry, or where a tag
    of a version is on the commit that is checked out, the working copy holds what the commit holds, and the contract
    is kept there: an emitter's checkout that holds a copy of it has tags of its own.
    """
    package = Path(str(importlib.import_module(domain.package).__file__)).resolve().parent
    if domain.registry_file.resolve().is_relative_to(package):
        found = _distribution_of(package, domain.package)
        if found is not None:
            return _of_distribution(found)
    return _of_tag(settings, domain)


def released_version(settings: Settings, domain: Domain) -> str | None:
    """Return the released version of the contract that is judged by; None where it is no released one."""
    found = released_contract(settings, domain)
    return found.version if isinstance(found, ReleasedContract) else None


def _of_distribution(found: Distribution) -> ReleasedContract | str:
    name, version = found.metadata["Name"], _version(found.version)
    if version is None:
        return f"{name} {found.version} is no released version"
    return ReleasedContract(str(version), f"the distribution {name} {found.version}")


def _distribution_of(package: Path, name: str) -> Distribution | None:
    """Return the distribution that installed a package, where it isn't an editable one."""
    home = package.parents[name.count(".")]
    inside = f"{package.relative_to(home).as_posix()}/__init__.py"
    for one in distributions(path=[str(home)]):
        if inside in (one.read_text("RECORD") or "") and origin_of(one).checkout is None:
            return one
    return None


def _of_tag(settings: Settings, domain: Domain) -> ReleasedContract | str:
    try:
        copy = read_working_copy(settings, domain)
    except MisuseError as error:
        return error.what
    return copy if isinstance(copy, str) else _of_tags(settings, domain, copy)


def _of_tags(settings: Settings, domain: Domain, copy: WorkingCopy) -> ReleasedContract | str:
    if not domain.registry_file.resolve().is_relative_to(copy.root):
        return f"the registry lies outside of the checkout at {copy.root}"
    if not any((settings.root / place).is_dir() for place in (settings.consumer_tests, settings.pacts or "pacts")):
        return "the checkout holds neither consumer tests nor pacts, so that its tags aren't the contract's"
    if not copy.clean:
        return f"the working copy isn't what {copy.head[:12]} holds: {named([*copy.changed, *copy.new_code])}"
    tags = ask_git(copy.root, "tag", "--points-at", "HEAD").text.split()
    spoken = {tag: said["version"] for tag in tags if (said := _TAG.fullmatch(tag))}
    versions = {version: tag for tag, text in spoken.items() if (version := _version(text))}
    if not versions:
        return f"no tag of a version is on {copy.head[:12]}"
    return ReleasedContract(str(max(versions)), f"the tag {versions[max(versions)]}")


def _version(text: str) -> Version | None:
    try:
        found = Version(text)
    except InvalidVersion:
        return None
    return None if found.is_devrelease else found


def is_newer(one: str, other: str) -> bool:
    """Is a version of the contract newer than another one?"""
    return Version(one) > Version(other)
