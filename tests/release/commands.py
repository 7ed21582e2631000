"""Running commands as a user types them, in this process, and an emitter that a test makes emit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts import __version__
from contracts.broker.client import BrokerClient
from contracts.cli.app import run
from contracts.model.domain import Domain
from contracts.model.examples import example_event
from contracts.model.posting import Posting
from contracts.model.registry_toml import parse_registry
from contracts.model.verdict import Verification
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.provider.verify import driver_for, verification_events, verification_of
from contracts.release.posting import PactRequest, pacts_to_verify, post_result, run_record
from contracts.webinar.events import CATALOGUE
from tests.release.project import TRACKER


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What stdout holds, as one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs `contracts …`; `client` speaks to the broker that the commands find."""

    capture: pytest.CaptureFixture[str]
    client: BrokerClient

    def __call__(self, *arguments: str) -> Done:
        """Run a command."""
        self.capture.readouterr()
        code = run(list(arguments))
        out, err = self.capture.readouterr()
        assert "Traceback" not in out + err
        return Done(code, out, err)


def emissions(path: Path, events: Iterable[str], *, source: str = TRACKER) -> Path:
    """Write captures in which an emitter states one fact of each of `events`."""
    lines = []
    for event in events:
        body = json.dumps(example_event(CATALOGUE[event], source=source))
        lines.append(json.dumps({"headers": {"content-type": "application/cloudevents+json"}, "body": body}))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def verify(
    client: BrokerClient | None,
    captures: Path,
    *,
    registry: str | None = None,
    emitter: str = TRACKER,
    branch: str = "main",
) -> Verification:
    """Verify captures against the pacts that the broker wants verified, under a registry or the project's."""
    settings = load_settings(Path.cwd())
    domain = load_domain(settings)
    if registry is not None:
        parsed = parse_registry(registry, file="older.toml", catalogue=domain.catalogue)
        domain = Domain(domain.package, domain.catalogue, parsed, domain.registry_file)
    wanted = pacts_to_verify(client, emitter, PactRequest(branch)) if client else ()
    driver = driver_for(settings, emitter, {"captures": str(captures)})
    return verification_of(verification_events(domain, emitter, driver, wanted))


def verify_and_post(
    client: BrokerClient,
    captures: Path,
    version: str,
    *,
    registry: str | None = None,
    emitter: str = TRACKER,
    branch: str = "main",
) -> dict[str | None, bool | None]:
    """Verify and post; returns the posted result of each consumer version."""
    run = verify(client, captures, registry=registry, emitter=emitter, branch=branch)
    run_id, build = uuid4().hex, "https://ci.example/build/1"
    posting = Posting(version, branch, __version__, run.registry, run.contract, run_id, build)
    record = run_record(run, posting)
    posted = {}
    for result in run.pacts:
        done = post_result(client, result, posting, record)
        assert done.published is (result.result is not None)
        posted[done.pact.consumer_version] = done.result
    return posted
