"""An audit of what the plugin's own suites sent says what a verification of it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.model.rules import RULES
from provider_tests.wordpress.variants import PLUGIN, build, variants
from tests.audit.agreement import of_audit, of_verification
from tests.wordpress.programs import Command, trigger
from tests.wordpress.verdicts import audit, strict_registry, verify

ALL = {
    variant.name: variant
    for variant in variants()
    # The others show where deliveries are refused, or several facts are asked for at once.
    if variant.level == "endpoint" and RULES[variant.rule].severity.value in ("finding", "violation")
}
CHOSEN = {variant.rule: name for name, variant in ALL.items() if variant.rule != "not-emitted"}
"""A variant of each rule that one of them breaks, so that nothing is looked for twice."""


def recorded(plugin: Path, folder: Path) -> Path:
    """Record what a plugin sends: a fact, the same one again, and others."""
    captures = folder / "captures.ndjson"
    again, others = trigger("client-1", attempt=2), (trigger("client-2"), trigger("client-1", "webinar-2"))
    with captures.open("wb") as file:
        for request in (trigger("client-1"), again, *others):
            file.write(Command(folder / "db", plugin=plugin).run(request).stdout)
    return captures


@pytest.mark.parametrize("name", [None, *sorted(CHOSEN.values())])
def test_they_agree_on_the_plugin_and_its_broken_variants(php: None, name: str | None, tmp_path: Path) -> None:
    """The same rules at the same lines, the variant's own among them."""
    plugin = PLUGIN if name is None else build(ALL[name], tmp_path / "plugin")
    captures, registry = recorded(plugin, tmp_path), strict_registry(tmp_path)
    verified = of_verification(verify({"captures": [str(captures)]}, registry))
    assert of_audit(audit(captures, registry)) == verified
    found = {rule for rule, _ in verified}
    assert found >= ({ALL[name].rule} if name else set())
    assert bool(found) is bool(name)
