"""The matrix of emitters and events in its three forms."""

from __future__ import annotations

import json

import pytest

from contracts.model.registry import EmitterEntry, Registry
from contracts.model.verdict import Verdict
from contracts.report.look import Look
from contracts.report.pair_matrix import build_matrix, matrix_json, matrix_markdown, render_matrix
from tests.report.examples import COMPLETED, EMITTER, ENTERED, domain, finding, green, pair, run


def _many(count: int) -> Registry:
    registry = domain().registry
    entry = registry.emitters[EMITTER]
    return registry.model_copy(update={"emitters": {f"emitter-number-{n}": entry for n in range(count)}})


def test_without_a_verification_the_statuses_are_shown() -> None:
    """The plain matrix names each pair's status and the events without an emitter."""
    shown = render_matrix(build_matrix(domain().registry, domain().catalogue)).splitlines()
    assert shown[0].split() == ["event", EMITTER]
    assert ["client_webinar_completed", "implemented"] in [line.split() for line in shown]
    assert ["client_webinar_left", "unassigned"] in [line.split() for line in shown]
    assert shown[-1] == "implemented 1, planned 2, unassigned 2"


def test_verdicts_stand_beside_the_statuses() -> None:
    """After a verification each cell holds its verdict, and a pair that can be promoted says ready."""
    shown = render_matrix(build_matrix(domain().registry, domain().catalogue, [green()]))
    assert "implemented, passed" in shown
    assert "planned, pending, ready" in shown
    assert shown.splitlines()[-1] == "passed 1, pending 2, unassigned 2, failed 0, violations 0"


def test_a_pair_that_was_not_verified_is_counted_as_such() -> None:
    """A pair without a verdict isn't passed over in silence."""
    failed = run(pair(Verdict.FAILED, finding()), violations=(finding("wrong-source"),))
    shown = render_matrix(build_matrix(domain().registry, domain().catalogue, [failed]))
    assert shown.splitlines()[-1] == "passed 0, pending 0, unassigned 2, failed 1, violations 1, unverified 2"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_matrix_too_wide_becomes_a_list(terminal: bool) -> None:
    """Many emitters are listed pair by pair instead of being cut."""
    shown = render_matrix(build_matrix(_many(20), domain().catalogue), look=Look(terminal=terminal, width=100))
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert shown.count(COMPLETED) == 20
    assert "emitter-number-19" in shown
    assert "client_webinar_left" in shown


def test_a_terminal_gets_colours_beside_the_words() -> None:
    """The drawn matrix has the same words."""
    look = Look(terminal=True, color=True, width=100)
    shown = render_matrix(build_matrix(domain().registry, domain().catalogue, [green()]), look=look)
    assert "implemented, passed" in shown
    assert "\x1b[32m" in shown


def test_the_json_form_holds_the_registry_and_the_verdicts() -> None:
    """The JSON form is one value that a script can read."""
    document = matrix_json(build_matrix(domain().registry, domain().catalogue, [green()]))
    assert json.loads(json.dumps(document)) == document
    assert document["registry"] == domain().registry.digest
    assert document["unassigned"] == ["client_webinar_registered", "client_webinar_left"]
    (emitter,) = document["emitters"]
    entered = next(cell for cell in emitter["events"] if cell["event"] == ENTERED)
    assert (entered["status"], entered["verdict"], entered["ready"]) == ("planned", "pending", True)
    assert (
        matrix_json(build_matrix(domain().registry, domain().catalogue))["emitters"][0]["events"][0]["verdict"] is None
    )


@pytest.mark.parametrize("count", [1, 20])
def test_the_markdown_form_is_one_table(count: int) -> None:
    """Every row of the Markdown table has as many cells as its heading."""
    text = matrix_markdown(build_matrix(_many(count), domain().catalogue))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert text.endswith(f"implemented {count}, planned {2 * count}, unassigned 2\n")


def test_an_emitter_without_pairs_of_an_event_has_an_empty_cell() -> None:
    """An event that one emitter has and another hasn't shows a dash at the other."""
    registry = domain().registry
    entry = registry.emitters[EMITTER]
    other = EmitterEntry(description="Another.", events={COMPLETED: entry.events[COMPLETED]})
    wider = registry.model_copy(update={"emitters": {EMITTER: entry, "other": other}})
    rows = [line.split() for line in render_matrix(build_matrix(wider, domain().catalogue)).splitlines()]
    assert [ENTERED, "planned", "-"] in rows
