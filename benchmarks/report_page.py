"""How long a report of 200 emitters and 50 events takes to make and to open: `python -m benchmarks.report_page`.

Opening is measured in headless Chromium, from the navigation to the page's `load` event, the first time after the
browser's start and the best of the next three.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from contracts.report.html import render_html
from tests.report.chromium import chromium
from tests.report.large import large_evidence
from tests.report.screenshots import SIZES


def main() -> None:
    """Measure and print."""
    evidence = large_evidence(emitters=200, events=50)
    began = time.perf_counter()
    html = render_html(evidence)
    sys.stdout.write(f"made in {time.perf_counter() - began:.2f} s, {len(html.encode()) / 1e6:.1f} MB\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(html, encoding="utf-8")
        for size, (width, height) in SIZES.items():
            with chromium() as page:
                seconds = []
                for _ in range(4):
                    page.show(file, width=width, height=height, mobile=size == "phone")
                    timing = "performance.timing.loadEventEnd - performance.timing.navigationStart"
                    seconds.append(page.evaluate(timing) / 1000)
            sys.stdout.write(f"opened on a {size}: {seconds[0]:.2f} s at first, then {min(seconds[1:]):.2f} s\n")


if __name__ == "__main__":
    main()
