"""Which optional fields of an event an emitter ever sent: no pact holds them, so that nothing else says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.errors import MisuseError
from contracts.model.events import CanonicalEvent
from contracts.model.schemas import shape_of
from contracts.model.shapes import nodes


class OptionalFields:
    """The fields of an event's data that may be absent or null, and whether one ever had a value."""

    def __init__(self, model: type[CanonicalEvent]) -> None:
        try:
            found = [node for node in nodes(shape_of(model)) if node.path.startswith("data.")]
        except MisuseError:
            # What no shape can say of the model is lint's to find.
            found = []
        self._sent = {node.path: False for node in found if node.field and (not node.required or node.nullable)}
        self._unsent = {f"$.{path}": path for path in self._sent}

    @property
    def sent(self) -> Mapping[str, bool]:
        """Whether each had a value in one message at least, in the model's order."""
        return dict(self._sent)

    def see(self, event: Any) -> None:
        """Look at a message, whatever it holds."""
        for path in [path for path in self._unsent.values() if _has_value(event, path.split("."))]:
            self._note(path)

    def see_paths(self, paths: Iterable[str]) -> None:
        """Take note of the paths of a message's texts, each with `$.` before it."""
        if self._unsent:
            for path in [self._unsent[path] for path in paths if path in self._unsent]:
                self._note(path)

    def _note(self, path: str) -> None:
        self._sent[path] = True
        del self._unsent[f"$.{path}"]


def _has_value(value: Any, steps: list[str]) -> bool:
    if not steps:
        return value is not None
    name, depth = steps[0].rstrip("[]"), steps[0].count("[]")
    inner = [value[name]] if isinstance(value, dict) and name in value else []
    for _ in range(depth):
        inner = [item for one in inner if isinstance(one, list) for item in one]
    return any(_has_value(one, steps[1:]) for one in inner)
