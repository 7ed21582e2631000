"""What `contracts verify` says of the plugin and of its broken variants, on each way to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_tests.wordpress.variants import PLUGIN, build, variants
from tests.wordpress.programs import endpoint, post, site, trigger
from tests.wordpress.verdicts import (
    COMMAND,
    PASSED,
    by_endpoint,
    by_trigger,
    rules,
    strict_registry,
    untested,
    verdicts,
    verify,
)

ALL = {variant.name: variant for variant in variants()}


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outbox of its own for the shim's processes."""
    monkeypatch.setenv("CONTRACTS_SHIM_DATABASE", str(tmp_path / "db"))


def test_the_plugin_passes_by_endpoint(php: None, tmp_path: Path) -> None:
    """Passed 1, pending 2; neither a refused delivery nor simultaneous repeats can be tested."""
    with endpoint(tmp_path / "log", tmp_path / "db") as url:
        run = verify(by_endpoint(url))
    assert (verdicts(run), run.success, untested(run)) == (PASSED, True, {"lost-fact", "repeated-emission"})


def test_the_plugin_passes_by_command(php: None, outbox: None, tmp_path: Path) -> None:
    """Passed 1, pending 2, even if it promised each fact once and none lost; nothing is left untested."""
    run = verify(COMMAND, strict_registry(tmp_path))
    assert (verdicts(run), run.success, untested(run)) == (PASSED, True, set())


def test_the_plugin_passes_in_wordpress_by_sink(real_wordpress: None, tmp_path: Path) -> None:
    """The same, over real sockets."""
    run = verify(by_trigger(PLUGIN), strict_registry(tmp_path))
    assert (verdicts(run), run.success, untested(run)) == (PASSED, True, set())


def test_the_plugin_passes_in_wordpress_by_recorder(real_wordpress: None, tmp_path: Path) -> None:
    """The same, from what the recorder wrote."""
    captures = tmp_path / "captures"
    with site(tmp_path, "--recorder", str(captures)) as running:
        for request in (trigger("client-1"), trigger("client-1", attempt=2), trigger("client-2")):
            post(running.url, request)
    run = verify({"captures": [str(captures)]})
    assert (verdicts(run), run.success) == (PASSED, True)


@pytest.mark.parametrize("name", [name for name, variant in ALL.items() if variant.level == "endpoint"])
def test_a_broken_variant_is_caught_by_endpoint(php: None, name: str, tmp_path: Path) -> None:
    """Its mistake is found under the rule that its file names, and the run fails."""
    with endpoint(tmp_path / "log", tmp_path / "db", build(ALL[name], tmp_path)) as url:
        run = verify(by_endpoint(url))
    assert ALL[name].rule in rules(run)
    assert not run.success


@pytest.mark.parametrize("name", [name for name, variant in ALL.items() if variant.level == "command"])
def test_a_broken_variant_is_caught_by_command(
    php: None, outbox: None, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process a trigger shows what an endpoint can't: what else is sent, refusals, simultaneous repeats."""
    monkeypatch.setenv("CONTRACTS_PLUGIN", str(build(ALL[name], tmp_path)))
    run = verify(COMMAND, strict_registry(tmp_path))
    assert ALL[name].rule in rules(run)
    assert not run.success


@pytest.mark.parametrize("name", [name for name, variant in ALL.items() if variant.level != "endpoint"])
def test_the_level_is_the_lightest(php: None, name: str, tmp_path: Path) -> None:
    """What isn't marked as visible at the endpoint is not seen there under its rule."""
    with endpoint(tmp_path / "log", tmp_path / "db", build(ALL[name], tmp_path)) as url:
        assert ALL[name].rule not in rules(verify(by_endpoint(url)))
