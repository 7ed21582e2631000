"""A promotion or a demotion for people."""

from __future__ import annotations

from contracts.model.status_change import StatusChange


def status_change_lines(changed: StatusChange) -> list[str]:
    """Return a promotion or a demotion as people read it."""
    pair = changed.pair
    lines = [f"{pair.emitter}: {pair.event} is {changed.status.value} now (was {pair.status.value})"]
    lines += [f"  written: {file}" for file in changed.files]
    lines += [f"  {note}" for note in changed.notes]
    lines += [f"  freezes: {text}" for text in changed.freezes]
    lines.append("next, in this order:")
    lines += [f"  {number}. {step}" for number, step in enumerate(changed.next_steps, start=1)]
    return lines
