"""The repository of a new contract: a package with an example event and emitter, its documents, checks and CI."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contracts.documents.committed import registry_in_project
from contracts.documents.exports.registry_schema import registry_schema
from contracts.documents.living import render_document
from contracts.errors import MisuseError
from contracts.files import write_all
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.scaffold.consumer import consumer_parts
from contracts.scaffold.filling import class_of, filled, module_of, toml_key
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import refuse_odd_name
from contracts.scaffold.requirements import Sources, installing

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class NewContract:
    """What is asked for.

    Attributes:
        name: what the events are of, such as `orders`.
        consumer: who reads them; `emitter`: who is to state the first; both as the registry names them.
        event: the example's name, such as `order_placed`.
        sources: where what it installs comes from.
        with_consumer: the consumer's tests stand here, because it has no repository of its own.
    """

    name: str
    consumer: str
    emitter: str
    event: str
    sources: Sources = field(default_factory=Sources)
    with_consumer: bool = False

    @property
    def distribution(self) -> str:
        """The name that the contract is installed by."""
        return self.name if re.search(r"(?i)contracts?$", self.name) else f"{self.name}-contract"

    @property
    def module(self) -> str:
        """The Python package of the contract."""
        return module_of(self.distribution, "contract_of")


def contract_files(contract: NewContract) -> tuple[NewFile, ...]:
    """Return the files of a contract's repository.

    Raises:
        MisuseError: a name can't stand where it has to.
    """
    _check(contract)
    written = _written(contract)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_all(
            {root / file.path: file.text for file in written}, what="a draft", next_step="make room", parents=True
        )
        return (*written, *_derived(contract, root))


def _check(contract: NewContract) -> None:
    if not _NAME.fullmatch(contract.name):
        raise MisuseError(
            f"{contract.name!r} can't be a contract's name",
            next_step="take letters, digits, hyphens and underscores, beginning with a letter, such as orders",
        )
    for option, name in (("--consumer", contract.consumer), ("--emitter", contract.emitter)):
        refuse_odd_name(name, f"{option}: {name!r} can't stand in the registry")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", contract.event):
        raise MisuseError(
            f"--event: {contract.event!r} doesn't say what happened to what",
            next_step="say both in small letters, such as order_placed",
        )


def _written(contract: NewContract) -> tuple[NewFile, ...]:
    values = _values(contract)
    package = ("__init__.py", "events.py", "emitters.toml")
    files = [
        NewFile("README.md", filled("contract/README.md", values)),
        NewFile("pyproject.toml", filled("contract/pyproject.toml", values)),
        *(NewFile(f"{contract.module}/{name}", filled(f"contract/{name}", values)) for name in package),
        *installing(contract.sources),
        NewFile(".github/workflows/contract.yml", filled("contract/workflow.yml", values)),
        NewFile(".gitlab-ci.yml", filled("contract/gitlab-ci.yml", values)),
        NewFile(".gitignore", filled("repository/gitignore", values), yields=True),
    ]
    return tuple(files)


def _values(contract: NewContract) -> dict[str, str]:
    thing = contract.event.partition("_")[0]
    happened = contract.event.replace("_", " ")
    handler = f'handler = "{module_of(contract.consumer, "consumer")}.handler:handle"\n'
    return {
        "name": contract.name,
        "distribution": contract.distribution,
        "module": contract.module,
        "consumer": contract.consumer,
        "emitter_key": toml_key(contract.emitter),
        "event": contract.event,
        "event_class": class_of(contract.event),
        "key": f"{thing}_id",
        "sentence": f"It happened: {happened}.",
        "handler": handler if contract.with_consumer else "",
        **contract.sources.values,
    }


def _derived(contract: NewContract, root: Path) -> tuple[NewFile, ...]:
    """Return what is made from the contract itself: its documents, and the tests of its consumer."""
    with _imported_from_here(contract.module):
        domain = load_domain(Settings(root=root, domain=contract.module))
        document = render_document(
            domain,
            "en",
            {},
            registry_file=registry_in_project(Settings(root=root), domain),
            file="docs/emitters.en.md",
        )
        schema = json.dumps(registry_schema(domain), indent=2, ensure_ascii=False) + "\n"
        return (
            NewFile("docs/emitters.en.md", document.text),
            NewFile(f"{contract.module}/emitters.schema.json", schema),
            *(consumer_parts(domain) if contract.with_consumer else ()),
        )


@contextmanager
def _imported_from_here(module: str) -> Iterator[None]:
    """Let a package be imported from a folder that is gone afterwards, whatever else has its name."""
    path, bytecode = list(sys.path), sys.dont_write_bytecode
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if f"{name}.".startswith(f"{module}.")}
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{module}.")]:
            del sys.modules[name]
        sys.modules.update(before)
