"""The version under which something is published, beside what was tested: a commit has to be the one that is here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.identity import Found
from contracts.project.git import ask_git
from contracts.project.settings import Settings
from contracts.project.working_copy import WorkingCopy, named, read_working_copy

ALLOW_DIRTY = "--allow-dirty"
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_FULL_LENGTHS = (40, 64)


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """What is known of a version that is about to be published.

    Attributes:
        copy: the working copy that was compared with it; None where nothing could be compared.
        remarks: what goes with everything that is published: what wasn't compared, or was allowed to differ.
        listing: what differs and doesn't count.
    """

    copy: WorkingCopy | None
    remarks: tuple[str, ...] = ()
    listing: tuple[str, ...] = ()


def compare_version(
    settings: Settings, domain: Domain, version: Found, *, allow_dirty: bool, leaving_out: Sequence[Path] = ()
) -> ComparedVersion:
    """Refuse to publish under a commit what isn't that commit.

    Args:
        version: under what is published; compared where it is a commit and there is a checkout.
        allow_dirty: a folder that differs is remarked upon instead of refused.
        leaving_out: files that a run writes anew, such as captures; they say of themselves when they were recorded.

    Raises:
        MisuseError: the version is another commit than HEAD, or the working copy differs from it.
    """
    copy = read_working_copy(settings, domain, leaving_out=leaving_out)
    if isinstance(copy, str):
        return ComparedVersion(None, (f"nobody compared the working copy with {version.value}: {copy}",))
    commit = _commit_of(copy, version.value)
    if commit is None:
        return ComparedVersion(None, (f"nobody compared the working copy with {version.value}, which is no commit",))
    if commit != copy.head:
        raise MisuseError(
            f"the version {version.value} ({version.source}) is another commit than the one that is checked out, "
            f"{copy.head}",
            next_step="check that commit out, or say --version with the commit that is checked out",
        )
    if copy.clean:
        return ComparedVersion(copy, (), copy.listing)
    what = f"the working copy isn't what {copy.head[:12]} holds: {named([*copy.changed, *copy.new_code])}"
    if allow_dirty:
        return ComparedVersion(copy, (f"{ALLOW_DIRTY}: {what}",), copy.listing)
    raise MisuseError(
        what,
        next_step="commit the changes, or put them away, and run this again; a file that a build writes is named under "
        f"generated in the settings, or ignored by git; {ALLOW_DIRTY} publishes all the same, and says so",
    )


def _commit_of(copy: WorkingCopy, version: str) -> str | None:
    if not _COMMIT.fullmatch(version):
        return None
    if version == copy.head:
        return copy.head
    found = ask_git(copy.root, "rev-parse", "--verify", "--quiet", f"{version}^{{commit}}")
    if found.failed is None:
        return found.text.strip()
    # A whole hash that isn't here is another repository's commit, or one that a shallow clone left out.
    return version.lower() if len(version) in _FULL_LENGTHS else None
