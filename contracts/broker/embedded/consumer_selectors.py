"""What a provider asks to verify: consumer version selectors, pending, work in progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from contracts.broker.embedded.problems import ValidationProblem
from contracts.broker.embedded.store import stored

_CONTENT_KEYS = ("latest", "tag", "fallbackTag", "branch", "fallbackBranch", "matchingBranch", "mainBranch")
_PLACE_KEYS = ("environment", "deployed", "released", "deployedOrReleased")


@dataclass(frozen=True, slots=True)
class ConsumerSelector:
    """Which consumer versions' pacts are meant; `branch` True means the head of every branch."""

    main_branch: bool = False
    branch: str | bool | None = None
    tag: str | None = None
    latest: bool = False
    fallback_tag: str | None = None
    consumer: str | None = None
    deployed: bool = False
    released: bool = False
    environment: str | None = None

    @property
    def short(self) -> str:
        """A few words for it, shown beside a selected pact."""
        place = f" to {self.environment}" if self.environment else ""
        words = (
            ("latest from the main branch", self.main_branch),
            (f"latest from branch {self.branch}", isinstance(self.branch, str)),
            ("latest from each branch", self.branch is True),
            (f"{'latest ' if self.latest else ''}tagged {self.tag}", self.tag is not None),
            (f"deployed{place}", self.deployed and not self.released),
            (f"released{place}", self.released and not self.deployed),
            (f"in {self.environment}", self.environment is not None),
        )
        return next((text for text, holds in words if holds), "latest")


@dataclass(frozen=True, slots=True)
class VerificationQuery:
    """A request for the pacts to verify."""

    selectors: tuple[ConsumerSelector, ...]
    branch: str | None
    tags: tuple[str, ...]
    pending: bool
    wip_since: str | None


def verification_query(body: Any, environments: frozenset[str]) -> VerificationQuery:
    """Read and check a request.

    Args:
        body: the request's JSON.
        environments: the names of the environments there are.

    Raises:
        ValidationProblem: a member has the wrong shape, or a selector contradicts itself.
    """
    if not isinstance(body, dict):
        raise ValidationProblem({"": ["must be a JSON object"]})
    branch, listed = body.get("providerVersionBranch"), body.get("consumerVersionSelectors", [])
    errors = _shape_errors(body)
    if "consumerVersionSelectors" not in errors:
        texts = [
            f"{text} (at index {index})"
            for index, item in enumerate(listed)
            for text in _selector_errors(item, branch, environments)
        ]
        if texts:
            errors["consumerVersionSelectors"] = texts
    if errors:
        raise ValidationProblem(errors)
    return VerificationQuery(
        selectors=tuple(selector for item in listed for selector in _selectors(item, branch)),
        branch=branch or None,
        tags=tuple(body.get("providerVersionTags") or []),
        pending=body.get("includePendingStatus", True),
        wip_since=_moment(body.get("includeWipPactsSince")),
    )


def _shape_errors(body: dict[str, Any]) -> dict[str, list[str]]:
    branch, tags = body.get("providerVersionBranch"), body.get("providerVersionTags") or []
    needs_branch = not tags and (body.get("includePendingStatus") is True or "includeWipPactsSince" in body)
    listed = body.get("consumerVersionSelectors", [])
    wrong = {
        "providerVersionBranch": (
            branch is not None
            and (not isinstance(branch, str) or (not branch.strip() and (branch != "" or needs_branch))),
            "must be a name",
        ),
        "providerVersionTags": (
            not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags),
            "must be a list of names",
        ),
        "includePendingStatus": (not isinstance(body.get("includePendingStatus", True), bool), "must be true or false"),
        "includeWipPactsSince": (
            "includeWipPactsSince" in body and _moment(body["includeWipPactsSince"]) is None,
            "must be a date",
        ),
        "consumerVersionSelectors": (
            not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed),
            "must be a list of objects",
        ),
    }
    return {field: [text] for field, (is_wrong, text) in wrong.items() if is_wrong}


def _moment(value: Any) -> str | None:
    """Return a date or a time with any offset as it is stored (see `store.now`); None if it is neither."""
    try:
        at = datetime.fromisoformat(value)
        return stored((at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC))
    except (TypeError, ValueError, OverflowError):
        return None


def _is_true(value: Any) -> bool:
    return value is True


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "mainBranch": (_is_true, "true"),
    "matchingBranch": (_is_true, "true"),
    "deployed": (_is_true, "true"),
    "released": (_is_true, "true"),
    "deployedOrReleased": (_is_true, "true"),
    "latest": (_is_bool, "true or false"),
    "tag": (_is_name, "a name"),
    "branch": (lambda value: value is True or _is_name(value), "a name or true"),
    "fallbackTag": (_is_name, "a name"),
    "fallbackBranch": (_is_name, "a name"),
    "consumer": (_is_name, "a name"),
    "environment": (_is_name, "a name"),
}


def _selector_errors(item: dict[str, Any], branch: str | None, environments: frozenset[str]) -> list[str]:
    wrong = [f"{key} must be {shape}" for key, (fits, shape) in _SHAPES.items() if key in item and not fits(item[key])]
    if wrong:
        return wrong
    given = {key for key in (*_CONTENT_KEYS, *_PLACE_KEYS) if key in item}
    asked = {key for key in given if item[key] is not False} - {"fallbackTag", "fallbackBranch"}
    places = given & {"deployed", "released", "deployedOrReleased"}
    rules = (
        (
            not asked,
            "names no version: give mainBranch, branch, tag, latest, environment, deployed or released",
        ),
        (
            "mainBranch" in given and given - {"mainBranch", "latest"},
            "mainBranch stands alone, or with latest",
        ),
        ("matchingBranch" in given and given - {"matchingBranch"}, "matchingBranch stands alone"),
        ("matchingBranch" in given and not branch, "matchingBranch needs providerVersionBranch"),
        (given >= {"tag", "branch"}, "tag and branch can't both be given"),
        (
            given & set(_CONTENT_KEYS) and given & set(_PLACE_KEYS),
            "names versions by content and by place at once",
        ),
        (len(places) > 1, "only one of deployed, released and deployedOrReleased can be given"),
        (
            "fallbackTag" in given and not (item.get("tag") and item.get("latest")),
            "fallbackTag needs tag and latest",
        ),
        ("fallbackBranch" in given and "branch" not in given, "fallbackBranch needs branch"),
        (
            item.get("latest") is False and given & {"mainBranch", "branch"},
            "a branch means its latest version",
        ),
        (
            "environment" in given and item["environment"] not in environments,
            f"environment '{item.get('environment')}' is unknown here",
        ),
    )
    return [text for broken, text in rules if broken]


def _selectors(item: dict[str, Any], branch: str | None) -> list[ConsumerSelector]:
    selector = ConsumerSelector(
        main_branch=item.get("mainBranch", False),
        branch=branch if item.get("matchingBranch") else item.get("branch"),
        tag=item.get("tag"),
        latest=item.get("latest", False),
        fallback_tag=item.get("fallbackTag"),
        consumer=item.get("consumer"),
        deployed=item.get("deployed", False),
        released=item.get("released", False),
        environment=item.get("environment"),
    )
    if item.get("deployedOrReleased"):
        return [replace(selector, deployed=True), replace(selector, released=True)]
    return [selector]
