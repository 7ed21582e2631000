"""The broken variants of the plugin in a real WordPress, one after the other in one installation.

SQLite unless `CONTRACTS_WORDPRESS_DATABASE` says mariadb, and those alone that need a real database unless
`CONTRACTS_WORDPRESS_VARIANTS` says all: `.ci/run-long` runs all of them with both.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.model.verdict import Verification
from provider_tests.wordpress.variants import PLUGIN, build, variants
from tests.wordpress.programs import Site, site
from tests.wordpress.verdicts import PASSED, rules, strict_registry, untested, verdicts, verify

ALL = {variant.name: variant for variant in variants()}
NEED_A_DATABASE = ("add-option-guard", "get-option-guard", "claim-then-send")
CHOSEN = tuple(ALL) if os.environ.get("CONTRACTS_WORDPRESS_VARIANTS") == "all" else NEED_A_DATABASE
FORGET = """
    $wpdb->query( "DELETE FROM {$wpdb->prefix}client_webinar_outbox" );
    $wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE '%client_webinar_tracker_%'
        AND option_name NOT IN ( 'client_webinar_tracker_schema' )" );
"""

Judge = Callable[[Path], Verification]


@pytest.fixture(scope="module")
def judge(real_wordpress: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Verifies a plugin, whose files take the place of the last one's, in one WordPress."""
    folder = tmp_path_factory.mktemp("site")
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        sink = f"127.0.0.1:{chosen.getsockname()[1]}"
    with site(folder, "--destination", f"http://{sink}/events") as running:
        changed = iter(range(1, len(ALL) + 2))

        def verified(plugin: Path) -> Verification:
            _install(plugin, running, next(changed))
            options = {"trigger": running.url, "sink": sink, "settle": "0.05"}
            return verify(options, strict_registry(folder))

        yield verified


def _install(plugin: Path, running: Site, number: int) -> None:
    """Put a plugin's files where the last one's are; what that one remembers is forgotten."""
    place = running.content / "plugins" / PLUGIN.name
    shutil.copytree(plugin, place, dirs_exist_ok=True)
    # PHP keeps compiled files and compares times, in whole seconds.
    moment = time.time() - 3600 + 2 * number
    for file in place.rglob("*.php"):
        os.utime(file, (moment, moment))
    running.php(FORGET)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_broken_variant_is_caught_in_wordpress(judge: Judge, name: str, tmp_path: Path) -> None:
    """Its mistake is found under the rule that its file names, and the run fails."""
    run = judge(build(ALL[name], tmp_path))
    assert ALL[name].rule in rules(run)
    assert not run.success


def test_the_plugin_itself_passes_after_all_of_them(judge: Judge) -> None:
    """None of them has left anything that the next one was judged by; nothing is left untested."""
    run = judge(PLUGIN)
    assert (verdicts(run), rules(run), untested(run)) == (PASSED, set(), set())
