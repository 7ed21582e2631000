"""`contracts init contract` and `contracts init consumer`: what they write, for any domain and any name."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.examples import example_event
from contracts.project.contract_package import BUNDLED, TOOLKIT, ContractPackage
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.scaffold.consumer import consumer_files
from contracts.scaffold.contract import NewContract, contract_files
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.requirements import Sources, contract_requirement, requirement_line, toolkit_requirement
from contracts.scaffold.writing import write_files
from tests.scaffold.repository import contents, run
from tests.test_words import NAMES, WORDS

ROOT = Path(__file__).parents[2]
ORDERS = NewContract("orders", "order-desk", "shop", "order_placed", Sources("webinar-contracts==9.9"))


def texts(files: tuple[NewFile, ...]) -> dict[str, str]:
    """Return the files' texts by their paths."""
    return {file.path: file.text for file in files}


@pytest.fixture
def tiny() -> Domain:
    """Another team's events, with lists of lists, lists of objects and optional fields."""
    return load_domain(Settings(root=ROOT, domain="tests.domains.tiny"))


def new_consumer(domain: Domain, toolkit: str | None = "webinar-contracts==9.9") -> dict[str, str]:
    """Return the files of a domain's consumer."""
    return texts(consumer_files(Sources(toolkit), domain))


@pytest.mark.parametrize(
    ("name", "distribution", "module"),
    [
        ("orders", "orders-contract", "orders_contract"),
        ("Orders-Contract", "Orders-Contract", "orders_contract"),
        ("class", "class-contract", "class_contract"),
        ("contracts", "contracts", "contract_of_contracts"),
    ],
)
def test_a_contract_of_every_name_can_be_read(name: str, distribution: str, module: str) -> None:
    """Its package isn't the toolkit's own, and the entry point names it."""
    files = texts(contract_files(NewContract(name, "a.desk", "the.shop", "order_placed", with_consumer=True)))
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == distribution
    assert project["project"]["entry-points"]["contracts.domain"] == {module: module}
    assert project["tool"]["contracts"]["handler"] == "a_desk.handler:handle"
    registry = tomllib.loads(files[f"{module}/emitters.toml"])
    assert registry["emitters"]["the.shop"]["events"] == {"order_placed": {"status": "planned", "repeats": "guarded"}}
    assert json.loads(files[f"{module}/emitters.schema.json"])["properties"]
    assert "`the.shop`" in files["docs/emitters.en.md"]
    for file in (".github/workflows/contract.yml", ".gitlab-ci.yml"):
        yaml.safe_load(files[file])


def test_a_contract_holds_no_word_of_another_domain(tiny: Domain) -> None:
    """Nor do the files of a consumer."""
    both = {**texts(contract_files(ORDERS)), **new_consumer(tiny)}
    assert [name for name, text in both.items() if WORDS.search(NAMES.sub("", text))] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (NewContract("9orders", "desk", "shop", "order_placed"), "can't be a contract's name"),
        (NewContract("orders", "the desk", "shop", "order_placed"), "--consumer: 'the desk'"),
        (NewContract("orders", "desk", "-shop", "order_placed"), "--emitter: '-shop'"),
        (NewContract("orders", "desk", "shop", "placed"), "--event: 'placed' doesn't say what happened"),
        (NewContract("orders", "desk", "shop", "Order_Placed"), "--event: 'Order_Placed'"),
    ],
)
def test_a_name_that_cannot_stand_is_refused(asked: NewContract, said: str) -> None:
    """Before anything is written."""
    with pytest.raises(MisuseError) as refused:
        contract_files(asked)
    assert said in refused.value.what


def test_the_handler_takes_what_the_expectation_reads(tiny: Domain) -> None:
    """At any depth: through objects, lists of objects, and lists of lists as they are."""
    files = new_consumer(tiny)
    space: dict[str, Any] = {}
    exec(files["parcel_desk/handler.py"], space)  # noqa: S102 - it is what was written
    event = example_event(tiny.catalogue["parcel_weighed"], source="scales")
    taken = space["handle"](SimpleNamespace(body=json.dumps(event)))
    data = event["data"]
    assert taken["pieces"] == data["pieces"]
    assert taken["address.city"] == data["address"]["city"]
    assert taken["grid"] == data["grid"]
    assert taken["contents[].weight_kg"] == [piece["weight_kg"] for piece in data["contents"]]
    assert "tare_kg" not in taken, "what may be null is no promise"
    assert "remark" not in taken, "nor is what may be absent"
    with pytest.raises(ValueError, match="no event that is read here: 'parcel_lost'"):
        space["handle"](SimpleNamespace(body='{"type": "parcel_lost"}'))
    reads = files["consumer_tests/test_expectations.py"]
    assert all(f'"data.{path}"' in reads for path in taken)


def test_a_consumer_names_its_contract(tiny: Domain) -> None:
    """So that another one that is installed later changes nothing."""
    assert tomllib.loads(new_consumer(tiny)["contracts.toml"]) == {
        "domain": "tests.domains.tiny",
        "handler": "parcel_desk.handler:handle",
    }


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("1.2", "some-contract==1.2"),
        (" 1.2rc1 ", "some-contract==1.2rc1"),
        ("some-contract>=1.2,<2", "some-contract<2,>=1.2"),
        ("git+https://git.example/it.git@c0ffee", "some-contract @ git+https://git.example/it.git@c0ffee"),
        (
            "https://files.example/it-1.2-py3-none-any.whl",
            "some-contract @ https://files.example/it-1.2-py3-none-any.whl",
        ),
        ("some-contract @ https://files.example/it.whl", "some-contract@ https://files.example/it.whl"),
    ],
)
def test_where_it_comes_from_is_one_line_for_pip(said: str, line: str) -> None:
    """A version, an address, or a whole requirement."""
    assert requirement_line(said, "some-contract", "--contract").replace(" @ ", "@ ") == line.replace(" @ ", "@ ")


def test_a_wheel_is_named_by_its_address(tmp_path: Path) -> None:
    """Whatever letters its folder has; one that isn't there is an error, and so is what pip couldn't read."""
    wheel = tmp_path / "сборка 1" / "it-1.2-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    line = requirement_line(str(wheel), "some-contract", "--contract")
    assert line == f"some-contract @ {wheel.as_uri()}"
    assert " " not in line.partition("@ ")[2]
    for wrong, why in (
        ("no-1.2-py3-none-any.whl", "there is no"),
        ("./no/folder", "there is no"),
        ("a b", "nothing that pip"),
    ):
        with pytest.raises(MisuseError, match=why):
            requirement_line(wrong, "some-contract", "--contract")


def test_a_name_is_never_guessed() -> None:
    """Nobody said where the toolkit comes from: no line for pip; a contract that comes with the toolkit has none."""
    assert toolkit_requirement(None) is None
    assert toolkit_requirement("") is None
    assert contract_requirement(None, ContractPackage(BUNDLED, TOOLKIT)) is None
    with pytest.raises(MisuseError, match="isn't installed from anywhere else"):
        contract_requirement("1.2", ContractPackage(BUNDLED, TOOLKIT))
    unsaid = texts(contract_files(NewContract("orders", "desk", "shop", "order_placed")))["ci/requirements.txt"]
    assert unsaid.splitlines()[1:] == ["${CONTRACTS_TOOLKIT}"], "whoever installs it says so then"


def test_what_a_repository_has_already_stays(tmp_path: Path) -> None:
    """A .gitignore of its own is left as it is; a README of its own is a conflict, and nothing is written."""
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    states = {file.path: state.value for file, state in write_files(tmp_path, contract_files(ORDERS), force=False)}
    assert (states[".gitignore"], states["README.md"]) == ("kept", "new")
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    (tmp_path / "README.md").write_text("mine\n", encoding="utf-8")
    with pytest.raises(MisuseError, match=r"are there already: README\.md\n"):
        write_files(tmp_path, contract_files(ORDERS), force=False)
    write_files(tmp_path, contract_files(ORDERS), force=True)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    """It shows each file."""
    done = run(["contracts", "init", "contract", "orders", "--dry-run"], repository)
    assert (done.code, contents(repository)) == (0, {})
    assert "would be written: orders_contract/events.py\n" in done.out


@pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="shellcheck is missing; .ci/install-packages installs it"
)
def test_the_script_is_clean(tmp_path: Path) -> None:
    """shellcheck has nothing to say."""
    write_files(tmp_path, contract_files(ORDERS), force=False)
    subprocess.run(["shellcheck", str(tmp_path / "ci" / "install")], check=True, timeout=60)
