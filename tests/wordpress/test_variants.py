"""The broken variants of the plugin: each still fits the plugin it changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from provider_tests.wordpress.variants import PLUGIN, Change, Variant, build, variants
from tests.wordpress import plain_pact, schema_alone
from tests.wordpress.programs import endpoint

ALL = variants()


@pytest.mark.parametrize("variant", ALL, ids=[variant.name for variant in ALL])
def test_a_variant_is_valid_php(php: None, variant: Variant, tmp_path: Path) -> None:
    """Each change applies exactly once and leaves code that PHP can read."""
    folder = build(variant, tmp_path)
    for file in sorted({change.file for change in variant.change}):
        done = subprocess.run(
            ["php", "-l", str(folder / file)], capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("variant", ALL, ids=[variant.name for variant in ALL])
def test_plain_pact_says_of_it_what_was_measured(php: None, variant: Variant, tmp_path: Path) -> None:
    """The official verifier alone, with the same pact and the same endpoint, misses many of them."""
    with endpoint(tmp_path / "log", tmp_path / "db", build(variant, tmp_path)) as url:
        assert plain_pact.passes(url) == (variant.plain_pact == "missed")


@pytest.mark.parametrize("variant", ALL, ids=[variant.name for variant in ALL])
def test_a_schema_alone_says_of_it_what_was_measured(php: None, variant: Variant, tmp_path: Path) -> None:
    """The exported AsyncAPI's schemas judge one message at a time: they see no repeat, no fact and no delivery."""
    passes = schema_alone.passes(build(variant, tmp_path), tmp_path / "db")
    assert passes == (variant.schema_alone == "missed")


def test_a_schema_alone_accepts_the_plugin(php: None, tmp_path: Path) -> None:
    """Otherwise what it catches would mean nothing."""
    assert schema_alone.passes(PLUGIN, tmp_path / "db")


@pytest.mark.parametrize("find", ["no such text", "$marker"])
def test_a_change_that_no_longer_fits_is_an_error(tmp_path: Path, find: str) -> None:
    """A variant that silently equals the plugin would prove nothing."""
    change = Change(file="includes/tracker.php", find=find, replace="")
    variant = Variant(
        name="stale",
        summary="",
        rule="event-schema",
        level="endpoint",
        schema_alone="missed",
        plain_pact="missed",
        change=(change,),
    )
    with pytest.raises(ValueError, match=r"occurs \d+ times in includes/tracker\.php, not once"):
        build(variant, tmp_path)
