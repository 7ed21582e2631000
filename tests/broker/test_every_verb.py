"""Every verb of the official `pact broker` command that asks a broker: once right, and once refused."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.broker.programs import PACT, pact_broker
from tests.broker.running import Broker, interaction, pact, running

# What the command has besides: they ask no broker.
_ASK_NOBODY = {"ruby", "docker", "help", "generate-uuid"}
HOOK = "d2181b32-8b03-4daf-8cc0-d9168b2f6fac"
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Verb:
    """A verb with arguments that are right and show `said`, and others that the broker refuses."""

    right: str
    refused: str
    said: str = ""
    # The command says what the broker answered, and exits 0 all the same.
    refused_exit: int = 1
    refused_said: str = ""


# There is nothing to refuse but who asks: the token is another one.
STRANGER = "a stranger"
IN_PRODUCTION = "--pacticipant service --version 1 --environment production"
WEBHOOK = "http://127.0.0.1:1/x -X POST --contract-content-changed"
ELSEWHERE = "http://192.0.2.1/x -X POST --contract-content-changed"
VERBS = {
    "publish": Verb(
        "{pacts} --consumer-app-version 2 --branch main", "{changed} --consumer-app-version 1 --branch main"
    ),
    "list-latest-pact-versions": Verb("", STRANGER, "tracker"),
    "get-pacts": Verb("--provider tracker --consumer service --branch main", "--provider nobody", "service"),
    "create-environment": Verb("--name test", "--name production --production"),
    "update-environment": Verb(
        "--uuid {environment} --name production --production --display-name Live", f"--uuid {NOBODY} --name production"
    ),
    "delete-environment": Verb("--uuid {environment}", f"--uuid {NOBODY}"),
    "describe-environment": Verb("--uuid {environment}", f"--uuid {NOBODY}", "production"),
    "list-environments": Verb("", STRANGER, "production"),
    "record-deployment": Verb(IN_PRODUCTION, IN_PRODUCTION.replace("1", "9")),
    "record-undeployment": Verb(
        "--pacticipant tracker --environment production", "--pacticipant service --environment production"
    ),
    "record-release": Verb(IN_PRODUCTION, IN_PRODUCTION.replace("production", "mars")),
    "record-support-ended": Verb(
        "--pacticipant tracker --version p1 --environment production", f"{IN_PRODUCTION}"
    ),
    "can-i-deploy": Verb(
        "--pacticipant service --version 1 --to-environment production",
        "--pacticipant service --version 1 --to-environment mars",
    ),
    "can-i-merge": Verb("--pacticipant service --version 1", "--pacticipant service --version 9"),
    "create-or-update-pacticipant": Verb(
        "--name service --main-branch trunk --repository-url https://git.example/a",
        "--name service --main-branch two\nlines",
    ),
    "describe-pacticipant": Verb("--name service", "--name nobody", "service"),
    "list-pacticipants": Verb("", STRANGER, "tracker"),
    "create-webhook": Verb(f"{WEBHOOK} --consumer service --provider tracker", ELSEWHERE),
    "create-or-update-webhook": Verb(f"--uuid {HOOK} {WEBHOOK}", f"--uuid {HOOK} {ELSEWHERE}"),
    "delete-webhook": Verb(
        f"--uuid {HOOK}", f"--uuid {NOBODY}", "deleted", refused_exit=0, refused_said="not found"
    ),
    # Nothing listens where the webhook goes: that it was sent, and failed, is what is said.
    "test-webhook": Verb(f"--uuid {HOOK}", f"--uuid {NOBODY}", "Connection refused"),
    "delete-branch": Verb(
        "--pacticipant service --branch main", "--pacticipant service --branch other --error-when-not-found true"
    ),
    "create-version-tag": Verb(
        "--pacticipant service --version 1 --tag green", "--pacticipant service --version 9 --tag green"
    ),
    "delete-version-tag": Verb(
        "--pacticipant service --version 1 --tag blue", "--pacticipant service --version 1 --tag red",
        "", refused_exit=0, refused_said="not found",
    ),
    "describe-version": Verb("--pacticipant service --version 1", "--pacticipant service --version 9", "blue"),
    "create-or-update-version": Verb(
        "--pacticipant service --version 3 --branch main --tag green",
        "--pacticipant service --version 3 --tag two\nlines",
    ),
    "provider-states": Verb("list --provider tracker", "list --provider nobody", "completed"),
}  # fmt: skip


@pytest.fixture
def broker(database: Path) -> Iterator[Broker]:
    """A broker that asks who asks."""
    with running(database, token="s3cret") as started:
        yield Broker(started.url, token="s3cret")


@pytest.fixture
def place(broker: Broker, tmp_path: Path) -> dict[str, str]:
    """A broker with a verified pact, a deployed and released provider, a webhook, and two folders of pacts."""
    broker.publish("service", "1", pact("service", "tracker"), tags=["blue"])
    broker.put_on_branch("tracker", "main", "p1")
    broker.post_result(broker.pact("service", "tracker", "1"), "p1", success=True)
    environment = broker.environment("production")
    broker.deploy("tracker", "p1", environment)
    broker.call("POST", f"/pacticipants/tracker/versions/p1/released-versions/environment/{environment}", {})
    hook = {"request": {"method": "POST", "url": "http://127.0.0.1:1/x"}}
    assert broker.call("PUT", f"/webhooks/{HOOK}", hook).status_code == 201
    contents = {"pacts": pact("service", "tracker"), "changed": {**pact("service", "tracker"), "interactions": []}}
    for name, content in contents.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(json.dumps(content))
    return {"environment": environment, **{name: str(tmp_path / name) for name in contents}}


def _run(broker: Broker, verb: str, arguments: str, place: dict[str, str]) -> tuple[int, str]:
    words = [word.format(**place) for word in arguments.split(" ") if word]
    answered = pact_broker(broker, *verb.split(), *words)
    return answered.returncode, answered.stdout + answered.stderr


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_does_what_it_says(broker: Broker, place: dict[str, str], name: str) -> None:
    """What is unknown, taken, changed or not allowed is refused; what is right exits 0 and shows what was asked for."""
    verb = VERBS[name]
    asking = Broker(broker.url, token="another") if verb.refused == STRANGER else broker
    code, said = _run(asking, name, verb.right if verb.refused == STRANGER else verb.refused, place)
    assert code == verb.refused_exit, said
    assert verb.refused_said in said
    code, said = _run(broker, name, verb.right, place)
    assert code == 0, said
    assert verb.said in said


def test_provider_states_of_a_place_and_of_a_branch(broker: Broker, place: dict[str, str]) -> None:
    """Those that what runs in an environment asks for, by its name, and those of a branch."""
    name = "provider-states list --provider tracker"
    broker.publish("service", "2", pact("service", "tracker", interaction("entered")), branch="feat/x")
    assert "No provider states" in _run(broker, name, "--environment production", place)[1]
    broker.deploy("service", "2", place["environment"])
    for chosen, there, absent in (
        ("--environment production", "entered", "completed"),
        ("--branch feat/x", "entered", "completed"),
        ("--branch main", "completed", "entered"),
    ):
        code, said = _run(broker, name, chosen, place)
        assert (code, there in said, absent in said) == (0, True, False), said


def test_no_verb_is_left_out() -> None:
    """The table holds each verb that the installed command lists."""
    listed = subprocess.run([PACT, "broker", "--help"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"^  ([a-z-]+) ", listed.split("Commands:")[1].split("Options:")[0], re.MULTILINE))
    assert verbs - _ASK_NOBODY == set(VERBS)
    assert len(VERBS) == 27
