"""What an emitter's CI does, in this order: run its tests while something records, verify, publish, and ask."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.emitters.sink import KEEP_VARIABLE
from contracts.errors import MisuseError, Where
from contracts.project.python_process import environment
from contracts.project.version import require_version
from contracts.provider.tidy_child import run_tidily

BROKER_VARIABLES = ("PACT_BROKER_BASE_URL", "PACT_BROKER_TOKEN", "PACT_BROKER_USERNAME", "PACT_BROKER_PASSWORD")
"""What the emitter's tests aren't handed."""
_SECRETS = ("PACT_BROKER_TOKEN", "PACT_BROKER_PASSWORD")


@dataclass(frozen=True, slots=True)
class CiOrder:
    """What a job asks for; a text that is empty isn't said.

    Attributes:
        test_command: runs the emitter's tests, by bash.
        captures: the file that is recorded and verified.
        destination: where the emitter sends to, for a recorder.
        environment: where the version is to be released to.
        evidence: what the emitter sent is kept with the results.
        broker: one is configured.
    """

    emitter: str
    test_command: str
    captures: str
    destination: str
    version: str
    branch: str
    environment: str
    publish: bool
    evidence: bool
    strict_pending: bool
    report_only: bool
    broker: bool

    @property
    def asks_broker(self) -> bool:
        """Is the broker spoken to? A look at everything asks none."""
        return self.broker and not self.report_only

    def checked(self, environ: Mapping[str, str], folder: Path) -> CiOrder:
        """Return the order with its version; nothing has been run by then.

        The result that is published and the question of the release are about the same version.

        Raises:
            MisuseError: something is missing, or doesn't go together.
        """
        if not self.emitter:
            raise MisuseError(
                "no emitter is named",
                next_step="say --emitter, or set CONTRACTS_EMITTER, with its name in the registry",
            )
        if self.test_command and self.captures == "-":
            raise MisuseError(
                "what the tests record can't come from standard input", next_step="name a file with --captures"
            )
        if self.environment and not self.report_only and not self.broker:
            # A secret that is missing must not look like a release that is safe.
            raise MisuseError(
                f"a release to {self.environment!r} is asked for, and no broker is configured",
                next_step="set PACT_BROKER_BASE_URL, or name no environment",
            )
        if not self.asks_broker:
            return self
        return replace(self, version=require_version(self.version or None, environ, folder).value)


def run_tests(order: CiOrder, keep: frozenset[str] = frozenset()) -> int:
    """Run the emitter's tests, recorded where a file of captures is named; stdout is the verdict's alone.

    Args:
        keep: headers, in lower case, whose values are recorded beside those that any recording keeps.

    Returns:
        Their exit code.

    Raises:
        MisuseError: the captures can't be written, or there is no bash.
    """
    bash = ["bash", "-eo", "pipefail", "-c", order.test_command]
    command = [*_toolkit("record", "--out", order.captures), "--", *bash] if order.captures else bash
    if order.captures:
        _make_writable(Path(order.captures))
    env = {name: value for name, value in environment().items() if name not in BROKER_VARIABLES}
    env |= {"CONTRACTS_CAPTURES": "", "CONTRACTS_DESTINATION": order.destination}
    env[KEEP_VARIABLE] = ",".join(filter(None, (env.get(KEEP_VARIABLE), *sorted(keep))))
    try:
        return run_tidily(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno())
    except OSError as error:
        raise MisuseError(f"bash can't be run: {error.strerror}", next_step="install bash") from None


def holds_credentials(environ: Mapping[str, str]) -> bool:
    """Return whether this job holds what the broker is entered with, so that whatever runs as its user can read it."""
    return any(environ.get(name, "").strip() for name in _SECRETS)


def _make_writable(captures: Path) -> None:
    try:
        captures.parent.mkdir(parents=True, exist_ok=True)
        captures.open("ab").close()
    except OSError as error:
        raise MisuseError(
            f"the captures can't be written: {error.strerror}",
            where=Where(str(captures)),
            next_step="name a file that can with --captures",
        ) from None


def verify_command(order: CiOrder) -> tuple[str, ...]:
    """Return the arguments with which the toolkit verifies, and publishes where that is asked for."""
    words = ["verify", order.emitter]
    words += ["--captures", order.captures] if order.captures else []
    words += ["--strict-pending"] if order.strict_pending else []
    words += ["--report-only"] if order.report_only else []
    if order.asks_broker:
        words += ["--broker", *(["--branch", order.branch] if order.branch else [])]
        if order.publish:
            words += ["--publish", "--version", order.version, *(() if order.evidence else ("--no-evidence",))]
    return tuple(words)


def release_command(order: CiOrder) -> tuple[str, ...]:
    """Return the arguments with which the toolkit is asked whether the version may be released."""
    return ("can-i-deploy", order.emitter, "--version", order.version, "--to-environment", order.environment)


def run_toolkit(words: Sequence[str]) -> int:
    """Run a command of this toolkit in a process of its own, with this one's streams; return its exit code."""
    return run_tidily(_toolkit(*words), env=environment())


def _toolkit(*words: str) -> list[str]:
    # -P: a folder of the emitter's that is called contracts isn't the toolkit.
    return [sys.executable, "-P", "-m", "contracts.cli", *words]
