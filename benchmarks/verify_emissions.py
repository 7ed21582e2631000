"""How long the engine takes for many captured emissions, beside the official verifier on the same ones.

    python benchmarks/verify_emissions.py --emissions 10000 --official 200

The official verifier is given an interaction an emission, in one pact and one run, for the first `--official`
emissions; what all of them would take is extrapolated from its fixed cost and its cost an interaction, and
called so.
"""

from __future__ import annotations

import argparse
import copy
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

EVENT = "client_webinar_completed"
EMITTER = "client-webinar-tracker-v2"
TIME_LIMIT = 1800


def bodies(count: int) -> Iterator[dict[str, Any]]:
    """Yield right messages, each of a fact of its own."""
    for number in range(count):
        yield {
            "specversion": "1.0",
            "id": f"completed:{number}",
            "source": EMITTER,
            "type": EVENT,
            "time": "2026-01-31T18:00:00+03:00",
            "data": {"client_id": f"client-{number}", "webinar_id": "webinar-1"},
        }


def write_captures(file: Path, count: int) -> None:
    """Write the emissions as an emitter's test suite would have recorded them."""
    with file.open("w", encoding="utf-8") as stream:
        for body in bodies(count):
            line = {"headers": {"content-type": "application/cloudevents+json"}, "body": json.dumps(body)}
            stream.write(json.dumps(line) + "\n")


def by_engine(captures: Path) -> dict[str, Any]:
    """Verify the captures in this process: seconds without imports, and the process's peak memory."""
    from contracts.project.domain import load_domain
    from contracts.project.settings import load_settings
    from contracts.provider.verify import driver_for, local_pacts, verification_events, verification_of

    settings = load_settings(ROOT)
    domain = load_domain(settings)
    pacts = local_pacts(settings, EMITTER)
    start = time.perf_counter()
    events = verification_events(domain, EMITTER, driver_for(settings, EMITTER, {"captures": str(captures)}), pacts)
    run = verification_of(events)
    seconds = time.perf_counter() - start
    judged = sum(pair.emissions for pair in run.pairs)
    if not run.success:
        raise SystemExit(f"the benchmark's emissions don't hold: {run.to_json()}")
    return {
        "emissions": judged,
        "seconds": seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def by_official_verifier(count: int) -> dict[str, Any]:
    """Have the official verifier judge the first `count` emissions, an interaction each."""
    from pact import Verifier

    from contracts.pact_core.silence import silent_descriptors

    messages = {str(number): body for number, body in enumerate(bodies(count))}

    def produce(name: str, metadata: dict[str, Any] | None = None) -> Any:
        contents = json.dumps(messages[name]).encode()
        return {"contents": contents, "content_type": "application/cloudevents+json", "metadata": {}}

    with tempfile.TemporaryDirectory() as folder, silent_descriptors():
        (Path(folder) / "pact.json").write_text(json.dumps(_pact(count)), encoding="utf-8")
        start = time.perf_counter()
        verifier = Verifier(EMITTER).add_source(folder).message_handler(produce)
        verifier.verify()
        seconds = time.perf_counter() - start
        results = verifier.results["interactionResults"]
    accepted = sum(result["result"] == "OK" for result in results)
    if accepted != count:
        raise SystemExit(f"the official verifier accepted {accepted} of {count}")
    return {"interactions": accepted, "seconds": seconds}


def _pact(count: int) -> dict[str, Any]:
    (file,) = (ROOT / "pacts").glob(f"*-{EMITTER}.json")
    pact: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    one = next(each for each in pact["interactions"] if each["key"].startswith(f"{EVENT}/"))
    one.pop("providerStates", None)
    pact["interactions"] = []
    for number in range(count):
        interaction = copy.deepcopy(one)
        interaction["description"] = interaction["key"] = str(number)
        pact["interactions"].append(interaction)
    return pact


def in_a_process(*arguments: str) -> Any:
    """Measure in a process of its own, so that neither engine pays for the other's memory or imports."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=TIME_LIMIT, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def measure(emissions: int, official: int) -> dict[str, Any]:
    """Measure both engines one after the other.

    Args:
        emissions: how many the engine verifies.
        official: how many of them the official verifier is given, at least 2.
    """
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.ndjson", Path(folder) / "many.ndjson"
        write_captures(few, 10)
        write_captures(many, emissions)
        small, engine = in_a_process("--engine", str(few)), in_a_process("--engine", str(many))
    single, several = in_a_process("--verifier", "1"), in_a_process("--verifier", str(official))
    each = (several["seconds"] - single["seconds"]) / (official - 1)
    extrapolated = single["seconds"] + each * (emissions - 1)
    return {
        "emissions": engine["emissions"],
        "engine_seconds": engine["seconds"],
        "engine_peak_mib": engine["peak_mib"],
        "engine_growth_mib": engine["peak_mib"] - small["peak_mib"],
        "official_interactions": several["interactions"],
        "official_seconds": several["seconds"],
        "official_fixed_seconds": single["seconds"],
        "official_ms_an_interaction": each * 1000,
        "official_seconds_extrapolated": extrapolated,
        "ratio": extrapolated / engine["seconds"],
    }


def main() -> None:
    """Measure and print; `--engine` and `--verifier` are the halves, each in its process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emissions", type=int, default=10_000)
    parser.add_argument("--official", type=int, default=200, help="how many the official verifier is given")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engine", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--verifier", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.engine or chosen.verifier:
        found = by_engine(chosen.engine) if chosen.engine else by_official_verifier(chosen.verifier)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    found = measure(chosen.emissions, max(2, chosen.official))
    sys.stdout.write((json.dumps(found) if chosen.json else _shown(found)) + "\n")


def _shown(found: dict[str, Any]) -> str:
    return (
        f"engine:            {found['emissions']} emissions in {found['engine_seconds']:.2f} s, peak memory "
        f"{found['engine_peak_mib']:.0f} MiB, {found['engine_growth_mib']:.1f} MiB more than for 10\n"
        f"official verifier: {found['official_interactions']} of them in {found['official_seconds']:.2f} s: "
        f"{found['official_fixed_seconds']:.2f} s and {found['official_ms_an_interaction']:.1f} ms each more\n"
        f"extrapolated:      {found['emissions']} would take it {found['official_seconds_extrapolated']:.0f} s, "
        f"{found['ratio']:.0f} times as long"
    )


if __name__ == "__main__":
    main()
