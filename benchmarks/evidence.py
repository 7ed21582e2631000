"""How large the evidence of many emissions is, and how long judging it again takes beside the emitter's own suite.

    python benchmarks/evidence.py --emissions 10000

Captures as a test suite records them (trigger, test, answer, time) are verified and published to an embedded broker in
a folder of its own; then `contracts reverify` judges what was kept, as a process of its own. Beside it the reference
plugin is verified in a real WordPress, as its own CI would answer; `--no-suite` leaves that out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EVENT = "client_webinar_completed"
EMITTER = "client-webinar-tracker-v2"
TIME_LIMIT = 1800
TRIGGER = "http://127.0.0.1:{port}/?contracts-trigger"


def captures(count: int) -> Iterator[str]:
    """Yield lines as a recorder writes them: each a fact of its own, with identifiers that don't compress."""
    for number in range(count):
        fact = {"client_id": sha256(str(number).encode()).hexdigest()[:32], "webinar_id": f"w-{number % 97}"}
        body = {"specversion": "1.0", "id": f"completed:{fact['client_id']}:{fact['webinar_id']}", "source": EMITTER}
        body |= {"type": EVENT, "time": "2026-01-31T18:00:00+03:00"}
        yield json.dumps(
            {
                "at": f"2026-01-31T18:{number // 60 % 60:02d}:{number % 60:02d}.{number % 997:03d}+03:00",
                "method": "POST",
                "url": "https://scenario.example/events",
                "headers": {"content-type": "application/cloudevents+json", "user-agent": "(not recorded)"},
                "body": json.dumps({**body, "data": fact}),
                "body_encoding": "utf-8",
                "response": {"status": 202},
                "trigger": {"event": EVENT, "fact": fact, "attempt": 1, "delivery": f"delivery-{number}"},
                "context": f"CompletionTest::test_states_it with data set #{number}",
            }
        )


def contracts(folder: Path, *arguments: str) -> tuple[str, float]:
    """Run a command in a folder; return what it printed, and the seconds that it took."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "contracts.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder), "CI": ""},
    )
    if done.returncode != 0:
        sys.exit(f"contracts {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout, time.perf_counter() - begin


def project(folder: Path) -> None:
    """Make a checkout of this project whose contract is released."""
    for name in ("contracts", "consumer_tests", "pacts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "contracts.toml").write_text('handler = "consumer_tests.intake:Intake"\n', encoding="utf-8")
    (folder / ".gitignore").write_text(".contracts/\n__pycache__/\n", encoding="utf-8")
    git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin"), ("tag", "v1.0.0")):
        subprocess.run([*git, *words], cwd=folder, check=True, timeout=TIME_LIMIT)


def kept_and_judged(emissions: int) -> dict[str, Any]:
    """Publish a run, then a new pact, and judge the run again by it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "project"
        folder.mkdir()
        project(folder)
        recorded = Path(place) / "captures.ndjson"
        recorded.write_text("".join(f"{line}\n" for line in captures(emissions)), encoding="utf-8")
        contracts(folder, "create-environment", "production", "--production")
        publish = ("verify", EMITTER, "--captures", str(recorded), "--broker", "--publish", "--output", "json")
        contracts(folder, "publish", "--version", "c0", "--branch", "main")
        printed, _ = contracts(folder, *publish, "--version", "p1", "--branch", "main")
        kept = json.loads(printed)["evidence"]
        contracts(folder, "record-deployment", EMITTER, "--version", "p1", "--to-environment", "production")
        added = folder / "consumer_tests" / "test_added.py"
        added.write_text(
            f'def test_it_is_counted(expect):\n    assert expect("{EVENT}", "counted", reads=["id", "source"]).body\n'
        )
        contracts(folder, "capture")
        git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
        for words in (("add", "-A"), ("commit", "-q", "-m", "Read more"), ("tag", "v1.1.0")):
            subprocess.run([*git, *words], cwd=folder, check=True, timeout=TIME_LIMIT)
        contracts(folder, "publish", "--version", "c1", "--branch", "main")
        printed, seconds = contracts(folder, "reverify", "--to-environment", "production", "--output", "json")
        (version,) = json.loads(printed)["versions"]
        assert any(pact["posted"] for pact in version["pacts"]), printed
        return {"recorded": recorded.stat().st_size, "kept": kept["bytes"], "place": kept["place"], "seconds": seconds}


def suite_seconds() -> float:
    """Have the reference plugin verified in a real WordPress, as its own CI would."""
    address = TRIGGER.format(port=8129)
    start = "provider_tests/wordpress/run --port 8129"
    way = ("--trigger", address, "--sink", "127.0.0.1:0", "--start", start, "--ready", address)
    _, seconds = contracts(ROOT, "verify", EMITTER, *way)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emissions", type=int, default=10_000)
    parser.add_argument("--no-suite", action="store_true", help="leave the run in WordPress out")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    found = kept_and_judged(asked.emissions)
    if not asked.no_suite:
        found["suite_seconds"] = suite_seconds()
    if asked.json:
        print(json.dumps({"emissions": asked.emissions, **found}))  # noqa: T201 - the result
        return
    size = f"{found['recorded'] / 1e6:.2f} MB recorded, {found['kept'] / 1e3:.0f} kB kept (in the {found['place']})"
    print(f"{asked.emissions} emissions: {size}, judged again in {found['seconds']:.2f} s")  # noqa: T201 - the result
    if "suite_seconds" in found:
        ratio = found["suite_seconds"] / found["seconds"]
        print(f"the emitter's own suite in WordPress: {found['suite_seconds']:.1f} s, {ratio:.1f} times as long")  # noqa: T201


if __name__ == "__main__":
    main()
