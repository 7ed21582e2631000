"""How this broker sends its webhooks."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.model.hosts import is_loopback


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What whoever serves the broker decides of its webhooks.

    Attributes:
        hosts: the hosts they may call besides this machine's loopback. A webhook makes the broker send requests
            from where it stands, so nothing else is reachable unless it is named.
        retries: after how many seconds a call that failed is tried again, one try each.
        again_after: after how many seconds a call for a verification is repeated, once, if no result came.
        timeout: how many seconds a call may take.
    """

    hosts: tuple[str, ...] = ()
    retries: tuple[float, ...] = (10, 60, 120, 300, 600, 1200)
    again_after: float = 3600
    timeout: float = 10

    def allows(self, host: str) -> bool:
        """Return whether webhooks may call a host."""
        return is_loopback(host) or host.lower() in {known.lower() for known in self.hosts}
