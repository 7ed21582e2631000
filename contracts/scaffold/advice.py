"""What is to be done once the files of a new emitter's repository are there."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.scaffold.kinds import KINDS
from contracts.scaffold.request import NewEmitter


def unknown_note(name: str, domain: Domain) -> str | None:
    """Say that the registry doesn't have the emitter, and what that means; None where it does."""
    if name in domain.registry.emitters:
        return None
    return (
        f"the registry has no emitter {name!r}{did_you_mean(name, domain.registry.emitters)}: "
        "until it has, every verification of it ends with 2"
    )


def next_steps(emitter: NewEmitter, domain: Domain) -> Iterator[str]:
    """Yield the steps in their order."""
    if emitter.name not in domain.registry.emitters:
        entry = registry_entry(emitter, domain)
        yield f"have the architect add the emitter to {domain.registry_file.name}:\n{entry}"
        yield "run this again with --force, before anything is changed: the registry says which events are stated"
    yield from KINDS[emitter.kind].first_step(emitter)
    yield "ci/contracts"
    yield "commit; set PACT_BROKER_BASE_URL and PACT_BROKER_TOKEN in CI, to publish the results"


def registry_entry(emitter: NewEmitter, domain: Domain) -> str:
    """Return what an architect adds to the registry for a new emitter, as TOML."""
    free = (event for event in domain.catalogue if event not in domain.registry.needs_decision)
    event = next(free, next(iter(domain.catalogue)))
    decision = 'decision = "<reference>"\n' if event in domain.registry.needs_decision else ""
    return (
        f'[emitters.{emitter.key}]\ndescription = "<what it is>"\n'
        "# one such table for each event that it is to state\n"
        f'[emitters.{emitter.key}.events.{event}]\nstatus = "planned"\nrepeats = "guarded"\n{decision}'
    )
