"""What a command costs to start, as a ratio to `python -c "import pydantic; pydantic.BaseModel"`.

    python benchmarks/startup.py --rounds 10

CPU seconds of whole processes, the lowest of all rounds; the commands take turns, so that a busy machine is
busy for all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASE = "import pydantic"
COMMANDS: dict[str, tuple[str, ...]] = {
    BASE: ("-c", "import pydantic; pydantic.BaseModel"),
    "contracts --version": ("-m", "contracts.cli", "--version"),
    "contracts rules": ("-m", "contracts.cli", "rules"),
    "contracts matrix": ("-m", "contracts.cli", "matrix"),
    "contracts lint": ("-m", "contracts.cli", "lint"),
    "contracts explain": ("-m", "contracts.cli", "explain", "wrong-fact"),
    "contracts verify --help": ("-m", "contracts.cli", "verify", "--help"),
}


def cpu_seconds(arguments: tuple[str, ...]) -> float:
    """Return the CPU time of one process, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=60
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Return the CPU seconds and the ratio of each command, from so many rounds."""
    taken = [{name: cpu_seconds(arguments) for name, arguments in COMMANDS.items()} for _ in range(rounds)]
    lowest = {name: min(turn[name] for turn in taken) for name in COMMANDS}
    return {name: {"seconds": seconds, "ratio": seconds / lowest[BASE]} for name, seconds in lowest.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(max(1, chosen.rounds))
    if chosen.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, each in found.items():
        sys.stdout.write(f"{name:<24}  {each['seconds']:.3f} s  {each['ratio']:.2f}\n")


if __name__ == "__main__":
    main()
