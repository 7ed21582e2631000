"""The official verifier against a broker, for messages that are given by the interaction they answer."""

from __future__ import annotations

import json
from typing import Any

from pact import Verifier

from tests.broker.running import Broker, interaction

RIGHT = json.dumps(interaction("any")["contents"]["content"]).encode()
WRONG = b'{"another": "key"}'


def verify(
    broker: Broker,
    provider: str,
    messages: dict[str, bytes],
    *,
    version: str | None = None,
    branch: str | None = None,
    selectors: list[dict[str, Any]] | None = None,
    pending: bool = False,
    wip_since: str | None = None,
    description: str | None = None,
) -> None:
    """Verify a provider, and publish the results if a version is given.

    Args:
        broker: the broker.
        provider: the provider.
        messages: what it emits, by the name of the interaction (`running.interaction`).
        version: its version.
        branch: its branch.
        selectors: the consumer versions to select, as `BrokerSelectorBuilder.consumer_version` takes them.
        pending: whether to ask for the pending status.
        wip_since: since when work in progress is included.
        description: the only interaction to verify.

    Raises:
        RuntimeError: an interaction failed.
    """
    verifier = Verifier(provider, host="127.0.0.1").message_handler(_answers(messages))
    verifier = _select(verifier, broker, branch, selectors or [], pending=pending, wip_since=wip_since)
    if version is not None:
        verifier.set_publish_options(version, branch=branch)
    if description is not None:
        verifier.filter(description)
    verifier.verify()


def _answers(messages: dict[str, bytes]) -> Any:
    return {
        f"a {name} event": {"contents": contents, "content_type": "application/json", "metadata": None}
        for name, contents in messages.items()
    }


def _select(  # the parts of one selection
    verifier: Verifier,
    broker: Broker,
    branch: str | None,
    selectors: list[dict[str, Any]],
    *,
    pending: bool,
    wip_since: str | None,
) -> Verifier:
    source = verifier.broker_source(broker.url, token=broker.token or None, selector=True, use_env=False)
    if pending:
        source.include_pending()
    if wip_since is not None:
        source.include_wip_since(wip_since)
    if branch is not None:
        source.provider_branch(branch)
    for selector in selectors:
        source.consumer_version(**selector)
    return source.build()
