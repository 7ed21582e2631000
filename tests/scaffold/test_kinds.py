"""Each kind of emitter, in another domain than the bundled one: what is written states whole events, and is green."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
import yaml
from pydantic import Field

from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token
from contracts.model.registry_toml import parse_registry
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.scaffold.emitter import emitter_files
from contracts.scaffold.request import EmitterKind, NewEmitter
from contracts.scaffold.requirements import Sources
from contracts.scaffold.stated_events import statements_of
from contracts.scaffold.writing import write_files
from tests.scaffold.repository import ROOT, Done, run
from tests.test_words import NAMES, WORDS
from tests.wordpress.programs import WORDPRESS

MEMO = 'it\'s $HOME, `id` and "100 %" \\n'
GREEN = "passed 1, pending 1, failed 0, violations 0\n"
PROGRAMS = {"node": ("node", "--check"), "php": ("php", "-l"), "bash": ("bash", "-n")}

PLUGIN = """<?php
// A plugin that sends what its action hands it, nested data and all.
require '{shim}/bootstrap.php';
add_action( 'scales_weighed', static function ( $id, $data ) {
	wp_remote_post( getenv( 'CONTRACTS_DESTINATION' ), array(
		'headers' => array( 'Content-Type' => 'application/cloudevents+json' ),
		'body'    => json_encode( array(
			'specversion' => '1.0', 'id' => $id, 'source' => 'scales', 'type' => 'parcel_weighed',
			'time' => gmdate( 'Y-m-d\\\\TH:i:s\\\\Z' ), 'data' => $data,
		) ),
	) );
}, 10, 2 );
"""


class OrderLines(EventData):
    """What an order is of."""

    number: Annotated[int, Field(ge=1)]
    currency: Literal["EUR", "USD"]


class OrderData(EventData):
    """An order, whose number and shop name it; a quote and a dollar mean something in a shell."""

    order: OrderLines
    shop: Token
    memo: str = Field(examples=[MEMO])
    tip: float | None = None


class OrderPlaced(CanonicalEvent):
    """An order has been placed."""

    fact_key: ClassVar[tuple[str, ...]] = ("order.number", "shop")
    type: Literal["acme.order.placed"]
    data: OrderData


@pytest.fixture
def tiny() -> Domain:
    """Another team's events, with lists of lists, lists of objects and optional fields."""
    return load_domain(Settings(root=ROOT, domain="tests.domains.tiny"))


@pytest.fixture
def orders(tmp_path: Path) -> Domain:
    """An event with a dotted name and a nested, numbered fact key, which is only planned."""
    catalogue = Catalogue((OrderPlaced,))
    text = (
        '[consumer]\nname = "desk"\ndescription = "The desk."\n[emitters.shop]\ndescription = "The shop."\n'
        '[emitters.shop.events."acme.order.placed"]\nstatus = "planned"\n'
    )
    registry = parse_registry(text, file="emitters.toml", catalogue=catalogue)
    return Domain("orders", catalogue, registry, tmp_path / "emitters.toml")


def written(folder: Path, emitter: NewEmitter, domain: Domain) -> dict[str, str]:
    """Write an emitter's repository, and return its files."""
    files = emitter_files(emitter, domain)
    write_files(folder, files, force=False)
    return {file.path: file.text for file in files}


def green(repository: Path, kind: str, *, first: str = "ci/contracts") -> Done:
    """Write the scales of the tiny domain and run the first command that is printed."""
    (repository / "contracts.toml").write_text('domain = "tests.domains.tiny"\n', encoding="utf-8")
    begun = run(["contracts", "init", "emitter", "scales", "--kind", kind, "--force"], repository)
    assert f". {first}\n" in begun.out
    done = run([first], repository)
    assert done.code == 0, done.err
    assert done.out.endswith(GREEN)
    assert "event-schema" not in done.out
    return done


def need(program: str) -> None:
    """Skip where a program is missing; the CI has it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is missing; provider_tests/wordpress/install-packages installs it")


@pytest.mark.parametrize(("kind", "program"), [("node", "node"), ("php", "php"), ("command", "curl")])
def test_the_first_command_is_green(repository: Path, kind: str, program: str) -> None:
    """With enums, integers, lists, lists of objects and what is optional, as the canonical event holds them."""
    need(program)
    green(repository, kind)
    settings = tomllib.loads((repository / "contracts.toml").read_text(encoding="utf-8"))
    assert settings["domain"] == "tests.domains.tiny"
    if kind == "command":
        return
    sent = [json.loads(line) for line in (repository / "contracts-captures.ndjson").read_text("utf-8").splitlines()]
    whole, bare = [json.loads(message["body"])["data"] for message in sent]
    assert whole["contents"] == [{"kind": "piece", "weight_kg": 1.5, "marks": ["marks-1"]}]
    assert (whole["remark"], whole["address"]["entrance"]) == ("remark-1", "entrance-1")
    assert "remark" not in bare
    assert "entrance" not in bare["address"]
    assert whole["parcel_id"] != bare["parcel_id"]


def test_a_python_emitter_is_told_the_whole_fact(repository: Path) -> None:
    """The settings say what no fact key does; each fact is stated once, though several are asked for at once."""
    (repository / "contracts.toml").write_text('domain = "tests.domains.tiny"\n', encoding="utf-8")
    assert run(["contracts", "init", "emitter", "scales", "--kind", "python", "--force"], repository).code == 0
    done = run(["contracts", "verify", "scales"], repository)
    assert done.code == 0, done.out
    assert done.out.endswith(GREEN)


def test_a_plugin_is_told_the_whole_fact(repository: Path) -> None:
    """Its action takes the fact key, and then all that the event holds; each run has facts of its own."""
    need("php")
    (repository / "contracts.toml").write_text('domain = "tests.domains.tiny"\n', encoding="utf-8")
    wordpress = repository.parent / "wordpress"
    wordpress.mkdir()
    (wordpress / "wp-load.php").write_text(PLUGIN.replace("{shim}", str(WORDPRESS / "shim")), encoding="utf-8")
    hook = ("--hook", "parcel_weighed=scales_weighed")
    begun = run(["contracts", "init", "emitter", "scales", "--kind", "wordpress", *hook, "--force"], repository)
    assert begun.code == 0, begun.err
    database = str(repository.parent / "outbox.sqlite")
    variables = {"WORDPRESS_DIR": str(wordpress), "CONTRACTS_SHIM_DATABASE": database}
    ids = set()
    for _ in range(2):
        done = run(["ci/contracts", "--report-only"], repository, **variables)
        assert done.code == 0, done.err
        lines = (repository / "contracts-captures.ndjson").read_text("utf-8").splitlines()
        ids |= {json.loads(json.loads(line)["body"])["data"]["parcel_id"] for line in lines}
        assert "event-schema" not in done.out
    assert len(ids) == 4, "two facts a run"


@pytest.mark.parametrize("kind", list(EmitterKind))
def test_every_kind_can_be_read(tmp_path: Path, orders: Domain, kind: EmitterKind) -> None:
    """For an event with a dotted name and a nested fact key: as TOML, YAML, JSON, and by its own language."""
    files = written(tmp_path, NewEmitter("shop", kind), orders)
    assert tomllib.loads(files["contracts.toml"])["domain"] == "orders"
    assert set(tomllib.loads(files["contracts.toml"])["emitters"]) == {"shop"}
    for file in (".github/workflows/contracts.yml", ".gitlab-ci.yml"):
        jobs = yaml.safe_load(files[file])
        assert "ci/contracts" in str(jobs["jobs"] if "jobs" in jobs else jobs["contracts"]["script"])
    for path in files:
        program = {".mjs": "node", ".php": "php", "": "bash", ".sh": "bash"}.get(Path(path).suffix)
        if program and not path.startswith(".") and path != "tests/contracts/contracts-recorder.php":
            need(program)
            subprocess.run([*PROGRAMS[program], path], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert [path for path, text in files.items() if WORDS.search(NAMES.sub("", text))] == []
    assert len([line for line in files["CONTRACTS.md"].splitlines() if line.startswith("    ")]) == 5


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("node", ("node", "--test", "tests/contract.test.mjs")),
        ("php", ("php", "tests/contract.php")),
    ],
)
def test_nothing_is_stated_where_nothing_listens(
    tmp_path: Path, orders: Domain, kind: str, words: tuple[str, ...]
) -> None:
    """The tests by themselves fail, and say what to run."""
    need(kind)
    written(tmp_path, NewEmitter("shop", EmitterKind(kind)), orders)
    done = run(list(words), tmp_path)
    assert done.code != 0
    assert "run ci/contracts" in done.out + done.err


def test_the_shell_prints_any_data(tmp_path: Path, orders: Domain) -> None:
    """What means something to a shell or to sed stays as it is, and the values of the fact stand in their places."""
    text = written(tmp_path, NewEmitter("shop", EmitterKind.COMMAND), orders)["emitter.sh"]
    begin, end = text.index("event=$("), text.index("# The marker")
    trigger = {"event": "acme.order.placed", "fact": {"order.number": 4711, "shop": "s-1"}, "attempt": 1}
    script = f"source=x; trigger='{json.dumps(trigger)}'\n{text[begin:end]}\nprintf '%s' \"$data\""
    said = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said) == {
        "order": {"number": 4711, "currency": "EUR"},
        "shop": "s-1",
        "memo": MEMO,
        "tip": 1.5,
    }


def test_what_is_stated_from_the_beginning(tiny: Domain, orders: Domain) -> None:
    """What is implemented; where nothing is, all of it, so that there is something to show."""
    assert {one.event: one.stated for one in statements_of("scales", tiny)} == {
        "parcel_weighed": True,
        "parcel_delivered": False,
    }
    assert [one.stated for one in statements_of("van", tiny)] == [True]
    (placed,) = statements_of("shop", orders)
    assert placed.stated
    assert placed.rest == {"order": {"currency": "EUR"}, "memo": placed.examples[0]["memo"], "tip": 1.5}
    first, second = placed.examples
    assert first["order"]["number"] != second["order"]["number"]
    assert first["order"]["currency"] == second["order"]["currency"]
    assert "tip" not in second


@pytest.mark.parametrize("kind", list(EmitterKind))
def test_an_action_gets_what_the_script_gets(tmp_path: Path, orders: Domain, kind: EmitterKind) -> None:
    """And where the contract is a package, what the action calls is installed first."""
    emitter = NewEmitter(
        "shop", kind, action="acme/contracts@v1", sources=Sources(contract="orders==1.0", with_contract=True)
    )
    files = written(tmp_path, emitter, orders)
    steps = yaml.safe_load(files[".github/workflows/contracts.yml"])["jobs"]["contracts"]["steps"]
    assert steps[-2]["run"].startswith("ci/install && ")
    assert steps[-1]["uses"] == "acme/contracts@v1"
    assert steps[-1]["with"]["emitter"] == "shop"
    recorded = kind not in (EmitterKind.PYTHON, EmitterKind.COMMAND)
    assert ("captures" in steps[-1]["with"]) is recorded
    assert files["ci/requirements.txt"].splitlines()[1:] == ["${CONTRACTS_TOOLKIT}", "orders==1.0"]
