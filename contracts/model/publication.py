"""What was published, as a value: the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.model.identity import Identity


class Content(StrEnum):
    """How a published pact relates to what the broker held of the pair before."""

    NEW = "new"
    """The broker had no pact of this pair."""
    CHANGED = "changed"
    """Other content than the pact that was published last: it needs verifying."""
    UNCHANGED = "unchanged"
    """The content that was published last; results for it count for this version too."""


@dataclass(frozen=True, slots=True)
class PublishedPact:
    """A pact that the broker has and gave back."""

    provider: str
    url: str
    content: Content
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was published, or would be.

    Attributes:
        pacts: empty after a dry run, and where every emitter is planned.
        planned: files that were left out: their emitters have no implemented pair.
        dry_run: nothing was sent.
    """

    broker: str
    consumer: str
    identity: Identity
    files: tuple[str, ...]
    planned: tuple[str, ...]
    pacts: tuple[PublishedPact, ...] = ()
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as `contracts publish --output json` prints it."""
        found = self.identity
        return {
            "broker": self.broker,
            "consumer": self.consumer,
            "version": {"value": found.version.value, "source": found.version.source},
            "branch": {"value": found.branch.value, "source": found.branch.source},
            "build_url": found.build_url.value if found.build_url else None,
            "dry_run": self.dry_run,
            "confirmed": not self.dry_run,
            "files": list(self.files),
            "planned": list(self.planned),
            "pacts": [
                {"provider": p.provider, "url": p.url, "content": p.content.value, "digest": p.digest}
                for p in self.pacts
            ],
        }
