"""Where version, branch and build come from, and which broker is chosen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from contracts.errors import MisuseError
from contracts.model.identity import Found
from contracts.project.broker_choice import choose_broker
from contracts.project.settings import Settings
from contracts.project.version import find_branch, find_build_url, find_version, require_branch, require_version

GITHUB_PULL_REQUEST = {
    "CI": "true",
    "GITHUB_SHA": "abc",
    "GITHUB_HEAD_REF": "feat/x",
    "GITHUB_REF_NAME": "12/merge",
    "GITHUB_REF_TYPE": "branch",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with one commit on the branch `topic/one`."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True, timeout=30)

    git("init", "--initial-branch", "topic/one")
    git("-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "--allow-empty", "-m", "first")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ("1.0", {"GIT_COMMIT": "g", "GITHUB_SHA": "h"}, Found("1.0", "--version")),
        (None, {"GIT_COMMIT": "g", "GITHUB_SHA": "h"}, Found("g", "GIT_COMMIT")),
        (None, {"GIT_COMMIT": " ", "GITHUB_SHA": "h"}, Found("h", "GITHUB_SHA")),
        (None, {"CI_COMMIT_SHA": "l"}, Found("l", "CI_COMMIT_SHA")),
        (None, {}, None),
    ],
)
def test_the_version_comes_from_the_first_place_that_says_one(
    tmp_path: Path, given: str | None, environ: dict[str, str], expected: Found | None
) -> None:
    """The option, then GIT_COMMIT, GitHub, GitLab; an empty variable says nothing."""
    assert find_version(given, environ, tmp_path) == expected


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ("b", {"GIT_BRANCH": "g"}, Found("b", "--branch")),
        (None, {"GIT_BRANCH": "origin/main", "GITHUB_REF_NAME": "h"}, Found("main", "GIT_BRANCH")),
        (None, GITHUB_PULL_REQUEST, Found("feat/x", "GITHUB_HEAD_REF")),
        (None, {**GITHUB_PULL_REQUEST, "GITHUB_HEAD_REF": ""}, None),
        (None, {"GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}, Found("main", "GITHUB_REF_NAME")),
        (None, {"GITHUB_REF_NAME": "v1.2", "GITHUB_REF_TYPE": "tag"}, None),
        (None, {"CI_COMMIT_REF_NAME": "main"}, Found("main", "CI_COMMIT_REF_NAME")),
        (None, {"CI_COMMIT_REF_NAME": "v1.2", "CI_COMMIT_TAG": "v1.2"}, None),
        (
            None,
            {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feat", "CI_COMMIT_REF_NAME": "refs/merge"},
            Found("feat", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        ),
        (None, {}, None),
    ],
)
def test_the_branch_comes_from_the_first_place_that_says_one(
    tmp_path: Path, given: str | None, environ: dict[str, str], expected: Found | None
) -> None:
    """A pull request's merge ref and a tag are no branches."""
    assert find_branch(given, environ, tmp_path) == expected


def test_git_is_the_last_place(repository: Path) -> None:
    """Without options and variables, git's HEAD is the version and its branch the branch."""
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()
    assert find_version(None, {}, repository) == Found(head, "git")
    assert find_branch(None, {}, repository) == Found("topic/one", "git")


def test_a_detached_head_is_on_no_branch(repository: Path) -> None:
    """What CI services check out is on no branch: it has to be said."""
    subprocess.run(["git", "-C", str(repository), "checkout", "--detach"], check=True, capture_output=True, timeout=30)
    assert find_branch(None, {}, repository) is None
    with pytest.raises(MisuseError, match="no branch is known"):
        require_branch(None, {}, repository)


def test_a_job_for_a_tag_does_not_fall_back_to_git(repository: Path) -> None:
    """A tag's job has no branch, whatever git has checked out."""
    assert find_branch(None, {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1"}, repository) is None


def test_what_is_needed_and_missing_is_misuse(tmp_path: Path) -> None:
    """No version and an empty option are said, not guessed."""
    with pytest.raises(MisuseError, match="no version is known"):
        require_version(None, {}, tmp_path)
    with pytest.raises(MisuseError, match="--version is empty"):
        require_version(" ", {"GIT_COMMIT": "g"}, tmp_path)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"GITHUB_SERVER_URL": "https://g.example", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"},
            Found("https://g.example/o/r/actions/runs/7", "GITHUB_RUN_ID"),
        ),
        ({"CI_JOB_URL": "https://l.example/-/jobs/1"}, Found("https://l.example/-/jobs/1", "CI_JOB_URL")),
        ({"BUILD_URL": "not a url"}, None),
        ({}, None),
    ],
)
def test_the_build_comes_from_the_job(environ: dict[str, str], expected: Found | None) -> None:
    """GitHub's run, GitLab's job, Jenkins' build; what is no URL would be refused by a broker and is left out."""
    assert find_build_url(None, environ) == expected


def test_a_build_url_that_is_none_is_misuse() -> None:
    """What was said on the command line is refused rather than left out."""
    with pytest.raises(MisuseError, match="--build-url"):
        find_build_url("not a url", {})


def test_without_a_broker_it_is_the_embedded_one(settings: Settings) -> None:
    """No broker named and no CI job: the project's file, made where it is missing."""
    client = choose_broker(settings, {})
    assert client.name == "the embedded broker, .contracts/broker.sqlite"
    assert "pb:publish-contracts" in client.index()["_links"]
    assert (settings.root / ".contracts" / "broker.sqlite").is_file()


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"CI": "1", "PACT_BROKER_BASE_URL": ""}])
def test_a_ci_job_without_a_broker_is_misuse(settings: Settings, environ: dict[str, str]) -> None:
    """A missing secret must not look like a publication."""
    with pytest.raises(MisuseError, match="PACT_BROKER_BASE_URL is not set") as caught:
        choose_broker(settings, environ)
    assert caught.value.exit_code == 2
    assert not (settings.root / ".contracts").exists()


def test_a_ci_job_may_say_embedded(settings: Settings) -> None:
    """`--embedded` is meant, in a CI job too and before PACT_BROKER_BASE_URL."""
    client = choose_broker(settings, {"CI": "true", "PACT_BROKER_BASE_URL": "https://b.example"}, embedded=True)
    assert client.name.startswith("the embedded broker")


def test_a_named_broker_is_used_in_a_ci_job(settings: Settings) -> None:
    """The option comes before the variable."""
    environ = {"CI": "true", "PACT_BROKER_BASE_URL": "https://b.example"}
    assert choose_broker(settings, environ).name == "https://b.example"
    assert choose_broker(settings, environ, base_url="https://o.example/").name == "https://o.example"


def test_two_brokers_at_once_are_misuse(settings: Settings) -> None:
    """`--embedded` and a base URL on one command line contradict each other."""
    with pytest.raises(MisuseError, match="two brokers"):
        choose_broker(settings, {}, base_url="https://b.example", embedded=True)
