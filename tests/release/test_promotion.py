"""Editing the registry for a promotion: what stays as it is, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.broker.client import BrokerClient
from contracts.errors import BrokenContractError, ContractsError, MisuseError
from contracts.model.domain import Domain
from contracts.model.registry import Pair, Status
from contracts.model.registry_toml import parse_registry
from contracts.model.status_change import StatusChange
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.release.promotion import demote, promote
from contracts.release.readiness import Grounds
from contracts.release.registry_edit import with_status
from contracts.webinar.events import CATALOGUE
from tests.release.commands import Cli
from tests.release.project import COMPLETED, CRM, ENTERED, STATUSES, TRACKER, registry_toml

HEAD = '[consumer]\nname = "service"\ndescription = "The service."\n'
LAYOUTS = {
    "tables": registry_toml(),
    "inline": f"""{HEAD}
[emitters.{TRACKER}]
description = "It tracks." # the only one
events = {{ {ENTERED} = {{ status = "planned", repeats = "guarded" }}, {COMPLETED} = {{ status = "implemented" }} }}
""",
    "dotted": f"""{HEAD}
[emitters.{TRACKER}]
description = "It tracks."
events.{ENTERED}.status = 'planned'   # not yet
events.{COMPLETED}.status = "implemented"
""",
    "quoted and out of order": f"""[emitters."{TRACKER}".events."{ENTERED}"]
status = "planned"
target = 2026-12-01

{HEAD}
[emitters."{TRACKER}"]
description = "It tracks."

[emitters."{TRACKER}".events.{COMPLETED}]
status = "implemented"
""",
    "windows": registry_toml().replace("\n", "\r\n"),
    "no last line break": registry_toml().rstrip("\n"),
}


def domain_of(text: str) -> Domain:
    """Return a domain with a registry."""
    return Domain(
        "d", CATALOGUE, parse_registry(text, file="emitters.toml", catalogue=CATALOGUE), Path("emitters.toml")
    )


def edited(text: str, event: str, status: Status, reason: str | None = None) -> str:
    """Return a registry with a pair's status changed."""
    domain = domain_of(text)
    pair = domain.registry.pair(TRACKER, event)
    assert pair is not None
    return with_status(text, domain, pair, status, reason)[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_promotion_changes_one_word(layout: str) -> None:
    """Comments, order, quotes and line ends stay: the status is the only difference."""
    before = LAYOUTS[layout]
    after = edited(before, ENTERED, Status.IMPLEMENTED)
    place = before.index("planned", before.index(ENTERED))
    assert after.replace("'", '"') == (before[:place] + "implemented" + before[place + 7 :]).replace("'", '"')


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_demotion_and_a_promotion_bring_the_text_back(layout: str) -> None:
    """The reason comes and goes with the status."""
    before = LAYOUTS[layout]
    demoted = edited(before, COMPLETED, Status.PLANNED, 'clients said "no"')
    assert domain_of(demoted).registry.pair(TRACKER, COMPLETED).entry.reason == 'clients said "no"'  # type: ignore[union-attr]
    again = edited(demoted, COMPLETED, Status.IMPLEMENTED)
    assert parse_registry(again, file="e", catalogue=CATALOGUE) == domain_of(before).registry


@given(st.text(min_size=1).filter(str.strip))
def test_every_reason_is_kept_as_it_is(reason: str) -> None:
    """Quotes, line breaks, other scripts: TOML keeps the reason that was said, or the edit is refused."""
    try:
        text = edited(LAYOUTS["tables"], COMPLETED, Status.PLANNED, reason.strip())
    except ContractsError:
        return
    pair = domain_of(text).registry.pair(TRACKER, COMPLETED)
    assert pair is not None
    assert pair.entry.reason == reason.strip()


def nothing(_settings: Settings, _domain: Domain) -> tuple[str, ...]:
    """Capture nothing."""
    return ()


def no_broker() -> BrokerClient:
    """Stand for a broker that must not be asked."""
    raise AssertionError("the broker was asked")


def try_promotion(settings: Settings, event: str = ENTERED, emitter: str = TRACKER, **evidence: Any) -> StatusChange:
    """Promote without a broker."""
    return promote(
        settings,
        load_domain(settings),
        (emitter, event),
        Grounds(evidence.get("file"), force=evidence.get("force", False)),
        broker=no_broker,
        rewrite_pacts=nothing,
    )


@pytest.mark.parametrize(
    ("emitter", "event", "words"),
    [
        ("client-webinar-tracker", ENTERED, "did you mean 'client-webinar-tracker-v2'"),
        (TRACKER, "client_webinar_enterd", "did you mean 'client_webinar_entered'"),
        (TRACKER, "client_webinar_left", "doesn't permit"),
        (TRACKER, COMPLETED, "implemented already"),
    ],
)
def test_what_cannot_be_promoted(settings: Settings, emitter: str, event: str, words: str) -> None:
    """An unknown emitter, an event that isn't permitted, a pair that is promoted already: exit 2."""
    with pytest.raises(MisuseError, match=words):
        try_promotion(settings, event, emitter)


def test_a_demotion_wants_a_reason_and_an_implemented_pair(settings: Settings) -> None:
    """Without a reason nobody knows later why; what is planned can't be taken back."""
    with pytest.raises(MisuseError, match="without a reason"):
        demote(settings, load_domain(settings), (TRACKER, COMPLETED), "  ", rewrite_pacts=nothing)
    with pytest.raises(MisuseError, match="planned already"):
        demote(settings, load_domain(settings), (TRACKER, ENTERED), "why", rewrite_pacts=nothing)


def test_an_installed_registry_is_not_the_projects(tmp_path: Path) -> None:
    """The registry of an installed package is changed where it comes from."""
    settings = Settings(root=tmp_path)
    with pytest.raises(MisuseError, match="installed package"):
        demote(settings, load_domain(settings), (TRACKER, COMPLETED), "why", rewrite_pacts=nothing)


def evidence(settings: Settings, **change: Any) -> Path:
    """Write the JSON of a verification in which the entered event was ready."""
    document = {
        "emitter": TRACKER,
        "contract": load_domain(settings).contract_digest,
        "errors": [],
        "pairs": [{"event": ENTERED, "ready": True}],
    }
    file = settings.root / "verification.json"
    file.write_text(json.dumps(document | change), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"emitter": CRM}, "a verification of crm-sync"),
        ({"contract": "0" * 64}, "another contract"),
        ({"errors": [{"rule": "driver-error"}]}, "errors of the harness"),
        ({"pairs": [{"event": ENTERED, "ready": False}]}, "wasn't ready"),
        ({"pairs": [{"event": COMPLETED, "ready": True}]}, "wasn't ready"),
    ],
)
def test_evidence_that_is_none(settings: Settings, change: dict[str, Any], words: str) -> None:
    """Another emitter's, another contract's, a broken run's, or a pair that wasn't ready: exit 1, nothing changed."""
    with pytest.raises(BrokenContractError, match=words):
        try_promotion(settings, file=evidence(settings, **change))
    assert (settings.root / "emitters.toml").read_text(encoding="utf-8") == registry_toml()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"emitter": 1}', '{"pairs": 5, "emitter": "", "registry": "", "errors": []}']
)
def test_a_file_that_is_no_verification(settings: Settings, text: str) -> None:
    """What can't be read as a verification is exit 2."""
    file = settings.root / "verification.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MisuseError, match="no verification"):
        try_promotion(settings, file=file)
    with pytest.raises(MisuseError, match="no verification"):
        try_promotion(settings, file=settings.root / "missing.json")


def test_a_failing_capture_leaves_the_registry_alone(settings: Settings) -> None:
    """Registry and pacts change together or not at all, even if the capture is interrupted."""

    def interrupted(_settings: Settings, _domain: Domain) -> tuple[str, ...]:
        assert 'status = "planned"   # a word' in (settings.root / "emitters.toml").read_text(encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demote(settings, load_domain(settings), (TRACKER, COMPLETED), "why", rewrite_pacts=interrupted)
    assert (settings.root / "emitters.toml").read_text(encoding="utf-8") == registry_toml()
    assert sorted(file.name for file in settings.root.iterdir() if "emitters" in file.name) == ["emitters.toml"]


def test_the_capture_gets_the_changed_registry(settings: Settings) -> None:
    """The pacts are captured with the registry that was just written."""
    seen: list[Pair | None] = []

    def look(_settings: Settings, domain: Domain) -> tuple[str, ...]:
        seen.append(domain.registry.pair(TRACKER, COMPLETED))
        return ("pacts/one.json",)

    changed = demote(settings, load_domain(settings), (TRACKER, COMPLETED), "why", rewrite_pacts=look)
    assert seen[0] is not None
    assert (seen[0].status, seen[0].entry.reason) == (Status.PLANNED, "why")
    assert changed.files == ("emitters.toml", "pacts/one.json")


def test_nothing_in_production_is_not_ready(own_cli: Cli) -> None:
    """With no version recorded in production, a further pair isn't promoted without force."""
    assert STATUSES[COMPLETED] == "implemented"
    refused = own_cli("promote", TRACKER, ENTERED, "--output", "json")
    assert refused.code == 1
    assert "no version of client-webinar-tracker-v2 is recorded there" in refused.document["error"]["what"]
    assert "--force" in refused.document["error"]["next"]
