"""The nearest right name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.names import did_you_mean, nearest
from contracts.webinar import CATALOGUE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("client_webinar_completd", "client_webinar_completed"),
        ("client_webinar_complete", "client_webinar_completed"),
        ("webinar_completed", "client_webinar_completed"),
        ("completed", "client_webinar_completed"),
        ("left", "client_webinar_left"),
        ("form_submit", "client_webinar_form_submitted"),
        ("webinar", None),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_event(name: str, expected: str | None) -> None:
    """A slip, a part that fits one name alone; nothing where several fit or none is near."""
    assert nearest(name, CATALOGUE) == expected


@given(st.text(), st.lists(st.text()))
def test_only_known_names_are_proposed(name: str, known: list[str]) -> None:
    """Whatever is asked; a known name is its own nearest, and an empty hint means that there is none."""
    found = nearest(name, known)
    assert found is None or found in known
    if name and name in known:
        assert found == name
    assert did_you_mean(name, known) == (f" (did you mean {found!r}?)" if found else "")
