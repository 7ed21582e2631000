"""Verifying what the plugin sent: the engine with the project's pacts, through any driver."""

from __future__ import annotations

import json
from pathlib import Path

from contracts.flows.domain import load_domain
from contracts.flows.settings import Settings
from contracts.flows.verify import DriverOptions, driver_for, local_pacts, verification_events, verification_of
from contracts.model.verdict import Verification
from tests.wordpress.plain_pact import EMITTER
from tests.wordpress.programs import ROOT, Command, trigger

REGISTRY = ROOT / "contracts" / "webinar" / "emitters.toml"


def strict_registry(folder: Path) -> Path:
    """Write the project's registry with all that the plugin could promise: each fact once, and none lost."""
    before, after = REGISTRY.read_text(), 'status = "implemented"\nrepeats = "never"\ndelivery = "at-least-once"'
    guarded = 'status = "implemented"\nrepeats = "guarded"'
    assert before.count(guarded) == 1
    file = folder / "emitters.toml"
    file.write_text(before.replace(guarded, after))
    return file


def verify(options: DriverOptions, registry: Path | None = None) -> Verification:
    """Verify the plugin as `contracts verify` does, by the project's registry or another one."""
    settings = Settings(root=ROOT, registry=registry)
    driver = driver_for(settings, EMITTER, options)
    return verification_of(verification_events(load_domain(settings), EMITTER, driver, local_pacts(settings, EMITTER)))


def verdicts(run: Verification) -> dict[str, str]:
    """The verdict of each pair."""
    return {pair.event: pair.verdict.value for pair in run.pairs}


PASSED = {
    "client_webinar_completed": "passed",
    "client_webinar_entered": "pending",
    "client_webinar_form_submitted": "pending",
}


def rules(run: Verification) -> set[str]:
    """The rules that something was found under, notes left out."""
    found = [finding for pair in run.pairs for finding in pair.findings]
    return {finding.rule for finding in (*found, *run.violations, *run.errors)}


def recorded(plugin: Path, folder: Path) -> Path:
    """Record what a plugin sends for a fact, a repeat, other facts, a refused delivery and simultaneous repeats."""
    command = Command(folder / "db", plugin=plugin)
    refusing = Command(folder / "db", plugin=plugin, answer="503")
    done = [
        command.run(trigger("client-1")),
        command.run(trigger("client-1", attempt=2)),
        command.run(trigger("client-2")),
        command.run(trigger("client-1", "webinar-2")),
        refusing.run(trigger("client-3")),
        command.run(trigger("client-3", attempt=2)),
        *command.run_at_once([trigger("client-4")] * 4),
    ]
    captures = folder / "captures.ndjson"
    captures.write_bytes(b"".join(one.stdout for one in done))
    assert all(json.loads(line) for line in captures.read_bytes().splitlines())
    return captures
