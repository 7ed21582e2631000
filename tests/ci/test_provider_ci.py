"""The script of an emitter's CI, in all its branches, as it is."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_tests.wordpress.variants import PLUGIN, build, variants
from tests.ci.conftest import TOKEN, Broker
from tests.ci.repository import (
    COMPLETED,
    ENTERED,
    PYTEST,
    ROOT,
    SCRIPT,
    SWITCHES,
    TEXTS,
    TRACKER,
    ci_environment,
    line,
    plugin_repository,
    provider_ci,
    python_repository,
)

RECORD = 'cat recorded >> "$CONTRACTS_CAPTURES"'
RECORDED = ("--emitter", TRACKER, "--captures", "out/captures.ndjson", "--test-command", RECORD)


@pytest.fixture
def recorded(repository: Path) -> Path:
    """A repository whose tests record one completed webinar."""
    (repository / "recorded").write_text(line(), encoding="utf-8")
    return repository


@pytest.fixture
def nobody() -> Iterator[str]:
    """The address of a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_without_a_broker_the_pacts_at_hand_are_verified(recorded: Path) -> None:
    """Nothing is published, and the script says so."""
    done = provider_ci(recorded, *RECORDED)
    assert done.code == 0, done.said
    assert "no broker is configured" in done.err
    assert done.out.startswith(f"{TRACKER}, judged by webinar-contracts ")
    assert done.out.endswith("passed 1, pending 2, failed 0, violations 0\n")
    expected = {"success": "true", "exit-code": "0", "passed": "1", "pending": "2", "failed": "0", "violations": "0"}
    assert expected.items() <= done.outputs.items()


def test_every_option_has_a_variable(recorded: Path) -> None:
    """What the action does: variables alone; those that are set to nothing don't count."""
    done = provider_ci(
        recorded,
        CONTRACTS_EMITTER=TRACKER, CONTRACTS_TEST_COMMAND=RECORD, CONTRACTS_CAPTURES="c.ndjson",
        CONTRACTS_STRICT_PENDING="true", CONTRACTS_REPORT_ONLY="false",
    )  # fmt: skip
    assert done.code == 0, done.said


def test_a_broken_contract_ends_with_1(repository: Path) -> None:
    """The pair is named in the outputs, and the release isn't asked for."""
    (repository / "recorded").write_text(line(time="yesterday"), encoding="utf-8")
    done = provider_ci(repository, *RECORDED)
    assert done.code == 1
    assert "event-schema" in done.out
    assert (done.outputs["success"], done.outputs["failed-pairs"]) == ("false", f"{TRACKER} {COMPLETED}")


def test_tests_that_record_nothing_end_with_3(repository: Path) -> None:
    """A recorder that isn't wired must not look like an emitter that holds."""
    done = provider_ci(repository, "--emitter", TRACKER, "--captures", "c.ndjson", "--test-command", "true")
    assert done.code == 3
    assert (done.outputs["success"], done.outputs["exit-code"]) == ("false", "3")


def test_an_earlier_recording_does_not_count(recorded: Path) -> None:
    """The captures are emptied before the tests run."""
    assert provider_ci(recorded, *RECORDED).code == 0
    done = provider_ci(recorded, "--emitter", TRACKER, "--captures", "out/captures.ndjson", "--test-command", ":")
    assert done.code == 3


@pytest.mark.parametrize("code", [1, 2, 4, 77])
def test_tests_that_fail_end_with_5(recorded: Path, broker: Broker, code: int) -> None:
    """Whatever they ended with: nothing is verified or published, also with --report-only."""
    for options in ((), ("--report-only",)):
        done = provider_ci(
            recorded, *RECORDED[:-1], f"{RECORD}; exit {code}", *options, "--version", f"red-{code}", **broker.variables
        )
        assert (done.code, done.out) == (5, "")
        assert f"ended with {code}; nothing was verified" in done.err
        assert done.outputs == {"success": "false", "exit-code": "5"}
    assert broker.version(f"red-{code}") == 404


def test_every_line_of_the_test_command_has_to_succeed(recorded: Path) -> None:
    """As in a step of GitHub's: the last line doesn't hide an earlier one, nor a pipe's end its beginning."""
    for command in (f"false\n{RECORD}", f"false | cat\n{RECORD}"):
        assert provider_ci(recorded, *RECORDED[:-1], command).code == 5


def test_report_only_shows_everything_and_fails_for_nothing(repository: Path, nobody: str) -> None:
    """A first look asks no broker, not even one that doesn't answer."""
    (repository / "recorded").write_text(line(time="yesterday"), encoding="utf-8")
    done = provider_ci(
        repository, *RECORDED, "--report-only", "--environment", "production", PACT_BROKER_BASE_URL=nobody
    )
    assert done.code == 0, done.said
    assert "event-schema" in done.out
    assert "nothing is published, and no release is asked for" in done.err


def test_a_pair_that_is_ready_fails_where_that_is_asked_for(repository: Path) -> None:
    """--strict-pending is the toolkit's own."""
    (repository / "recorded").write_text(line() + line(ENTERED), encoding="utf-8")
    assert provider_ci(repository, *RECORDED).code == 0
    assert provider_ci(repository, *RECORDED, "--strict-pending").code == 1


def test_captures_without_a_test_command_are_verified_as_they_are(recorded: Path) -> None:
    """Another step of the job may have run the tests."""
    assert provider_ci(recorded, "--emitter", TRACKER, "--captures", "recorded").code == 0
    assert (recorded / "recorded").read_text(encoding="utf-8") == line()


def test_with_a_broker_the_result_is_published_and_the_release_asked_for(recorded: Path, broker: Broker) -> None:
    """The version is the commit, on its branch."""
    done = provider_ci(recorded, *RECORDED, "--environment", "production", GITHUB_SHA="", **broker.variables)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=recorded, capture_output=True, text=True, check=True)
    assert done.code == 0, done.said
    assert f"{TRACKER} {head.stdout.strip()} can be released to production: yes" in done.out
    assert broker.version(head.stdout.strip()) == 200


def test_a_release_that_is_not_safe_ends_with_1(recorded: Path, broker: Broker) -> None:
    """What is verified holds by the registry, and what is deployed there requires more."""
    done = provider_ci(recorded, *RECORDED, "--environment", "strict", "--version", "p-strict", **broker.variables)
    assert done.code == 1
    assert "passed 1, pending 2, failed 0, violations 0" in done.out
    assert f"{TRACKER} p-strict can be released to strict: no" in done.out
    assert (done.outputs["success"], done.outputs["passed"]) == ("false", "1")


def test_no_publish_verifies_what_the_broker_wants_and_posts_nothing(recorded: Path, broker: Broker) -> None:
    """For a pull request: the broker's pacts are read, and it learns of no version."""
    done = provider_ci(recorded, *RECORDED, "--no-publish", "--version", "p-pull-request", **broker.variables)
    assert done.code == 0, done.said
    assert "not posted" in done.out
    assert broker.version("p-pull-request") == 404


@pytest.mark.parametrize(
    ("options", "variables", "kept"),
    [
        ((), {"CONTRACTS_EVIDENCE": ""}, True),
        (("--no-evidence",), {}, False),
        ((), {"CONTRACTS_EVIDENCE": "false"}, False),
    ],
)
def test_no_evidence_posts_the_result_without_what_was_sent(
    recorded: Path, broker: Broker, options: tuple[str, ...], variables: dict[str, str], kept: bool
) -> None:
    """The result arrives either way, and the output says what is kept."""
    version = f"p-{kept}-{len(options)}"
    done = provider_ci(recorded, *RECORDED, *options, "--version", version, **variables, **broker.variables)
    assert done.code == 0, done.said
    assert broker.version(version) == 200
    assert ("1 emission kept with the result" in done.out) is kept, done.out


def test_a_broker_that_is_not_reachable_ends_with_4(recorded: Path, nobody: str) -> None:
    """It is no broken contract."""
    done = provider_ci(recorded, *RECORDED, "--version", "p1", PACT_BROKER_BASE_URL=nobody)
    assert done.code == 4, done.said
    assert done.outputs["success"] == "false"


def test_a_wrong_token_ends_with_4(recorded: Path, broker: Broker) -> None:
    """The broker refuses; the token isn't shown."""
    wrong = "a-wrong-token-that-nobody-may-see"
    done = provider_ci(recorded, *RECORDED, "--version", "p1", **(broker.variables | {"PACT_BROKER_TOKEN": wrong}))
    assert done.code == 4, done.said
    assert wrong not in done.said


def test_a_gate_without_a_broker_ends_with_2(recorded: Path) -> None:
    """A secret that is missing must not look like a release that is safe; no test is run before."""
    done = provider_ci(recorded, *RECORDED, "--environment", "production")
    assert done.code == 2
    assert "no broker is configured" in done.err
    assert not (recorded / "out").exists()


@pytest.mark.parametrize("trace", ["", "xtrace"])
def test_no_secret_is_printed_or_handed_to_the_tests(recorded: Path, broker: Broker, trace: str) -> None:
    """Not where bash traces its commands either, and the emitter's tests can't read it."""
    done = provider_ci(
        recorded, *RECORDED[:-1], f"env; {RECORD}", "--version", "p-secret", SHELLOPTS=trace,
        **broker.variables, PACT_BROKER_USERNAME="",
    )  # fmt: skip
    assert done.code == 0, done.said
    assert "CONTRACTS_CAPTURES=/" in done.err
    assert TOKEN not in done.said
    assert "PACT_BROKER" not in done.err.partition("== verification")[0].partition("== tests")[2]
    assert "note: the tests aren't handed the broker's credentials, but this job holds them" in done.err


def test_nothing_is_verified_by_what_the_tests_left_behind(recorded: Path, broker: Broker) -> None:
    """A module that would be imported beside the credentials: exit 2, it is named, and the broker learns of nothing."""
    left = "echo 'raise SystemExit(0)' > requests.py"
    done = provider_ci(recorded, *RECORDED[:-1], f"{RECORD}; {left}", "--version", "left", **broker.variables)
    assert done.code == 2, done.said
    assert "the tests have changed requests.py: what is verified, and by what, is read before they run" in done.err
    assert broker.version("left") == 404


def test_in_two_jobs_the_tests_find_no_secret_in_any_process_above_them(recorded: Path, broker: Broker) -> None:
    """They look through all their ancestors; the second job publishes what they sent, and runs nothing of theirs."""
    look = f"""
        pid=$$; while [[ $pid -gt 1 ]]; do
          ! tr '\\0' '\\n' < /proc/$pid/environ | grep -q '^PACT_BROKER_TOKEN=' || echo "FOUND in $pid"
          pid=$(sed -n 's/^PPid:[[:blank:]]*//p' /proc/$pid/status)
        done; {RECORD}"""
    words = [
        sys.executable,
        "-P",
        "-m",
        "contracts.cli",
        "record",
        "--out",
        "captures.ndjson",
        "--",
        "bash",
        "-c",
        look,
    ]
    first = subprocess.run(
        words, cwd=recorded, env=ci_environment(recorded), capture_output=True, text=True, timeout=60, check=False
    )
    assert (first.returncode, "FOUND" in first.stdout + first.stderr) == (0, False), first.stderr
    done = provider_ci(
        recorded, "--emitter", TRACKER, "--captures", "captures.ndjson", "--version", "two-jobs", **broker.variables
    )
    assert done.code == 0, done.said
    assert "note: the tests" not in done.err
    assert broker.version("two-jobs") == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "no emitter is named"),
        (("--emitter",), "'--emitter' requires an argument"),
        (("--emiter", TRACKER), "No such option '--emiter'"),
        (("--emitter", TRACKER, "--captures", "-", "--test-command", "true"), "standard input"),
        (("--emitter", TRACKER, "--captures", "recorded/c", "--test-command", "true"), "can't be written"),
        (("--emitter", TRACKER, "--captures", "nowhere.ndjson"), "nowhere.ndjson"),
        (("--emitter", TRACKER), "nothing says how to reach"),
        (("--emitter", "nobody", "--captures", "recorded"), "the registry has no emitter"),
    ],
)
def test_wrong_use_ends_with_2(recorded: Path, options: tuple[str, ...], said: str) -> None:
    """Each with what is wrong and what to do."""
    done = provider_ci(recorded, *options)
    assert done.code == 2, done.said
    assert said in done.err
    assert "next: " in done.err
    assert done.outputs["success"] == "false"


def test_a_switch_that_is_neither_on_nor_off_ends_with_2(recorded: Path) -> None:
    """YAML's `yes` isn't taken for one of the two."""
    done = provider_ci(recorded, *RECORDED, CONTRACTS_REPORT_ONLY="yes")
    assert done.code == 2
    assert "'yes' is neither true nor false" in done.err


def test_a_version_that_nobody_knows_ends_with_2(recorded: Path, broker: Broker) -> None:
    """Before anything is run."""
    shutil.rmtree(recorded / ".git")
    done = provider_ci(recorded, *RECORDED, GIT_CEILING_DIRECTORIES=str(recorded.parent), **broker.variables)
    assert done.code == 2
    assert "no version is known" in done.err


def test_the_help_shows_every_variable(repository: Path) -> None:
    """It writes no outputs."""
    done = provider_ci(repository, "--help")
    assert (done.code, done.err, done.outputs) == (0, "", {})
    for variable in (*TEXTS, *SWITCHES):
        assert variable in done.out


def test_the_toolkit_is_installed_where_there_is_none(recorded: Path) -> None:
    """pip installs the folder that the script lies in, as the action has it, and leaves nothing behind."""
    # Without an index: the dependencies are those of this test run.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    temporary = recorded.parent / "temporary"
    temporary.mkdir()
    done = provider_ci(
        recorded, *RECORDED, CONTRACTS_TOOLKIT=str(ROOT),
        CONTRACTS_PYTHON="", PYTHON=sys.executable, PYTHONPATH=packages, PATH="/usr/bin:/bin",
        RUNNER_TEMP=str(temporary),
        PIP_NO_INDEX="1", PIP_NO_DEPS="1", PIP_NO_BUILD_ISOLATION="0", PIP_IGNORE_INSTALLED="1",
    )  # fmt: skip
    assert done.code == 0, done.said
    assert "webinar-contracts " in done.err
    assert list(temporary.iterdir()) == []


def test_a_toolkit_that_cannot_be_installed_ends_with_2(recorded: Path) -> None:
    """pip's own words, and no verdict."""
    done = provider_ci(
        recorded, *RECORDED, CONTRACTS_TOOLKIT=str(recorded / "nothing"),
        CONTRACTS_PYTHON="", PYTHON=sys.executable, PATH="/usr/bin:/bin", PIP_NO_INDEX="1",
    )  # fmt: skip
    assert done.code == 2
    assert "pip couldn't install" in done.err


@pytest.mark.parametrize(
    ("program", "said"),
    [("exit 1", "isn't that"), ('[ "$1" = -c ]', "can't make a virtual environment")],
)
def test_a_python_that_does_not_do_ends_with_2(recorded: Path, program: str, said: str) -> None:
    """Too old, or without venv: that the toolkit isn't there must not look like a broken contract."""
    python = recorded.parent / "python"
    python.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    python.chmod(0o755)
    done = provider_ci(
        recorded, *RECORDED, CONTRACTS_PYTHON="", PYTHON=str(python), PATH="/usr/bin:/bin",
        CONTRACTS_TOOLKIT=str(ROOT),
    )  # fmt: skip
    assert done.code == 2
    assert said in done.err


def test_nothing_is_installed_by_a_name_that_may_be_anybodys(recorded: Path) -> None:
    """Without a toolkit at hand, and none named, an index isn't asked: the broker's credentials are beside it."""
    done = provider_ci(recorded, *RECORDED, CONTRACTS_PYTHON="", CONTRACTS_TOOLKIT="", PATH="/usr/bin:/bin")
    assert done.code == 2
    assert "there is no toolkit here" in done.err
    assert "next: install it, or set CONTRACTS_TOOLKIT" in done.err


def test_outputs_that_cannot_be_written_change_no_exit_code(recorded: Path) -> None:
    """The verdict stays what it is."""
    done = provider_ci(recorded, *RECORDED, GITHUB_OUTPUT=str(recorded.parent / "no" / "outputs"))
    assert done.code == 0, done.err
    assert "can't be written" in done.err


def test_another_ci_calls_the_same_command(recorded: Path) -> None:
    """`contracts provider-ci` is what the script calls."""
    done = subprocess.run(
        [sys.executable, "-m", "contracts.cli", "provider-ci", *RECORDED],
        cwd=recorded, env=ci_environment(recorded), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("passed 1, pending 2, failed 0, violations 0\n")


@pytest.fixture
def php() -> None:
    """PHP with SQLite, or the test is skipped."""
    if shutil.which("php") is None:
        pytest.skip("php is missing; provider_tests/wordpress/install-packages installs it")


def _php_ci(folder: Path) -> tuple[int, str]:
    done = provider_ci(
        folder,
        "--emitter", TRACKER, "--captures", "captures.ndjson", "--test-command", "php tests/state-facts.php",
        "--destination", "https://receiver.example/events",
        CONTRACTS_SHIM_DATABASE=str(folder.parent / "outbox.sqlite"),
    )  # fmt: skip
    return done.code, done.said


def test_the_reference_plugin_passes(php: None, tmp_path: Path) -> None:
    """A PHP plugin with the recorder in its tests: passed 1, pending 2."""
    code, said = _php_ci(plugin_repository(tmp_path / "repository", PLUGIN))
    assert code == 0, said
    assert "passed 1, pending 2, failed 0, violations 0" in said


def test_a_broken_plugin_fails(php: None, tmp_path: Path) -> None:
    """The recorder shows what the plugin really sends."""
    (variant,) = [variant for variant in variants() if variant.name == "missing-key"]
    code, said = _php_ci(plugin_repository(tmp_path / "repository", build(variant, tmp_path / "broken")))
    assert code == 1, said
    assert "$.data.webinar_id is missing" in said


def test_a_python_emitter_passes(tmp_path: Path, broker: Broker) -> None:
    """Its tests are those of pytest, and the settings say how it is driven."""
    folder = python_repository(tmp_path / "repository")
    options = ("--emitter", TRACKER, "--test-command", f"{PYTEST} tests")
    done = provider_ci(folder, *options, "--version", "p-python", "--environment", "production", **broker.variables)
    assert done.code == 0, done.said
    assert "5 passed, 2 pending" in done.err
    assert f"{TRACKER} p-python can be released to production: yes" in done.out


def test_a_python_emitter_that_breaks_fails(tmp_path: Path) -> None:
    """Without tests of its own the verification says it."""
    folder = python_repository(tmp_path / "repository")
    emitter = folder / "tracker.py"
    emitter.write_text(emitter.read_text(encoding="utf-8").replace('"specversion": "1.0",', ""), encoding="utf-8")
    assert provider_ci(folder, "--emitter", TRACKER).code == 1
    assert provider_ci(folder, "--emitter", TRACKER, "--test-command", f"{PYTEST} tests").code == 5


@pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="shellcheck is missing; .ci/install-packages installs it"
)
def test_the_script_is_clean() -> None:
    """shellcheck has nothing to say."""
    subprocess.run(["shellcheck", str(SCRIPT)], check=True, timeout=60)
