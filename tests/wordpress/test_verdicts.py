"""What `contracts verify` says of the plugin and of its broken variants."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_tests.wordpress.variants import PLUGIN, Variant, build, variants
from tests.wordpress.programs import post, site, trigger
from tests.wordpress.verdicts import PASSED, recorded, rules, strict_registry, verdicts, verify

ALL = variants()


def test_the_plugin_passes_by_its_recordings(php: None, tmp_path: Path) -> None:
    """Passed 1, pending 2, and every promise about repeats and deliveries was tested."""
    run = verify({"captures": [str(recorded(PLUGIN, tmp_path))]})
    assert (verdicts(run), run.success) == (PASSED, True)
    assert not run.untested


def test_the_plugin_keeps_even_the_strictest_promises(php: None, tmp_path: Path) -> None:
    """Each fact once, and none lost."""
    run = verify({"captures": [str(recorded(PLUGIN, tmp_path))]}, strict_registry(tmp_path))
    assert (verdicts(run), run.success) == (PASSED, True)


def test_the_plugin_in_wordpress_passes_by_the_recorder(real_wordpress: None, tmp_path: Path) -> None:
    """The same verdicts from a real WordPress."""
    captures = tmp_path / "captures"
    with site(tmp_path, "--recorder", str(captures)) as running:
        for request in (trigger("client-1"), trigger("client-1", attempt=2), trigger("client-2")):
            post(running.url, request)
    run = verify({"captures": [str(captures)]})
    assert (verdicts(run), run.success) == (PASSED, True)


@pytest.mark.parametrize("variant", ALL, ids=[variant.name for variant in ALL])
def test_a_broken_variant_is_caught(php: None, variant: Variant, tmp_path: Path) -> None:
    """Its mistake is found under the rule that its file names, and the run fails."""
    run = verify({"captures": [str(recorded(build(variant, tmp_path), tmp_path))]}, strict_registry(tmp_path))
    # A recording can't tell a plugin that died from one that sent nothing.
    assert ("not-emitted" if variant.rule == "driver-error" else variant.rule) in rules(run)
    assert not run.success
