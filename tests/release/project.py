"""A project in a folder: a registry, and pacts built as the capture builds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONSUMER = "client-webinar-scenario-service"
TRACKER = "client-webinar-tracker-v2"
CRM = "crm-sync"
CI_VARIABLES = (
    "CI", "GIT_COMMIT", "GIT_BRANCH", "GITHUB_SHA", "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "GITHUB_REF_TYPE",
    "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME",
    "CI_COMMIT_TAG", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_JOB_URL", "CI_PIPELINE_URL", "BUILD_URL",
    "PACT_BROKER_BASE_URL", "PACT_BROKER_TOKEN", "PACT_BROKER_USERNAME", "PACT_BROKER_PASSWORD",
    "PACT_BROKER_CA_FILE", "SSL_CERT_FILE",
)  # fmt: skip

COMPLETED, ENTERED, SUBMITTED = (
    "client_webinar_completed",
    "client_webinar_entered",
    "client_webinar_form_submitted",
)
STATUSES = {COMPLETED: "implemented", ENTERED: "planned", SUBMITTED: "planned"}
"""What the tracker's pairs are at first."""


def registry_toml(emitters: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return a registry: for each emitter, its events and their statuses."""
    lines = [
        "# A comment that stays.",
        'needs_decision = ["client_webinar_registered", "client_webinar_left"]',
        "[consumer]",
        f'name = "{CONSUMER}"',
        'description = "The scenario service."',
    ]
    for emitter, statuses in (emitters or {TRACKER: STATUSES}).items():
        lines += ["", f"[emitters.{emitter}]", 'description = "An emitter."']
        for event, status in statuses.items():
            lines += [
                "",
                f"[emitters.{emitter}.events.{event}]",
                f'status = "{status}"   # a word about it',
                'repeats = "guarded"',
            ]
    return "\n".join([*lines, ""])


def pact(
    statuses: Mapping[str, str] | None = None, *, provider: str = TRACKER, consumer: str = CONSUMER, revision: str = "1"
) -> dict[str, Any]:
    """Return a V4 pact with one interaction an event; planned ones are pending."""
    statuses = statuses or STATUSES
    return {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": [
            {
                "type": "Asynchronous/Messages",
                "description": f"{event}: it is read",
                "key": f"{event}/it-is-read",
                "pending": status == "planned",
                "providerStates": [{"name": event, "params": {"client_id": "c-1", "webinar_id": "w-1"}}],
                "contents": {
                    "contentType": "application/cloudevents+json",
                    "content": {"type": event, "source": provider, "id": f"id-{revision}"},
                    "encoded": False,
                },
            }
            for event, status in statuses.items()
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


def write_pact(root: Path, document: Mapping[str, Any], *, planned: bool = False) -> Path:
    """Write a pact into the project's folder, or into `planned/`."""
    folder = root / "pacts" / "planned" if planned else root / "pacts"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{document['consumer']['name']}-{document['provider']['name']}.json"
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return file


def make_project(root: Path, emitters: Mapping[str, Mapping[str, str]] | None = None) -> Path:
    """Make a project's folder with its settings and its registry; it is no git repository."""
    root.mkdir(parents=True, exist_ok=True)
    (root / ".git").mkdir(exist_ok=True)
    (root / "contracts.toml").write_text('registry = "emitters.toml"\n', encoding="utf-8")
    (root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    return root


def add_consumer_tests(root: Path) -> None:
    """Write the tests of a scenario service that reads the tracker's three events."""
    folder = root / "consumer_tests"
    folder.mkdir(exist_ok=True)
    (folder / "test_expectations.py").write_text(_CONSUMER_TESTS, encoding="utf-8")


_CONSUMER_TESTS = f"""import pytest

ENVELOPE = ("specversion", "id", "source", "type", "time")


@pytest.mark.parametrize("event", {[COMPLETED, ENTERED, SUBMITTED]!r})
def test_it_is_read(expect, event):
    message = expect(event, "it is read", reads=[*ENVELOPE, "data.client_id", "data.webinar_id"])
    assert event.encode() in message.body
"""
