"""Variables in a webhook's request: `${pactbroker.consumerName}` and the like, as a Pact Broker names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

VARIABLES = (
    "consumerName",
    "providerName",
    "consumerVersionNumber",
    "providerVersionNumber",
    "consumerVersionTags",
    "providerVersionTags",
    "consumerVersionBranch",
    "providerVersionBranch",
    "providerVersionDescriptions",
    "consumerLabels",
    "providerLabels",
    "pactUrl",
    "verificationResultUrl",
    "githubVerificationStatus",
    "bitbucketVerificationStatus",
    "azureDevOpsVerificationStatus",
    "gitlabVerificationStatus",
    "eventName",
    "buildUrl",
    "currentlyDeployedProviderVersionNumber",
)
_PLACEHOLDER = re.compile(r"\$\{pactbroker\.([^}]+)\}")


def placeholders(value: Any) -> Iterator[str]:
    """Yield the names of the variables in a text, or in the texts of a JSON value."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from placeholders(key)
            yield from placeholders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from placeholders(inner)


def render(value: Any, variables: Mapping[str, str]) -> Any:
    """Return a text, or a JSON value's texts, with the variables' values in place: a value can't change the form."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: variables.get(match[1], ""), value)
    if isinstance(value, dict):
        return {render(key, variables): render(inner, variables) for key, inner in value.items()}
    return [render(inner, variables) for inner in value] if isinstance(value, list) else value


def render_url(url: str, variables: Mapping[str, str]) -> str:
    """Return a URL with the variables' values percent-encoded in it."""
    return str(render(url, {name: quote(value, safe="") for name, value in variables.items()}))
