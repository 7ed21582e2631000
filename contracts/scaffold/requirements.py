"""Where what a repository installs comes from: whoever begins it says so; no name is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from contracts.errors import MisuseError
from contracts.project.contract_package import TOOLKIT, ContractPackage

_NAMED = re.compile(r"[A-Za-z0-9._-]+(\[[^]]*\])?\s*@")
"""A requirement that brings its own address (PEP 508)."""


def requirement_line(said: str, distribution: str, option: str) -> str:
    """Return a line of pip's requirements for a distribution.

    Args:
        said: a version, a wheel or a folder, an address such as `git+https://…@COMMIT`, or a whole requirement.
        distribution: its name.
        option: what it was said with, for errors.

    Raises:
        MisuseError: it is none of these, or names something that isn't there.
    """
    text = said.strip()
    if _is_version(text):
        return f"{distribution}=={text}"
    if re.match(r"[a-z+]+://", text):
        return f"{distribution} @ {text}"
    if not _NAMED.match(text) and (text.endswith(".whl") or "/" in text):
        place = Path(text)
        if not place.exists():
            raise MisuseError(
                f"{option}: there is no {text!r}",
                next_step="name a wheel or a folder that exists, a version, or git+https://…@COMMIT",
            )
        return f"{distribution} @ {place.resolve().as_uri()}"
    try:
        return str(Requirement(text))
    except InvalidRequirement:
        raise MisuseError(
            f"{option}: {text!r} is nothing that pip could install",
            next_step="say a version, a wheel's path, git+https://…@COMMIT, or a requirement such as name>=1.2",
        ) from None


def toolkit_requirement(said: str | None) -> str | None:
    """Return where the toolkit comes from, as a line of requirements; None where nobody says it.

    Its name alone is never taken: on an index somebody else could own it.

    Raises:
        MisuseError: what is said is nothing that could be installed.
    """
    return requirement_line(said, TOOLKIT.name, "--toolkit") if said else None


def contract_requirement(said: str | None, package: ContractPackage) -> str | None:
    """Return where the contract package comes from; None where it comes with the toolkit, or nobody says it.

    Raises:
        MisuseError: what is said is nothing that could be installed, or the contract is the toolkit's own.
    """
    found = package.distribution
    if found is None or found.name == TOOLKIT.name:
        if said:
            raise MisuseError(
                f"--contract: the contract here is {package.told}, which isn't installed from anywhere else",
                next_step="install the contract's package first, or leave --contract out",
            )
        return None
    return requirement_line(said, found.name, "--contract") if said else None


def needs_contract(package: ContractPackage) -> bool:
    """Is the contract a distribution beside the toolkit's?"""
    return package.distribution is not None and package.distribution.name != TOOLKIT.name


def requirements_text(toolkit: str | None, contract: str | None, *, with_contract: bool) -> str:
    """Return the lines of a file of requirements; what nobody said stands there as a comment to fill in."""
    return "\n".join(_lines(toolkit, contract, with_contract))


def _lines(toolkit: str | None, contract: str | None, with_contract: bool) -> Iterator[str]:
    yield toolkit or f"# {TOOLKIT.name} @ git+https://…@COMMIT"
    if with_contract:
        yield contract or "# the contract's distribution, such as name==1.2.0"


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
