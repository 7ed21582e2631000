"""What `contracts init emitter` wrote passes, as it was written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold.repository import COMPLETED, ROOT, TRACKER, init, run
from tests.wordpress.programs import DATABASE, WORDPRESS, site

PASSED = "passed 1, pending 2, failed 0, violations 0"
HOOK = ("--hook", f"{COMPLETED}=client_webinar_tracker_completed")
OPTION = ("--destination-option", "client_webinar_tracker_destination")
RECEIVER = "https://receiver.invalid/events"

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tracker"
version = "1.0.0"

[tool.hatch.build]
packages = ["client_webinar_tracker_v2"]
dev-mode-dirs = ["."]
"""

FAKE_WORDPRESS = """<?php
require '{shim}/bootstrap.php';
shim_load( getenv( 'CLIENT_WEBINAR_TRACKER_DESTINATION' ) );
"""

SUITE = """<?php
// WordPress's test library: includes/functions.php comes before WordPress, and keeps what is to run once it loads.
function tests_add_filter( $hook, $callback ) { $GLOBALS['kept'][] = $callback; }
require __DIR__ . '/contracts/bootstrap.php';
require '%s/bootstrap.php';
foreach ( $GLOBALS['kept'] as $callback ) { $callback(); }
shim_load( getenv( 'CONTRACTS_DESTINATION' ) );
do_action( 'client_webinar_tracker_completed', 'client-1', 'webinar-1' );
"""


def test_the_python_emitter_passes(repository: Path) -> None:
    """Its test by pytest, and the script of its CI: what is implemented passed, what is planned is pending."""
    assert init(repository, "--kind", "python").code == 0
    done = run(["ci/contracts"], repository)
    assert done.code == 0, done.err
    assert "5 passed, 2 pending" in done.err
    assert done.out.endswith(f"{PASSED}\n")
    assert "lost-fact" not in done.out


def test_a_python_emitter_that_states_what_is_planned_is_ready(repository: Path) -> None:
    """Taking a comment away is all that it takes."""
    assert init(repository, "--kind", "python").code == 0
    emitter = repository / "client_webinar_tracker_v2" / "emitter.py"
    text = emitter.read_text(encoding="utf-8")
    emitter.write_text(text.replace('# "client_webinar_entered"', '"client_webinar_entered"'), encoding="utf-8")
    done = run(["ci/contracts", "--strict-pending"], repository)
    assert done.code == 1
    assert "client_webinar_entered" in done.out


def test_the_toolkit_is_installed_where_there_is_none(repository: Path, tmp_path: Path) -> None:
    """In the checkout, once; the emitter is installed beside it where it is a project of its own."""
    wheels = repository / "vendor and co"
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, timeout=120, capture_output=True)
    (wheel,) = wheels.iterdir()
    assert init(repository, "--kind", "python", "--toolkit", str(wheel.relative_to(repository))).code == 0
    assert f"\n./vendor and co/{wheel.name}\n" in (repository / "ci/requirements.txt").read_text(encoding="utf-8")
    (repository / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    # Without an index: what the toolkit depends on is this test run's.
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    environ = {
        "HOME": str(tmp_path), "PATH": f"{python.parent}:/usr/bin:/bin",
        "PYTHONPATH": next(path for path in sys.path if path.endswith("site-packages")),
        "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_IGNORE_INSTALLED": "1",
    }  # fmt: skip
    for index in range(2):
        done = subprocess.run(
            ["ci/contracts"], cwd=repository, env=environ, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith(f"{PASSED}\n")
        if index == 0:
            shutil.rmtree(wheels)
    packages = repository.glob(".venv/lib/python*/site-packages/*.dist-info")
    assert {folder.name.partition("-")[0] for folder in packages} >= {"webinar_contracts", "tracker"}


@pytest.mark.parametrize(
    ("line", "variables", "said"),
    [
        ("${CONTRACTS_TOOLKIT}", {}, "doesn't say where the toolkit comes from, and CONTRACTS_TOOLKIT isn't set\n"),
        ("${CONTRACTS_TOOLKIT}\n${CONTRACTS_CONTRACT}", {"CONTRACTS_TOOLKIT": "./x"}, "where the contract comes from"),
        ("${CONTRACTS_TOOLKIT}", {"CONTRACTS_TOOLKIT": "./no.whl"}, "pip couldn't install what ci/requirements.txt"),
        ("webinar-contracts==9.9.9", {}, "pip couldn't install what ci/requirements.txt names\n"),
    ],
)
def test_what_cannot_be_installed_says_so(repository: Path, line: str, variables: dict[str, str], said: str) -> None:
    """Before anything is tested, with pip's own words, and never as a broken contract or a Python that is too old."""
    assert init(repository, "--kind", "command").code == 0
    (repository / "ci/requirements.txt").write_text(f"{line}\n", encoding="utf-8")
    # An environment is there already: making one takes longer than all the rest.
    python = repository / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": str(python), "PIP_NO_INDEX": "1", **variables}
    done = subprocess.run(
        ["ci/contracts"], cwd=repository, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "next: " in done.stderr
    if said.startswith("pip"):
        assert "ERROR: " in done.stderr, "pip's own words"
    assert "3.11" not in done.stderr


@pytest.fixture
def php() -> None:
    """PHP with SQLite, or the test is skipped."""
    if shutil.which("php") is None:
        pytest.skip("php is missing; provider_tests/wordpress/install-packages installs it")
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True, timeout=30).stdout
    if "pdo_sqlite" not in modules:
        pytest.skip("PHP's SQLite is missing; provider_tests/wordpress/install-packages installs it")


@pytest.fixture
def plugin(php: None, repository: Path) -> dict[str, str]:
    """The variables with which the reference plugin runs without WordPress, as if it were one."""
    wordpress = repository.parent / "wordpress"
    wordpress.mkdir()
    loader = FAKE_WORDPRESS.replace("{shim}", str(WORDPRESS / "shim"))
    (wordpress / "wp-load.php").write_text(loader, encoding="utf-8")
    return {
        "WORDPRESS_DIR": str(wordpress),
        "CONTRACTS_SHIM_DATABASE": str(repository.parent / "outbox.sqlite"),
        "CLIENT_WEBINAR_TRACKER_DESTINATION": RECEIVER,
    }


def test_the_wordpress_plugin_passes(repository: Path, plugin: dict[str, str]) -> None:
    """As often as it is run, though the plugin remembers what it has stated."""
    assert init(repository, "--kind", "wordpress", *HOOK).code == 0
    for _ in range(2):
        done = run(["ci/contracts"], repository, **plugin)
        assert done.code == 0, done.err
        assert done.out.endswith(f"{PASSED}\n")
    # The settings name what was recorded.
    assert run(["contracts", "verify", TRACKER], repository).code == 0


def test_a_plugin_that_states_another_fact_fails(repository: Path, plugin: dict[str, str]) -> None:
    """The recorder knows which fact the plugin was told of."""
    assert init(repository, "--kind", "wordpress", *HOOK).code == 0
    file = repository / "tests" / "contracts" / "state-facts.php"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("$data['client_id']", "'client-of-the-tests'"), encoding="utf-8")
    done = run(["ci/contracts"], repository, **plugin)
    assert done.code == 1
    assert "wrong-fact" in done.out


def test_what_is_not_filled_in_is_said(repository: Path, plugin: dict[str, str]) -> None:
    """Without a hook nothing could be stated, and that is no broken contract."""
    assert init(repository, "--kind", "wordpress").code == 0
    done = run(["ci/contracts"], repository, **plugin)
    assert done.code == 5
    assert "doesn't say yet how the plugin is told" in done.err


def test_nothing_is_sent_to_anybody_who_really_listens(repository: Path, plugin: dict[str, str]) -> None:
    """A plugin that is configured for another receiver is refused, and without the recorder nothing is stated."""
    assert init(repository, "--kind", "wordpress", *HOOK).code == 0
    elsewhere = plugin | {"CLIENT_WEBINAR_TRACKER_DESTINATION": "http://127.0.0.1:9/events?key=nobody-may-see"}
    done = run(["ci/contracts"], repository, **elsewhere)
    assert done.code == 3
    assert "not what CONTRACTS_DESTINATION names: a call to 127.0.0.1\n" in done.err
    assert "nobody-may-see" not in done.err + done.out
    alone = run(["php", "tests/contracts/state-facts.php"], repository, **plugin)
    assert alone.code == 2
    assert "run ci/contracts" in alone.err


def test_a_wordpress_that_is_not_there_is_said(repository: Path, plugin: dict[str, str]) -> None:
    """The tests fail with what to set."""
    assert init(repository, "--kind", "wordpress", *HOOK).code == 0
    done = run(["ci/contracts"], repository, **(plugin | {"WORDPRESS_DIR": str(repository)}))
    assert done.code == 5
    assert "Set WORDPRESS_DIR" in done.err


def test_a_test_suite_takes_one_line(php: None, repository: Path) -> None:
    """The recorder is kept until WordPress loads, as its test library wants it."""
    assert init(repository, "--kind", "wordpress", "--test-command", "php tests/suite.php").code == 0
    (repository / "tests" / "suite.php").write_text(SUITE % (WORDPRESS / "shim"), encoding="utf-8")
    done = run(["ci/contracts"], repository, CONTRACTS_SHIM_DATABASE=str(repository.parent / "outbox.sqlite"))
    assert done.code == 0, done.err
    assert done.out.endswith(f"{PASSED}\n")


def test_a_recorder_that_is_loaded_too_early_is_said(php: None, repository: Path) -> None:
    """Before WordPress's test library there is nothing to hook into."""
    assert init(repository, "--kind", "wordpress").code == 0
    done = run(["php", "tests/contracts/bootstrap.php"], repository)
    assert done.code == 255
    assert "comes too early" in done.out + done.err


def test_the_plugin_passes_in_a_real_wordpress(php: None, repository: Path, tmp_path: Path) -> None:
    """Told by its action, its destination by the option's filter, as it was written."""
    cached = Path(WORDPRESS.parents[1] / ".cache" / "wordpress" / DATABASE)
    if DATABASE == "sqlite" and not cached.is_dir() and shutil.which("npm") is None:
        pytest.skip(
            "npm, which WordPress is fetched with, is missing; provider_tests/wordpress/install-packages installs it"
        )
    assert init(repository, "--kind", "wordpress", *HOOK, *OPTION).code == 0
    fetched = subprocess.run(
        [str(WORDPRESS / "fetch-wordpress"), DATABASE], capture_output=True, text=True, check=True, timeout=120
    )
    folder = tmp_path / "site"
    folder.mkdir()
    with site(folder) as running:
        variables = {"WORDPRESS_DIR": fetched.stdout.strip(), "CONTRACTS_WP_CONTENT": str(running.content)}
        if DATABASE == "mariadb":
            variables["CONTRACTS_WP_SOCKET"] = str(running.content.parent / "mysql.sock")
        done = run(["ci/contracts"], repository, **variables)
    assert done.code == 0, done.err
    assert done.out.endswith(f"{PASSED}\n")
