"""How many recorded events a second `contracts audit` judges, beside what only reads or validates them.

    python benchmarks/audit.py --events 1000000

The traffic is that of a contract of ten events and five emitters, in three spellings of JSON. One event of a thousand
is broken, in each of the ways that the rules know, repeats and reused ids among them. What was planted is counted, and
an audit that finds anything else, or less, ends the benchmark.

In one run, each in a process of its own: the audit with every rule, in this process alone and with workers; pydantic's
`validate_json` in a loop, which misses keys given twice, what an emitter may state, and all that is seen across events;
jsonschema-rs and fastjsonschema, which say of the same schemas whether they hold, of what `json` has read; and msgspec,
which decodes into closed types and knows no rule at all.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import Field, TypeAdapter, ValidationError, create_model  # noqa: E402 - the checkout's package comes first

from contracts.model.audit import Audit  # noqa: E402
from contracts.model.domain import Domain  # noqa: E402
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token  # noqa: E402
from contracts.model.registry import EmitterEntry, PairEntry, Status  # noqa: E402
from contracts.project.domain import load_domain  # noqa: E402
from contracts.project.settings import load_settings  # noqa: E402

TIME_LIMIT = 3600
"""Seconds that one contestant may take."""
FACT_KEYS = (
    ("client_id", "webinar_id"),
    ("client_id", "webinar_id", "visit_id"),
    ("order_id",),
    ("order_id", "parcel_id"),
    ("client_id",),
)
EVENTS = {f"event_{number}": FACT_KEYS[number % len(FACT_KEYS)] for number in range(10)}
EMITTERS = tuple(f"emitter-{number}" for number in range(5))
PAIRS = tuple((emitter, event) for at, emitter in enumerate(EMITTERS) for event in list(EVENTS)[at : at + 5])
SPELLINGS: tuple[dict[str, Any], ...] = ({"separators": (",", ":")}, {}, {"sort_keys": True})
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 3, 1)

Event = dict[str, Any]


def domain() -> Domain:
    """Return the contract: ten events, five emitters, 25 pairs."""
    bundled = load_domain(load_settings(ROOT))
    emitters = {
        emitter: EmitterEntry(
            description="An emitter.",
            events={event: PairEntry(status=Status.IMPLEMENTED) for other, event in PAIRS if other == emitter},
        )
        for emitter in EMITTERS
    }
    changes = {"emitters": emitters, "needs_decision": (), "waivers": ()}
    registry = bundled.registry.model_copy(update=changes)
    catalogue = Catalogue(tuple(_model(name, keys) for name, keys in EVENTS.items()))
    return Domain(bundled.package, catalogue, registry, bundled.registry_file)


def _model(name: str, keys: tuple[str, ...]) -> type[CanonicalEvent]:
    fields: Any = dict.fromkeys(keys, (Token, ...))
    data: Any = (create_model("Data", __base__=EventData, **fields), ...)
    kind: Any = (Literal[name], ...)
    model = create_model(name, __base__=CanonicalEvent, type=kind, data=data)
    model.fact_key = keys
    return model


def _changed(event: Event, **changes: Any) -> Event:
    whole = {**event, **changes}
    return {key: value for key, value in whole.items() if value is not ...}


def _data(event: Event, **changes: Any) -> Event:
    return _changed(event, data=_changed(event["data"], **changes))


Plant = Callable[[Event, Event], Event | bytes]
"""Makes a broken event of a right one, and of an earlier one that was sent."""


def _with_an_id_of(event: Event, earlier: Event) -> Event:
    """Return another fact of the earlier event's kind, under its id."""
    return _data(earlier, **{key: f"{text}-{event['id']}" for key, text in earlier["data"].items()})


PLANTS: tuple[tuple[tuple[str, ...], Plant], ...] = (
    (("event-schema",), lambda event, _: _data(event, **{next(iter(event["data"])): ...})),
    (("event-schema",), lambda event, _: _data(event, more="x")),
    (("event-schema",), lambda event, _: _data(event, **{next(iter(event["data"])): f"two words {event['id']}"})),
    (("event-schema",), lambda event, _: _data(event, **{next(iter(event["data"])): [17]})),
    (("event-schema",), lambda event, _: _changed(event, time="2026-02-30T00:00:00Z")),
    (("event-schema",), lambda event, _: _changed(event, datacontenttype="text/plain")),
    (("event-schema",), lambda event, _: _changed(event, specversion="0.3")),
    (("event-schema",), lambda event, _: _changed(event, id=f"two words {event['id']}")),
    (("not-a-fact",), lambda event, _: _data(event, next_step="mail")),
    (("wrong-source",), lambda event, _: _changed(event, source="nobody")),
    (("unknown-event",), lambda event, _: _changed(event, type="event_99")),
    (("unknown-event",), lambda event, _: json.dumps(event).replace('"id"', '"id": "twice", "id"', 1).encode()),
    (("unknown-event",), lambda event, _: json.dumps(event).replace('"1.0"', "NaN", 1).encode()),
    (("undeclared-emission",), lambda event, _: _changed(event, source=EMITTERS[0], type="event_9")),
    (("repeated-emission",), lambda _, earlier: earlier),
    (("repeat-changes-id",), lambda event, earlier: _changed(earlier, id=event["id"])),
    (
        ("repeat-changes-content", "repeated-emission"),
        lambda _, earlier: _changed(earlier, time="2026-02-01T00:00:00Z"),
    ),
    (("id-reused",), _with_an_id_of),
)
"""The rules that are broken, and how."""
OF_CAPTURES: tuple[tuple[tuple[str, ...], Event], ...] = (
    (("content-type",), {"headers": {"content-type": "application/json"}}),
    (("wrong-fact",), {"trigger": {"event": "event_1", "fact": {"visit_id": "another"}}}),
    (("lost-fact",), {"response": {"status": 503}}),
)
"""Likewise, of how an event was sent."""


class Traffic:
    """Makes events, and counts what it plants among them.

    Args:
        every: one event of so many is broken; 1 for all of them.
        captures: each event with how it was sent.
        seed: the same seed makes the same events.
    """

    def __init__(self, every: int = 1000, *, captures: bool = False, seed: int = 7) -> None:
        self._every = every
        self._captures = captures
        self._chance = random.Random(seed)  # noqa: S311 - no secret is made
        self.planted: Counter[str] = Counter()

    def lines(self, count: int) -> Iterator[bytes]:
        """Yield so many lines; the planted ones are counted as they are yielded."""
        plants: list[tuple[tuple[str, ...], Plant | Event]] = [*PLANTS, *(OF_CAPTURES if self._captures else ())]
        earlier = self._right(-1)
        yield self._line(earlier)
        for number in range(1, count):
            event = self._right(number)
            if number % self._every:
                yield self._line(event)
                continue
            rules, plant = plants[number // self._every % len(plants)]
            self.planted.update(rules)
            if not isinstance(plant, dict):
                yield self._line(plant(event, earlier))
            else:
                # The trigger's event is the one whose fact it names.
                sent = _changed(event, type="event_1", source=EMITTERS[0], data=self._fact("event_1", number))
                yield self._line(sent if rules == ("wrong-fact",) else event, **plant)
            if self._every > 1:
                earlier = self._right(-number - 1)
                yield self._line(earlier)

    def _right(self, number: int) -> Event:
        emitter, event = self._chance.choice(PAIRS)
        moment = BEGIN + timedelta(seconds=abs(number) // 50)
        form = "%Y-%m-%dT%H:%M:%SZ" if number % 3 else "%Y-%m-%dT%H:%M:%S+03:00"
        return {
            "specversion": "1.0",
            "id": f"{event}:{number}",
            "source": emitter,
            "type": event,
            "time": moment.strftime(form),
            "data": self._fact(event, number),
        }

    def _fact(self, event: str, number: int) -> dict[str, str]:
        return {key: f"{key.removesuffix('_id')}-{number & 0xFFFFFFFF}" for key in EVENTS[event]}

    def _line(self, event: Event | bytes, **sent: Any) -> bytes:
        spelling = self._chance.choice(SPELLINGS)
        body = event if isinstance(event, bytes) else json.dumps(event, **spelling).encode()
        if not self._captures:
            return body + b"\n"
        capture = {"headers": {"content-type": "application/cloudevents+json"}, "body": body.decode(), **sent}
        return json.dumps({"at": "2026-01-01T00:00:00Z", **capture}).encode() + b"\n"


def write_log(file: Path, events: int, every: int, form: str) -> Counter[str]:
    """Write a log, and return what was planted.

    Args:
        form: `bare`, `captures`, `gzip` or `zstd`; the last two hold bare events.
    """
    traffic = Traffic(every, captures=form == "captures")
    with _opened(file, form) as stream:
        for line in traffic.lines(events):
            stream.write(line)
    return traffic.planted


def _opened(file: Path, form: str) -> Any:
    if form == "gzip":
        return gzip.open(file, "wb", compresslevel=6)
    if form == "zstd":
        return importlib.import_module("zstandard").open(file, "wb")
    return file.open("wb")


def _lines_of(file: Path) -> Sequence[bytes]:
    return file.read_bytes().splitlines()


def by_audit(file: Path, workers: int) -> dict[str, Any]:
    """Judge a log by every rule."""
    from contracts.audit.judge import AuditJob
    from contracts.audit.run import Verdicts, Way, audit

    return _told(audit(AuditJob(domain(), {}, TODAY), [str(file)], Verdicts(), Way(workers)))


def by_spark(file: Path) -> dict[str, Any]:
    """Have Spark judge it by two workers of this machine; its start isn't counted."""
    from contracts.audit.judge import AuditJob
    from contracts.audit.run import Verdicts, Way
    from contracts.audit.spark import audit_by
    from contracts.audit.spark_session import spark_session

    with spark_session("local[2]") as session:
        start, before = time.perf_counter(), _cpu_below()
        found = audit_by(session, AuditJob(domain(), {}, TODAY), [str(file)], Verdicts(), Way())
        return {**_told(found), "seconds": time.perf_counter() - start, "cpu": _cpu_below() - before}


def _told(found: Audit) -> dict[str, Any]:
    broken: Counter[str] = Counter()
    for one in found.broken:
        # Of a short log some pairs are silent, which is planted by nobody.
        if one.rule != "not-emitted":
            broken[one.rule] += one.count
    return {"events": found.events, "broken": broken, "exactly": found.exactly}


def by_pydantic(file: Path) -> dict[str, Any]:
    """Validate each line by the union of the events."""
    union: Any = reduce(or_, domain().catalogue.models)
    validate, refused = TypeAdapter(Annotated[union, Field(discriminator="type")]).validate_json, 0
    for line in _lines_of(file):
        try:
            validate(line)
        except ValidationError:
            refused += 1
    return {"refused": refused}


def by_schema(file: Path, library: str) -> dict[str, Any]:
    """Read each line with `json`, and ask whether the schema of its type holds."""
    module = importlib.import_module(library)
    schemas = {name: model.model_json_schema() for name, model in domain().catalogue.by_name.items()}
    if library == "jsonschema_rs":
        checks = {name: module.validator_for(schema).is_valid for name, schema in schemas.items()}
    else:
        checks = {name: _raising(module.compile(schema)) for name, schema in schemas.items()}
    refused = 0
    for line in _lines_of(file):
        event = json.loads(line)
        check = checks.get(event.get("type"))
        refused += check is None or not check(event)
    return {"refused": refused}


def _raising(validate: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def check(event: Any) -> bool:
        try:
            validate(event)
        except ValueError:
            return False
        return True

    return check


def by_msgspec(file: Path) -> dict[str, Any]:
    """Decode each line into the closed types of the compiled contract."""
    import msgspec

    from contracts.verification.compiled import CompiledContract

    events = {emitter: [event for other, event in PAIRS if other == emitter] for emitter in EMITTERS}
    decode, refused = CompiledContract(domain().catalogue, events).decode, 0
    for line in _lines_of(file):
        try:
            decode(line)
        except msgspec.MsgspecError:
            refused += 1
    return {"refused": refused}


CONTESTANTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours, one process": lambda file: by_audit(file, 1),
    "ours, workers": lambda file: by_audit(file, 0),
    "ours, Spark": by_spark,
    "pydantic": by_pydantic,
    "jsonschema-rs": lambda file: by_schema(file, "jsonschema_rs"),
    "fastjsonschema": lambda file: by_schema(file, "fastjsonschema"),
    "msgspec": by_msgspec,
}


ASKED_FOR = ("ours, Spark",)
"""Contestants that take part where they are named: they need what isn't installed for the tests."""


class Memory:
    """The most that a process and all below it held together, their shared pages counted once."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mib = 0.0

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.2):
            self.peak_mib = max(self.peak_mib, sum(map(_held, _family(self._process))) / 1024)


def _family(process: int) -> Iterator[int]:
    yield process
    # Each thread has its own, and Java starts Spark's workers from any.
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def _held(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(text.partition("Pss:")[2].split()[0]) if "Pss:" in text else 0


def in_a_process(name: str, file: Path) -> dict[str, Any]:
    """Measure one contestant: seconds, its start and imports left out, CPU of all processes, and memory."""
    command = [sys.executable, __file__, "--contestant", name, "--file", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    with Memory(process.pid) as memory:
        answer, _ = process.communicate(timeout=TIME_LIMIT)
    if process.returncode:
        raise SystemExit(f"{name} broke")
    return {**json.loads(answer), "peak_mib": memory.peak_mib}


def contest(name: str, file: Path) -> dict[str, Any]:
    """Let one contestant judge, in this process."""
    start, before = time.perf_counter(), _cpu()
    found = CONTESTANTS[name](file)
    return {"seconds": time.perf_counter() - start, "cpu": _cpu() - before, **found}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _cpu_below() -> float:
    """Return the processor's time of this process and of all below it, those that have ended among them."""
    ticks = 0
    for process in _family(os.getpid()):
        with suppress(OSError):
            # The name of the program, in brackets, may hold anything; the times follow as the 14th to the 17th field.
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(events: int, every: int, form: str, names: Sequence[str]) -> dict[str, Any]:
    """Measure contestants one after the other on one log, and hold what the audit finds against what was planted."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log"
        planted = write_log(file, events, every, form)
        for name in names:
            found[name] = in_a_process(name, file)
            broken = found[name].get("broken", planted)
            if broken != planted:
                raise SystemExit(f"{name} found {dict(broken)}, and planted were {dict(planted)}")
            count = found[name].get("events", events)
            found[name] |= {"rate": count / found[name]["seconds"], "cpu_us": found[name]["cpu"] / count * 1e6}
    return found


def main() -> None:
    """Measure and print; `--contestant` is one of them, in its process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=1000, help="one event of so many is broken; 1 for all")
    parser.add_argument("--form", choices=("bare", "captures", "gzip", "zstd"), default="bare")
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="may be said several times")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.contestant:
        sys.stdout.write(json.dumps(contest(chosen.contestant, chosen.file)) + "\n")
        return
    usual = [name for name in CONTESTANTS if name not in ASKED_FOR]
    ours = [name for name in usual if name.startswith("ours")]
    names = chosen.only or (usual if chosen.form == "bare" else ours)
    found = measure(chosen.events, chosen.every, chosen.form, list(names))
    sys.stdout.write((json.dumps(found) if chosen.json else _shown(found)) + "\n")


def _shown(found: dict[str, Any]) -> str:
    least = found.get("msgspec", {}).get("cpu_us")
    lines = [f"{'':<20}{'events/s':>10}{'CPU us':>8}{'x msgspec':>11}{'MiB':>6}"]
    for name, one in found.items():
        times = f"{one['cpu_us'] / least:.1f}" if least else ""
        lines.append(f"{name:<20}{one['rate']:>10,.0f}{one['cpu_us']:>8.2f}{times:>11}{one['peak_mib']:>6.0f}")
    return "\n".join([*lines, f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"])


if __name__ == "__main__":
    main()
