"""Where the registry's entries stand in its file."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import Where
from contracts.model.toml_lines import KeyPath, line_of, lines_of_keys


@dataclass(frozen=True)
class RegistryLines:
    """The lines of a registry's file.

    Attributes:
        file: its name, as it is shown.
        lines: by the path of each key.
    """

    file: str
    lines: dict[KeyPath, int]

    def of(self, emitter: str | None, event: str | None) -> Where:
        """Return the place that says most of a pair: itself, its emitter, the list of decisions, the first emitter."""
        for path in self._paths(emitter, event):
            line = line_of(self.lines, path) if path[:1] != ("emitters",) or path in self.lines else None
            if line is not None:
                return Where(self.file, line)
        first = min((line for path, line in self.lines.items() if path[:1] == ("emitters",)), default=1)
        return Where(self.file, first)

    def _paths(self, emitter: str | None, event: str | None) -> tuple[KeyPath, ...]:
        if emitter and event:
            pair = ("emitters", emitter, "events", event)
            return ((*pair, "status"), pair, ("emitters", emitter))
        return (("emitters", emitter),) if emitter else (("needs_decision",),)


def registry_lines(text: str, file: str) -> RegistryLines:
    """Find the lines of a registry's TOML text."""
    return RegistryLines(file, lines_of_keys(text))
