"""Broken variants of the plugin: each file in `broken/` says what is wrong and how the plugin is changed to be so."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PLUGIN = Path(__file__).parent / "client-webinar-tracker-v2"
BROKEN = Path(__file__).parent / "broken"


class Change(BaseModel):
    """Text that is replaced in one of the plugin's files. It must be there exactly once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    find: str = Field(min_length=1)
    replace: str


class Variant(BaseModel):
    """A mistake that a plugin's developer could make.

    Attributes:
        name: the file's name.
        summary: what is wrong, in a sentence.
        rule: the rule that must find it.
        level: the lightest way to the emitter that shows it: Pact's message endpoint, or one process a
            trigger.
        schema_alone: what a schema alone says of its messages, the exported AsyncAPI's.
        plain_pact: what Pact's official verifier alone says of it, with the project's pact and the endpoint.
        change: what makes the plugin so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    summary: str
    rule: str
    level: Literal["endpoint", "command"]
    schema_alone: Literal["caught", "missed"]
    plain_pact: Literal["caught", "missed"]
    change: tuple[Change, ...] = Field(min_length=1)


def variants() -> list[Variant]:
    """Every broken variant, by name.

    Raises:
        pydantic.ValidationError: a file in `broken/` is no variant.
    """
    return [
        Variant.model_validate({"name": path.stem, **tomllib.loads(path.read_text())})
        for path in sorted(BROKEN.glob("*.toml"))
    ]


def build(variant: Variant, into: Path) -> Path:
    """Copy the plugin into the folder `into` and break the copy.

    Returns:
        The broken plugin's folder.

    Raises:
        ValueError: a change no longer fits the plugin.
    """
    folder = shutil.copytree(PLUGIN, into / variant.name / PLUGIN.name)
    for change in variant.change:
        path = folder / change.file
        text = path.read_text()
        found = text.count(change.find)
        if found != 1:
            raise ValueError(
                f"broken/{variant.name}.toml: the text to replace occurs {found} times in {change.file}, not once"
            )
        path.write_text(text.replace(change.find, change.replace))
    return folder
