"""An emitter that breaks before it has sent anything."""

from __future__ import annotations


def emit(trigger: object, destination: str) -> None:
    """Fail as code does that lost its database."""
    raise RuntimeError(f"no database for {trigger} to {destination}")
