"""`contracts capture` writes what the consumer tests expect: all of it, from scratch, and always the same bytes."""

from __future__ import annotations

import json

from contracts.testing.project import Project
from tests.consumer.conftest import EXPECTATIONS, MakeProject

SCALES = "parcel-desk-scales.json"
VAN = "parcel-desk-van.json"


def keys(content: bytes) -> list[str]:
    """Return the keys of a pact's interactions."""
    return [interaction["key"] for interaction in json.loads(content)["interactions"]]


def test_each_expectation_reaches_every_emitter_that_may_state_the_event(project: Project) -> None:
    """One expectation fans out; an unassigned event is in no pact; an emitter with plans alone is kept apart."""
    run = project.contracts("capture", "--output", "json")
    assert run.status == 0, run.output
    pacts = project.files("pacts")
    assert set(pacts) == {SCALES, f"planned/{VAN}"}
    assert keys(pacts[SCALES]) == ["parcel_delivered/the-delivery", "parcel_weighed/the-weight"]
    assert keys(pacts[f"planned/{VAN}"]) == ["parcel_delivered/the-delivery"]
    document = json.loads(run.stdout)
    assert document["unassigned"] == ["parcel_lost"]
    assert document["written"] is True
    assert b"parcel_lost" not in b"".join(pacts.values())


def test_a_pact_holds_what_is_read_and_nothing_else(project: Project) -> None:
    """No key that isn't read, no prose of the registry, no version of a library."""
    project.contracts("capture")
    document = json.loads(project.files("pacts")[SCALES])
    delivered, weighed = document["interactions"]
    assert weighed["contents"]["content"]["data"].keys() == {"parcel_id", "contents"}
    assert weighed["contents"]["content"]["data"]["contents"][0].keys() == {"weight_kg"}
    assert weighed["description"] == "parcel_weighed: the weight"
    parcel = weighed["contents"]["content"]["data"]["parcel_id"]
    assert weighed["providerStates"] == [{"name": "parcel_weighed", "params": {"parcel_id": parcel}}]
    assert (weighed["pending"], delivered["pending"]) == (False, True)
    assert delivered["contents"]["content"]["source"] == "scales"
    assert document["metadata"] == {"pactSpecification": {"version": "4.0"}}
    assert "comments" not in weighed


def test_the_bytes_are_the_same_on_every_run_and_in_any_order(project: Project) -> None:
    """Capturing twice, or tests in another order, changes nothing."""
    project.contracts("capture")
    first = project.files("pacts")
    assert project.contracts("capture").status == 0
    assert project.files("pacts") == first
    blocks = EXPECTATIONS.strip().split("\n\n\n")
    project.put("consumer_tests/test_parcels.py", "\n\n\n".join(reversed(blocks)))
    assert project.contracts("capture", "--check").status == 0
    for file in list((project.folder / "pacts").rglob("*.json")):
        file.unlink()
    project.contracts("capture")
    assert project.files("pacts") == first


def test_check_writes_nothing_and_says_what_would_change(project: Project) -> None:
    """A missing, a hand-edited and a superfluous pact are each named, with what differs."""
    run = project.contracts("capture", "--check")
    assert run.status == 1
    assert f"added: pacts/{SCALES}" in run.stdout
    assert not (project.folder / "pacts").exists()

    project.contracts("capture")
    file = project.folder / "pacts" / SCALES
    edited = json.loads(file.read_text())
    edited["interactions"][1]["matchingRules"]["body"]["$.id"]["matchers"].pop()
    file.write_text(json.dumps(edited, indent=2))
    project.put("pacts/parcel-desk-cart.json", file.read_text().replace("scales", "cart"))
    before = project.files("pacts")
    run = project.contracts("capture", "--check", "--output", "json")
    assert run.status == 1
    assert json.loads(run.stdout)["changes"] == [
        {
            "file": "parcel-desk-cart.json",
            "change": "removed",
            "details": ["no expectation and pair leads to it"],
        },
        {
            "file": SCALES,
            "change": "changed",
            "details": ["~ parcel_weighed/the-weight: matchingRules.body[$.id].matchers"],
        },
    ]
    assert project.files("pacts") == before
    assert project.contracts("capture").status == 0
    assert project.contracts("capture", "--check").status == 0


def test_a_changed_layout_is_a_change(project: Project) -> None:
    """The files are compared byte for byte."""
    project.contracts("capture")
    file = project.folder / "pacts" / SCALES
    file.write_text(json.dumps(json.loads(file.read_text())))
    run = project.contracts("capture", "--check")
    assert run.status == 1
    assert "only its layout differs" in run.stdout


def test_what_is_not_ours_is_left_alone(project: Project) -> None:
    """Other parties' pacts and other files stay as they are."""
    foreign = json.dumps({"consumer": {"name": "other"}, "provider": {"name": "scales"}})
    project.put("pacts/other-scales.json", foreign)
    project.put("pacts/parcel-desk-2-scales.json", foreign)
    project.put("pacts/README.md", "ours")
    project.put("pacts/broken.json", "{")
    project.contracts("capture")
    assert project.files("pacts").keys() == {
        *(SCALES, f"planned/{VAN}"),
        *("other-scales.json", "parcel-desk-2-scales.json", "README.md", "broken.json"),
    }
    assert project.contracts("capture", "--check").status == 0


def test_the_first_promotion_moves_the_pact(project: Project) -> None:
    """An emitter's pact leaves planned/ with its first implemented pair, and isn't pending any more."""
    project.contracts("capture")
    registry = project.folder / "parcels/emitters.toml"
    head, van = registry.read_text().split("[emitters.van.events")
    registry.write_text(head + "[emitters.van.events" + van.replace("planned", "implemented"))
    run = project.contracts("capture")
    assert run.status == 0, run.output
    assert f"removed: pacts/planned/{VAN}" in run.stdout
    pacts = project.files("pacts")
    assert set(pacts) == {SCALES, VAN}
    assert json.loads(pacts[VAN])["interactions"][0]["pending"] is False
    assert not (project.folder / "pacts/planned").exists()


def test_a_lost_expectation_leaves_the_pact(parcels: MakeProject, project: Project) -> None:
    """Files are written from scratch: what nobody expects any more is gone."""
    project.contracts("capture")
    first, *_ = EXPECTATIONS.strip().split("\n\n\n")
    parcels({"consumer_tests/test_parcels.py": first})
    run = project.contracts("capture")
    assert "- parcel_delivered/the-delivery" in run.stdout
    assert set(project.files("pacts")) == {SCALES}
    assert keys(project.files("pacts")[SCALES]) == ["parcel_weighed/the-weight"]
