"""Where what a repository installs comes from: whoever begins it says so; no name is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from contracts.errors import MisuseError
from contracts.project.contract_package import TOOLKIT, ContractPackage
from contracts.scaffold.filling import filled
from contracts.scaffold.new_file import NewFile

TOOLKIT_VARIABLE = "CONTRACTS_TOOLKIT"
CONTRACT_VARIABLE = "CONTRACTS_CONTRACT"

_NAMED = re.compile(r"[A-Za-z0-9._-]+(\[[^]]*\])?\s*@")
"""A requirement that brings its own address (PEP 508)."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a repository installs, each as a line of pip's requirements; None where nobody has said it.

    Attributes:
        with_contract: the contract is a distribution beside the toolkit's.
    """

    toolkit: str | None = None
    contract: str | None = None
    with_contract: bool = False

    @property
    def said(self) -> tuple[tuple[str, str, str | None], ...]:
        """Of each: its name, the variable that says it where nothing else does, and the line."""
        contract = (("contract", CONTRACT_VARIABLE, self.contract),) if self.with_contract else ()
        return (("toolkit", TOOLKIT_VARIABLE, self.toolkit), *contract)

    @property
    def values(self) -> Mapping[str, str]:
        """What templates hold of it; of what nobody said the variable stands there, which pip fills in."""
        return {
            "and_contract": " and the contract" if self.with_contract else "",
            "requirements": "\n".join(line or f"${{{variable}}}" for _, variable, line in self.said),
        }


def sources_of(toolkit: str | None, contract: str | None, package: ContractPackage, folder: Path) -> Sources:
    """Return where a repository's installations come from, as it was said.

    Args:
        package: the contract that it stands on.
        folder: the repository.

    Raises:
        MisuseError: what is said is nothing that could be installed, or the contract is the toolkit's own.
    """
    return Sources(
        toolkit_requirement(toolkit, folder), contract_requirement(contract, package, folder), needs_contract(package)
    )


def installing(sources: Sources) -> Iterator[NewFile]:
    """Yield the files by which a repository installs what it needs: here it is said, and nowhere else."""
    yield NewFile("ci/requirements.txt", filled("repository/requirements.txt", sources.values))
    yield NewFile("ci/install", filled("repository/install", sources.values), executable=True)


def requirement_line(said: str, distribution: str | None, option: str, folder: Path = Path()) -> str:
    """Return a line of pip's requirements for a distribution.

    Args:
        said: a version, a wheel or a folder, an address such as `git+https://…@COMMIT`, or a whole requirement.
        distribution: its name, where that is known.
        option: what it was said with, for errors.
        folder: the repository that is to hold the line; what lies in it is named from there.

    Raises:
        MisuseError: it is none of these, or names something that isn't there.
    """
    text = said.strip()
    if _is_version(text):
        if distribution is None:
            raise MisuseError(
                f"{option}: {text!r} is the version of a package whose name isn't known here",
                next_step="say the name too, such as orders-contract==1.2.0",
            )
        return f"{distribution}=={text}"
    if re.match(r"[a-z+]+://", text):
        return f"{distribution} @ {text}" if distribution else text
    if not _NAMED.match(text) and (text.endswith(".whl") or "/" in text):
        return _line_of_file(text, distribution, option, folder)
    try:
        return str(Requirement(text))
    except InvalidRequirement:
        raise MisuseError(
            f"{option}: {text!r} is nothing that pip could install",
            next_step="say a version, a wheel's path, git+https://…@COMMIT, or a requirement such as name>=1.2",
        ) from None


def _line_of_file(text: str, distribution: str | None, option: str, folder: Path) -> str:
    found = next((place.resolve() for place in (Path(text), folder / text) if place.exists()), None)
    if found is None:
        raise MisuseError(
            f"{option}: there is no {text!r}",
            next_step="name a wheel or a folder that exists, a version, or git+https://…@COMMIT",
        )
    if found.is_relative_to(folder.resolve()):
        # pip reads a path from where it runs, and ci/install runs it in the repository: so it holds in any checkout.
        return f"./{found.relative_to(folder.resolve())}"
    return f"{distribution} @ {found.as_uri()}" if distribution else found.as_uri()


def is_of_this_machine(requirement: str | None) -> bool:
    """Does a line of requirements name a file that no other machine has?"""
    return requirement is not None and "file:///" in requirement


def toolkit_requirement(said: str | None, folder: Path = Path()) -> str | None:
    """Return where the toolkit comes from, as a line of requirements; None where nobody says it.

    Its name alone is never taken: on an index somebody else could own it.

    Raises:
        MisuseError: what is said is nothing that could be installed.
    """
    return requirement_line(said, TOOLKIT.name, "--toolkit", folder) if said else None


def contract_requirement(said: str | None, package: ContractPackage, folder: Path = Path()) -> str | None:
    """Return where the contract package comes from; None where it comes with the toolkit, or nobody says it.

    Raises:
        MisuseError: what is said is nothing that could be installed, or the contract is the toolkit's own.
    """
    if not said:
        return None
    if not needs_contract(package):
        raise MisuseError(
            f"--contract: the contract here is {package.told}, which isn't installed from anywhere else",
            next_step="install the contract's package first, or leave --contract out",
        )
    name = package.distribution.name if package.distribution else None
    return requirement_line(said, name, "--contract", folder)


def needs_contract(package: ContractPackage) -> bool:
    """Does the contract come from elsewhere than the toolkit?"""
    return package.distribution is None or package.distribution.name != TOOLKIT.name


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
