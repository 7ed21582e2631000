"""The version, the branch and the build of what is published: from the command line, CI's variables or git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from contracts.errors import MisuseError
from contracts.model.identity import Found
from contracts.project.git import ask_git, silence_of


def find_version(given: str | None, environ: Mapping[str, str], folder: Path) -> Found | None:
    """Return the version: `--version`, GIT_COMMIT, GitHub's and GitLab's variables, git's HEAD; None without any."""
    return (
        _first(given, "--version", environ, ("GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"))
        or _git(folder, "rev-parse", "--verify", "HEAD")
    )  # fmt: skip


def find_branch(given: str | None, environ: Mapping[str, str], folder: Path) -> Found | None:
    """Return the branch: `--branch`, GIT_BRANCH, GitHub's and GitLab's variables, git; None where there is none.

    A job for a tag and a detached HEAD are on no branch. Jenkins writes `origin/main` into GIT_BRANCH: the remote's
    name is taken off.
    """
    said = _first(given, "--branch", environ, ())
    if said:
        return said
    jenkins = _first(None, "", environ, ("GIT_BRANCH",))
    if jenkins:
        return Found(jenkins.value.removeprefix("origin/"), jenkins.source)
    # For a pull request GITHUB_REF_NAME is "<number>/merge", which is no branch; the head's name is.
    names = ["GITHUB_HEAD_REF"]
    if environ.get("GITHUB_REF_TYPE", "branch") == "branch" and not environ.get("GITHUB_REF_NAME", "").endswith(
        "/merge"
    ):
        names.append("GITHUB_REF_NAME")
    names.append("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
    if not environ.get("CI_COMMIT_TAG"):
        names.append("CI_COMMIT_REF_NAME")
    found = _first(None, "", environ, tuple(names))
    if found or environ.get("GITHUB_REF_TYPE") == "tag" or environ.get("CI_COMMIT_TAG"):
        return found
    return _git(folder, "symbolic-ref", "--short", "--quiet", "HEAD")


def find_build_url(given: str | None, environ: Mapping[str, str]) -> Found | None:
    """Return the build's address: `--build-url`, BUILD_URL, GitHub's run or GitLab's job; None without any.

    Raises:
        MisuseError: `--build-url` is no http(s) URL; a variable that isn't one is passed over.
    """
    if given:
        if not _is_url(given):
            raise MisuseError(f"--build-url is no http or https URL: {given!r}", next_step="name the build's page")
        return Found(given, "--build-url")
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    if server and repository and run:
        return Found(f"{server}/{repository}/actions/runs/{run}", "GITHUB_RUN_ID")
    found = _first(None, "", environ, ("BUILD_URL", "CI_JOB_URL", "CI_PIPELINE_URL"))
    return found if found and _is_url(found.value) else None


def require_version(given: str | None, environ: Mapping[str, str], folder: Path) -> Found:
    """Return the version.

    Raises:
        MisuseError: there is none.
    """
    found = find_version(given, environ, folder)
    if found is None:
        why, advice = silence_of(folder)
        raise MisuseError(
            f"no version is known: no --version, no variable of a CI job, and {why}",
            next_step=_with(advice, "say --version, best the commit's hash"),
        )
    return found


def require_branch(given: str | None, environ: Mapping[str, str], folder: Path) -> Found:
    """Return the branch; without one a broker can't tell the main line from an experiment.

    Raises:
        MisuseError: there is none.
    """
    found = find_branch(given, environ, folder)
    if found is None:
        why, advice = silence_of(folder)
        raise MisuseError(
            "no branch is known: no --branch, no variable of a CI job, and "
            + (why if advice else "git is on no branch here"),
            next_step=_with(advice, "say --branch, the branch that this version was built from"),
        )
    return found


def _with(advice: str | None, instead: str) -> str:
    return f"{advice}; or {instead}" if advice else instead


def _first(given: str | None, option: str, environ: Mapping[str, str], names: tuple[str, ...]) -> Found | None:
    if given is not None:
        value = given.strip()
        if not value:
            raise MisuseError(f"{option} is empty", next_step=f"give {option} a value, or leave it out")
        return Found(value, option)
    return next((Found(environ[name].strip(), name) for name in names if environ.get(name, "").strip()), None)


def _git(folder: Path, *arguments: str) -> Found | None:
    answer = ask_git(folder, *arguments)
    value = answer.text.strip()
    return Found(value, "git") if answer.failed is None and value else None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
