"""The repository of a new consumer: its settings, a handler, one expectation, and CI that publishes and asks."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.registry import Status
from contracts.model.schemas import shape_of
from contracts.model.shapes import ListOf, Node, Object, Shape, nodes
from contracts.project.contract_package import BUNDLED
from contracts.scaffold.filling import filled, module_of
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.requirements import Sources, installing


def consumer_files(sources: Sources, domain: Domain) -> tuple[NewFile, ...]:
    """Return the files of the repository of a domain's consumer.

    Raises:
        MisuseError: no event could be expected.
    """
    values = _values(domain) | {
        "domain": "" if domain.package == BUNDLED else f'domain = "{domain.package}"\n',
        **sources.values,
    }
    return (
        NewFile("CONTRACTS.md", filled("consumer/CONTRACTS.md", values)),
        NewFile("contracts.toml", filled("consumer/contracts.toml", values)),
        *_parts(values),
        *installing(sources),
        NewFile(".github/workflows/contracts.yml", filled("consumer/workflow.yml", values)),
        NewFile(".gitlab-ci.yml", filled("consumer/gitlab-ci.yml", values), yields=True),
        NewFile(".gitignore", filled("repository/gitignore", values), yields=True),
    )


def consumer_parts(domain: Domain) -> tuple[NewFile, ...]:
    """Return the consumer's own code alone: its handler, and a test of what it reads."""
    return _parts(_values(domain))


def _parts(values: dict[str, str]) -> tuple[NewFile, ...]:
    module = values["module"]
    return (
        NewFile(f"{module}/__init__.py", filled("consumer/__init__.py", values)),
        NewFile(f"{module}/handler.py", filled("consumer/handler.py", values)),
        NewFile("consumer_tests/test_expectations.py", filled("consumer/test_expectations.py", values)),
    )


def _values(domain: Domain) -> dict[str, str]:
    event = _first_event(domain)
    reads = tuple(_reads(shape_of(domain.catalogue[event])))
    name = domain.registry.consumer.name
    return {
        "consumer": name,
        "module": module_of(name, "consumer"),
        "event": event,
        "test": module_of(event, "event"),
        "reads_of_handler": "".join(
            f"            {json.dumps(node.path.removeprefix('data.'))}: {_taken(node.path)},\n" for node in reads
        ),
        "reads_of_test": "".join(f"            {json.dumps(node.path)},\n" for node in reads),
    }


def _first_event(domain: Domain) -> str:
    """Return the event that an example is most use for: one that is stated already, else one that is to be."""
    events = [pair.event for pair in domain.registry.pairs() if pair.status is Status.IMPLEMENTED]
    events += [pair.event for pair in domain.registry.pairs()]
    if not events:
        raise MisuseError(
            f"no emitter may state any event of {domain.told}, so that there is nothing to read",
            next_step=f"give an emitter one in {domain.registry_file.name}",
        )
    return events[0]


def _reads(shape: Object) -> Iterator[Node]:
    """Yield the values of an event's data that are always there, at any depth."""
    for node in nodes(shape):
        if node.path.startswith("data.") and node.field and node.promised and not isinstance(_item(node.shape), Object):
            yield node


def _item(shape: Shape) -> Shape:
    return _item(shape.item) if isinstance(shape, ListOf) else shape


def _taken(path: str) -> str:
    """Return the expression that takes what a path names out of `event`: lists on the way are gone through."""
    return _expression("event", path.split("."), 0)


def _expression(base: str, parts: list[str], depth: int) -> str:
    if not parts:
        return base
    name, *rest = parts
    lists = name.count("[]")
    found = f"{base}[{json.dumps(name.removesuffix('[]' * lists))}]"
    return _gone_through(found, rest, lists, depth)


def _gone_through(found: str, rest: list[str], lists: int, depth: int) -> str:
    if not lists:
        return _expression(found, rest, depth)
    each = "one" if depth == 0 else f"one_{depth}"
    return f"[{_gone_through(each, rest, lists - 1, depth + 1)} for {each} in {found}]"
