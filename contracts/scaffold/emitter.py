"""The repository of a new emitter: what every kind has, and what its kind adds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping

from contracts.model.domain import Domain
from contracts.project.contract_package import BUNDLED
from contracts.scaffold.filling import filled
from contracts.scaffold.kinds import KINDS
from contracts.scaffold.kinds.kind import CAPTURES, Beginning, RepositoryKind
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import DESTINATION, EmitterKind, NewEmitter
from contracts.scaffold.requirements import installing
from contracts.scaffold.stated_events import StatedEvent, statements_of


def emitter_files(emitter: NewEmitter, domain: Domain) -> tuple[NewFile, ...]:
    """Return the files of an emitter's repository.

    Args:
        emitter: a checked one.
        domain: its registry says which events the emitter states; one that it doesn't have states none yet.

    Raises:
        MisuseError: no example of an event can be made.
    """
    kind = KINDS[emitter.kind]
    statements = statements_of(emitter.name, domain)
    values = _values(emitter, kind, domain, statements)
    own = kind.files(Beginning(emitter, statements, values))
    return (
        NewFile("contracts.toml", values["domain"] + filled(f"{emitter.kind.value}/contracts.toml", values)),
        NewFile("ci/contracts", filled("emitter/contracts", values), executable=True),
        *installing(emitter.sources),
        NewFile(".github/workflows/contracts.yml", _workflow(emitter, values)),
        NewFile(".gitlab-ci.yml", filled("emitter/gitlab-ci.yml", values), yields=True),
        NewFile(".gitignore", filled("repository/gitignore", values) + f"{CAPTURES}\n" * kind.recorded, yields=True),
        NewFile("CONTRACTS.md", filled("emitter/CONTRACTS.md", values)),
        *own,
    )


def _values(
    emitter: NewEmitter, kind: RepositoryKind, domain: Domain, statements: tuple[StatedEvent, ...]
) -> Mapping[str, str]:
    values = {
        "name": emitter.name,
        "key": emitter.key,
        "module": emitter.module,
        "consumer": domain.registry.consumer.name,
        "domain": "" if domain.package == BUNDLED else f'domain = "{domain.package}"\n\n',
        "options": "".join(f" \\\n  --{name} {shlex.quote(value)}" for name, value in _inputs(emitter)),
        "inputs": "".join(f"          {name}: {json.dumps(value)}\n" for name, value in _inputs(emitter)),
        "test_command": test_command_of(emitter) or "",
        "captures": CAPTURES,
        **emitter.sources.values,
        "image": kind.image,
        "before": _before(kind),
    }
    values |= kind.values(emitter, statements)
    return values | {"how": filled(f"{emitter.kind.value}/how.md", values).strip()}


def test_command_of(emitter: NewEmitter) -> str | None:
    """Return what runs the emitter's tests; None where a driver is all that there is."""
    return emitter.test_command or KINDS[emitter.kind].test_command


def _inputs(emitter: NewEmitter) -> Iterator[tuple[str, str]]:
    if command := test_command_of(emitter):
        yield "test-command", command
    if KINDS[emitter.kind].recorded:
        yield "captures", CAPTURES
    if emitter.kind is EmitterKind.WORDPRESS:
        yield "destination", DESTINATION


def _before(kind: RepositoryKind) -> str:
    if not kind.packages:
        return ""
    packages = " ".join(kind.packages)
    return f"  before_script:\n    - apt-get update -q && apt-get install -q --yes {packages}\n"


def _workflow(emitter: NewEmitter, values: Mapping[str, str]) -> str:
    set_up = filled(f"{emitter.kind.value}/set-up.yml", values)
    if emitter.action is None:
        run = filled("emitter/run-script.yml", values)
    else:
        run = filled("emitter/run-action.yml", {**values, "action": emitter.action})
        if emitter.kind is EmitterKind.PYTHON or emitter.sources.with_contract:
            set_up += filled("emitter/install.yml", values)
    return filled("emitter/github.yml", {**values, "set_up": set_up, "run": run})
