"""Numbers are said with their nouns, as a reader would."""

from __future__ import annotations

import pytest

from contracts.model.printable import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 changes"), (1, "1 change"), (2, "2 changes")])
def test_one_is_said_without_an_s(count: int, said: str) -> None:
    """One change, and any other number of changes."""
    assert counted(count, "change") == said
