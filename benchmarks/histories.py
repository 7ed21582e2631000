"""How many wrong yeses and dead ends a model of the world finds in the release gate, and how it went about it.

    python benchmarks/histories.py --histories 1000
    python benchmarks/histories.py --histories 200 --plant "an emitter's first release"
    python benchmarks/histories.py --histories 20 --official

The model is tests/release/world: each history is 30 steps of two emitters and two consumers in two environments.
With `--plant` a fault is put into the toolkit first, and the histories end with the first that finds it; with
`--official` the official client's `can-i-deploy` is asked the same questions, and where the two differ is counted.
With `--processes` they are told by several at once, each from a seed of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.release.world.official import Official  # noqa: E402 - found through the path above
from tests.release.world.planted import PLANTED  # noqa: E402
from tests.release.world.running import Found, run_histories  # noqa: E402
from tests.release.world.world import Asked  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable


def measured(found: Found, seconds: float, official: Official | None) -> dict[str, Any]:
    """Return what is printed, as one document."""
    document: dict[str, Any] = {
        "histories": found.counts["histories"],
        "seconds": round(seconds, 1),
        "wrong_yeses": found.wrong_yeses,
        "dead_ends": found.dead_ends,
        "answers": found.named("answer"),
        "rules": found.named("rule"),
        "mended": found.counts["mended"],
        "unstuck": found.counts["unstuck"],
    }
    if official is not None:
        document["official"] = {"asked": official.asked, "laxer": len(official.laxer), **official.stricter}
    return document


def main() -> int:
    """Run the histories and print what came of them; 1 where something was found, or a planted fault wasn't."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1, help="how many tell them at once")
    parser.add_argument("--plant", choices=sorted(PLANTED))
    parser.add_argument("--list-plants", action="store_true", help="print the names of the faults, and end")
    parser.add_argument("--official", action="store_true", help="ask the official client the same questions")
    parser.add_argument("--second-opinion", action="store_true", help="have the official verifier replay every run")
    parser.add_argument("--real-capture", action="store_true", help="capture pacts by running the consumer tests")
    parser.add_argument("--first", action="store_true", help="end with the first failure, made as short as it gets")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if options.list_plants:
        sys.stdout.writelines(f"{name}\n" for name in PLANTED)
        return 0
    if options.processes > 1 and options.official:
        parser.error("--official counts in one process")
    start = time.perf_counter()
    with Official() if options.official else nullcontext() as official:
        tell = partial(_told, options, asked=official)
        found = _by_several(options, tell) if options.processes > 1 else tell((options.histories, options.seed))
    document = measured(found, time.perf_counter() - start, official)
    if options.json:
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        _print(document, found)
    for question in official.laxer if official else ():
        sys.stderr.write(f"yes here, and not from the official client: {question}\n")
    as_wished = bool(found.failures) == bool(options.plant) and not (official and official.laxer)
    return 0 if as_wished else 1


def _told(options: argparse.Namespace, part: tuple[int, int], *, asked: Asked | None) -> Found:
    """Tell some histories from a seed."""
    return run_histories(
        *part,
        to_the_end=not (options.plant or options.first),
        shrunk=options.first,
        options={"second_opinion": options.second_opinion, "real_capture": options.real_capture},
        planted=PLANTED[options.plant]() if options.plant else None,
        asked=asked,
    )


def _by_several(options: argparse.Namespace, tell: Callable[[tuple[int, int]], Found]) -> Found:
    """Tell the histories in several processes, and sum up."""
    many = options.processes
    parts = [(len(range(one, options.histories, many)), options.seed + one) for one in range(many)]
    with ProcessPoolExecutor(many) as pool:
        return sum(pool.map(tell, parts), Found())


def _print(document: dict[str, Any], found: Found) -> None:
    for failure in found.failures[:3]:
        sys.stdout.write(f"{failure}\n\n")
    for name, value in document.items():
        if isinstance(value, dict):
            sys.stdout.write(f"{name}\n" + "".join(f"  {key:<28} {count:>8}\n" for key, count in value.items()))
        else:
            sys.stdout.write(f"{name:<30} {value:>8}\n")


if __name__ == "__main__":
    sys.exit(main())
