"""Writes pictures of the report, for people to look at: `python -m tests.report.screenshots FOLDER`.

Phone and desktop, light and dark, as printed; a run that is green and one that has something of everything.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from contracts.model.deployment import KnownVersion
from contracts.report.content import ReportContent
from contracts.report.html import render_html
from tests.report.chromium import chromium
from tests.report.examples import EMITTER, domain, green, pacts, red
from tests.report.large import large_evidence

SIZES = {"phone": (360, 740), "desktop": (1280, 800)}


def evidence_by_name() -> dict[str, ReportContent]:
    """Return what the pictures show."""
    consumer = domain().registry.consumer.name
    versions = (
        KnownVersion(EMITTER, "2.4.0", "main", ("production",), "success against 1.2.3"),
        KnownVersion(EMITTER, "2.5.0-rc.1", "hotfix/a-rather-long-branch-name", (), "failure against 1.3.0"),
        KnownVersion(consumer, "1.2.3", "main", ("production", "test")),
    )
    return {
        "green": ReportContent(domain(), (green(),), pacts(EMITTER)),
        "red": ReportContent(domain(), (red(),), pacts(EMITTER), versions, made="2026-01-31 18:00 UTC"),
        "large": large_evidence(emitters=12, events=8),
        "long": _long_names(),
    }


def _long_names() -> ReportContent:
    """Return a report whose names and messages are as long as they may be, without a place to break."""
    name, words = "e" * 128, "x" * 700
    over = domain()
    emitters = {name: over.registry.emitters[EMITTER], EMITTER: over.registry.emitters[EMITTER]}
    over = replace(over, registry=over.registry.model_copy(update={"emitters": emitters}))
    versions = (KnownVersion(name, "v" * 200, "b" * 200, ("p" * 100, "q" * 100), "success with " + "v" * 200),)
    return ReportContent(over, (replace(red(words), emitter=name),), pacts(name, over=over), versions)


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as page:
        for name, evidence in evidence_by_name().items():
            file = folder / f"{name}.html"
            file.write_text(render_html(evidence), encoding="utf-8")
            for size, (width, height) in SIZES.items():
                for dark in (False, True):
                    page.show(file, width=width, height=height, dark=dark, mobile=size == "phone")
                    page.screenshot(folder / f"{name}-{size}-{'dark' if dark else 'light'}.png")
            page.pdf(folder / f"{name}.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"))
