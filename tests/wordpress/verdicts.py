"""Verifying what the plugin sent: the engine with the project's pacts, through any driver."""

from __future__ import annotations

import io
import socket
from datetime import UTC, datetime
from pathlib import Path

from contracts.audit.judge import AuditJob
from contracts.audit.run import Verdicts
from contracts.audit.run import audit as run_audit
from contracts.emitters.captures import read_captures
from contracts.model.audit import Audit
from contracts.model.emission import Emission
from contracts.model.verdict import Verification
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.provider.verify import DriverOptions, driver_for, local_pacts, verification_events, verification_of
from tests.wordpress.plain_pact import EMITTER
from tests.wordpress.programs import DATABASE, ROOT, WORDPRESS

REGISTRY = ROOT / "contracts" / "webinar" / "emitters.toml"


COMMAND: DriverOptions = {"command": f"php {WORDPRESS / 'shim' / 'command.php'}", "settle": "0.05"}


def by_endpoint(url: str) -> DriverOptions:
    """The options for a running message endpoint."""
    return {"endpoint": f"{url}/_messages", "state-change": f"{url}/_state"}


def by_trigger(plugin: Path) -> DriverOptions:
    """The options for a real WordPress that the driver starts."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    url = f"http://127.0.0.1:{port}/?contracts-trigger"
    run = WORDPRESS / "run"
    start = f"{run} --port {port} --plugin {plugin} --database {DATABASE}"
    return {"trigger": url, "sink": "127.0.0.1:0", "start": start, "ready": url, "settle": "0.1"}


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


def audit(captures: Path, registry: Path | None = None) -> Audit:
    """Audit captures of the plugin as `contracts audit` does, by the project's registry or another one."""
    settings = Settings(root=ROOT, registry=registry)
    pacts = {EMITTER: local_pacts(settings, EMITTER)}
    job = AuditJob(load_domain(settings), pacts, datetime.now(UTC).date(), keep=1000)
    return run_audit(job, [str(captures)], Verdicts())


def captured(output: bytes) -> list[Emission]:
    """The emissions of captures, without a fault among them."""
    items = list(read_captures(io.BytesIO(output), "captures"))
    assert all(isinstance(item, Emission) for item in items), items
    return [item for item in items if isinstance(item, Emission)]


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


def untested(run: Verification) -> set[str]:
    """The rules that the run couldn't test."""
    return set(run.untested or {})
