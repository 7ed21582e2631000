"""What a test module says of an emitter that is to be verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmitterContract:
    """An emitter to verify in a test suite; pytest collects it as one item a pair, and one a violation's rule.

    Attributes:
        emitter: its name in the registry.
        driver: the driver's options by name; empty for those of the settings.
        line: where the test module says so, for messages; None where that isn't known.
    """

    emitter: str
    driver: Mapping[str, str | bool | tuple[str, ...]]
    line: int | None = None
