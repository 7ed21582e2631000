"""The contract at one moment: a registry, and the edition of the events that it goes with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

TRACKER, CRM = "tracker", "crm"
EMITTERS = (TRACKER, CRM)
SCENARIOS, STATISTICS = "scenarios", "statistics"
CONSUMERS = (SCENARIOS, STATISTICS)
"""A broker hands their pacts on by name: the last result of a run isn't always that of the service which promotes."""

COMPLETED, ENTERED, SUBMITTED, LEFT = (
    "client_webinar_completed",
    "client_webinar_entered",
    "client_webinar_form_submitted",
    "client_webinar_left",
)
PERMITTED = {TRACKER: (COMPLETED, ENTERED, SUBMITTED), CRM: (COMPLETED, ENTERED)}
"""The pairs of the registry; their statuses change, they don't."""

IMPLEMENTED_AT_FIRST = {(TRACKER, COMPLETED), (CRM, ENTERED)}


class Edition(StrEnum):
    """Which catalogue; the value is the module's name."""

    FIRST = "first"
    SECOND = "second"

    @property
    def domain(self) -> str:
        """The package that holds it."""
        return f"tests.release.world.editions.{self.value}"

    def keys(self, event: str) -> tuple[str, ...]:
        """The data keys of an event, all of which are required."""
        own = {ENTERED: ("visit_id",), LEFT: ("visit_id",), SUBMITTED: ("submission_id",)}.get(event, ())
        room = ("room_id",) if (event, self) == (ENTERED, Edition.SECOND) else ()
        return ("client_id", "webinar_id", *own, *room)


@dataclass(frozen=True)
class Contract:
    """One revision of the contract.

    Attributes:
        registry: the text of emitters.toml, as the scenario service's project holds it.
    """

    registry: str
    edition: Edition

    @cached_property
    def _pairs(self) -> Mapping[tuple[str, str], str]:
        return _statuses(self.registry)

    def is_implemented(self, emitter: str, event: str) -> bool:
        """Is the pair implemented in this revision?"""
        return self._pairs[emitter, event] == "implemented"

    def pairs(self, status: str) -> tuple[tuple[str, str], ...]:
        """The pairs of a status."""
        return tuple(pair for pair, held in self._pairs.items() if held == status)

    def registry_of(self, consumer: str) -> str:
        """The registry as another consumer's project copies it: with its own name."""
        return self.registry.replace(f'name = "{SCENARIOS}"', f'name = "{consumer}"')


@cache
def _statuses(text: str) -> Mapping[tuple[str, str], str]:
    document: dict[str, Any] = tomllib.loads(text)
    return {
        (emitter, event): pair["status"]
        for emitter, entry in document["emitters"].items()
        for event, pair in entry["events"].items()
    }


def first_contract() -> Contract:
    """What every history begins with."""
    lines = [
        'needs_decision = ["client_webinar_registered", "client_webinar_left"]',
        "[consumer]",
        f'name = "{SCENARIOS}"',
        'description = "A consumer."',
        "[vocabulary.groups]",
        '"a decision" = ["step"]',
    ]
    for emitter, events in PERMITTED.items():
        lines += ["", f"[emitters.{emitter}]", 'description = "An emitter."']
        for event in events:
            status = "implemented" if (emitter, event) in IMPLEMENTED_AT_FIRST else "planned"
            lines += ["", f"[emitters.{emitter}.events.{event}]", f'status = "{status}"']
            lines += ['repeats = "guarded"', 'delivery = "at-least-once"']
    return Contract("\n".join([*lines, ""]), Edition.FIRST)
