"""The plugin's event against the contract's model, for every fact."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.webinar import CATALOGUE
from tests.wordpress.event import expected
from tests.wordpress.programs import EVENT

pytestmark = pytest.mark.usefixtures("php")

IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
BODIES = Path(__file__).parent / "bodies.php"

identifiers = st.from_regex(IDENTIFIER, fullmatch=True)
anything = st.one_of(identifiers, st.text(max_size=130), st.sampled_from(["a\n", "\na", "a b", "a@b", "-a", "a" * 129]))
facts = st.lists(st.tuples(anything, anything, st.integers(0, 4102444799)), min_size=1, max_size=60)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts)
def test_every_fact_is_stated_as_the_model_says(php: None, asked: list[tuple[str, str, int]]) -> None:
    """Valid identifiers give exactly the canonical event under a UUIDv5 of the fact; all else gives nothing."""
    done = subprocess.run(
        ["php", str(BODIES)], input=json.dumps(asked).encode(), capture_output=True, check=True, timeout=30
    )
    for (client, webinar, when), body in zip(asked, json.loads(done.stdout), strict=True):
        if re.fullmatch(IDENTIFIER, client) and re.fullmatch(IDENTIFIER, webinar):
            assert body == json.dumps(expected(client, webinar, when), separators=(",", ":"))
            CATALOGUE[EVENT].model_validate_json(body)
        else:
            assert body is None
