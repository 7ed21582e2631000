"""The index: where clients start, and which links they follow from it."""

from __future__ import annotations

from typing import Any

from contracts.broker.embedded.hal import Link

_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"

# Relation, path, title. A path with braces is a URI template (RFC 6570).
_RELATIONS = (
    ("pb:publish-contracts", "/contracts/publish", "Publish contracts"),
    ("pb:publish-pact", _PAIR + "/version/{consumerApplicationVersion}", "Publish one pact"),
    ("pb:latest-pact-versions", "/pacts/latest", "The latest pact of each integration"),
    ("pb:provider-pacts", "/pacts/provider/{provider}", "Every pact of a provider"),
    ("pb:latest-provider-pacts", "/pacts/provider/{provider}/latest", "The latest pacts of a provider"),
    (
        "pb:latest-provider-pacts-with-tag",
        "/pacts/provider/{provider}/latest/{tag}",
        "The latest pacts with a tag",
    ),
    (
        "pb:latest-provider-pacts-with-main-branch",
        "/pacts/provider/{provider}/branch/latest",
        "The latest pacts of the consumers' main branches",
    ),
    (
        "pb:latest-provider-pacts-with-branch",
        "/pacts/provider/{provider}/branch/{branch}/latest",
        "The latest pacts of a branch",
    ),
    (
        "pb:provider-pacts-for-verification",
        "/pacts/provider/{provider}/for-verification",
        "The pacts to verify",
    ),
    (
        "beta:provider-pacts-for-verification",
        "/pacts/provider/{provider}/for-verification",
        "The pacts to verify",
    ),
    (
        "pb:provider-pacts-with-main-branch",
        "/pacts/provider/{provider}/branch",
        "The pacts of the main branches",
    ),
    ("pb:provider-pacts-with-branch", "/pacts/provider/{provider}/branch/{branch}", "The pacts of a branch"),
    ("pb:pacticipants", "/pacticipants", "Pacticipants"),
    ("pb:pacticipant", "/pacticipants/{pacticipant}", "A pacticipant"),
    ("pb:pacticipant-version", "/pacticipants/{pacticipant}/versions/{version}", "A version"),
    (
        "pb:pacticipant-version-tag",
        "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}",
        "A version's tag",
    ),
    ("pb:pacticipant-branch", "/pacticipants/{pacticipant}/branches/{branch}", "A branch"),
    (
        "pb:pacticipant-branch-version",
        "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
        "A version on a branch",
    ),
    ("pb:latest-version", "/pacticipants/{pacticipant}/latest-version", "The latest version"),
    (
        "pb:latest-tagged-version",
        "/pacticipants/{pacticipant}/latest-version/{tag}",
        "The latest version with a tag",
    ),
    ("pb:webhooks", "/webhooks", "Webhooks"),
    ("pb:webhook", "/webhooks/{uuid}", "A webhook"),
    ("pb:environments", "/environments", "Environments"),
    ("pb:environment", "/environments/{uuid}", "An environment"),
    (
        "pb:can-i-deploy-pacticipant-version-to-tag",
        "/can-i-deploy?pacticipant={pacticipant}&version={version}&to={tag}",
        "Whether a version can join those with a tag",
    ),
    (
        "pb:can-i-deploy-pacticipant-version-to-environment",
        "/can-i-deploy?pacticipant={pacticipant}&version={version}&environment={environment}",
        "Whether a version can be deployed to an environment",
    ),
)


def index(base: str) -> dict[str, Any]:
    """Return the index of the broker at an address."""
    links: dict[str, Link] = {"self": {"href": base, "title": "Index", "templated": False}}
    for relation, path, title in _RELATIONS:
        links[relation] = {"href": base + path, "title": title, "templated": "{" in path}
    links["curies"] = [  # type: ignore[assignment]  # HAL has a list here
        {"name": name, "href": f"{base}/doc/{{rel}}?context=index", "templated": True} for name in ("pb", "beta")
    ]
    return {"_links": links}
