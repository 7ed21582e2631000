"""Is everything in place that the commands rely on? Each thing is looked at, and what is wrong says what to do."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import __version__
from contracts.errors import ContractsError, ExitCode, MisuseError, worst
from contracts.model.identity import Found
from contracts.model.printable import counted
from contracts.project.domain import read_domain
from contracts.project.git import silence_of
from contracts.project.handler import named_handler
from contracts.project.named_emitters import is_stand_in, named_emitters, refuse_unknown_settings
from contracts.project.paths import shown
from contracts.project.settings import Settings
from contracts.project.version import find_branch, find_version

if TYPE_CHECKING:
    from contracts.broker.client import BrokerClient

CLOCK_TOLERANCE = timedelta(minutes=2)
TELEMETRY = "PACT_DO_NOT_TRACK"


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at.

    Attributes:
        code: HOLDS where it is in order, else what the commands that rely on it would exit with.
        finding: what was found.
        next_step: what to do; None where it is in order.
    """

    name: str
    code: ExitCode
    finding: str
    next_step: str | None = None

    @property
    def ok(self) -> bool:
        """Is it in order?"""
        return self.code is ExitCode.HOLDS


@dataclass(frozen=True, slots=True)
class Named:
    """The broker that the command line names, if it names one."""

    base_url: str | None = None
    embedded: bool = False
    timeout: float | None = None


def examine(settings: Settings, environ: Mapping[str, str], named: Named) -> tuple[Checked, ...]:
    """Look at everything; nothing is raised. The embedded broker's file is made if need be.

    Args:
        environ: the process's variables.
        named: the broker that the command line names.
    """
    return (
        _toolkit(),
        _pact_library(),
        _settings(settings),
        _guarded("registry", lambda: _registry(settings)),
        _guarded("emitters", lambda: _emitters(settings)),
        *((_guarded("handler", lambda: _handler(settings)),) if settings.handler is not None else ()),
        _found("version", lambda: find_version(None, environ, settings.root), "--version", settings.root),
        _found("branch", lambda: find_branch(None, environ, settings.root), "--branch", settings.root),
        *_broker(settings, environ, named),
        _telemetry(environ),
    )


def outcome(checks: tuple[Checked, ...]) -> ExitCode:
    """Return the exit code that the examination comes to."""
    return worst(check.code for check in checks if not check.ok)


def _guarded(name: str, look: Callable[[], Checked]) -> Checked:
    try:
        return look()
    except ContractsError as error:
        place = f"{error.where}: " if error.where else ""
        return Checked(name, error.exit_code, f"{place}{error.what}", error.next_step)


def _toolkit() -> Checked:
    found = f"webinar-contracts {__version__}, Python {platform.python_version()}, {sys.platform}"
    return Checked("toolkit", ExitCode.HOLDS, found)


def _pact_library() -> Checked:
    packages = ("pact-python", "pact-python-ffi")
    try:
        versions = ", ".join(f"{name} {version(name)}" for name in packages)
        # The import loads the shared library, which a distribution without wheels doesn't have.
        from contracts.pact_core import judging
    except (PackageNotFoundError, ImportError, OSError) as error:
        return Checked(
            "pact library",
            ExitCode.MISUSE,
            f"it can't be loaded: {error}",
            "install pact-python in this environment: pip install --force-reinstall pact-python",
        )
    del judging
    client = shutil.which("pact")
    return Checked("pact library", ExitCode.HOLDS, f"{versions}; the pact command: {client or 'not needed, not there'}")


def _settings(settings: Settings) -> Checked:
    found = shown(settings.file) if settings.file else "none; the package's own domain and pacts are used"
    return Checked("settings", ExitCode.HOLDS, found)


def _registry(settings: Settings) -> Checked:
    domain = read_domain(settings)
    pairs = len(list(domain.registry.pairs()))
    found = f"{shown(domain.registry_file)}: {len(domain.registry.emitters)} emitters, {pairs} pairs"
    return Checked(
        "registry",
        ExitCode.HOLDS,
        f"{found}, contract {domain.contract_digest[:12]}, file {domain.registry.digest[:12]}",
    )


def _handler(settings: Settings) -> Checked:
    named = named_handler(settings)
    return Checked("handler", ExitCode.HOLDS, f"{named.name}, {named.kind}")


def _emitters(settings: Settings) -> Checked:
    from contracts.emitters import driver_kinds

    domain = read_domain(settings)
    refuse_unknown_settings(settings, domain)
    known = {kind.option.name for kind in driver_kinds()}
    said: list[str] = []
    for emitter in named_emitters(settings, domain.registry):
        ways = sorted(known & settings.emitters[emitter].keys())
        if not ways:
            raise MisuseError(
                f"nothing says how to reach {emitter}",
                where=settings.place_of("emitters", emitter),
                next_step=f"name a driver under [tool.contracts.emitters.{emitter}]: {', '.join(sorted(known))}",
            )
        said.append(f"{emitter} ({' and '.join(ways)}{', a stand-in' if is_stand_in(settings, emitter) else ''})")
    return Checked("emitters", ExitCode.HOLDS, ", ".join(said) or "the settings name none; a command names its own")


def _found(name: str, look: Callable[[], Found | None], option: str, folder: Path) -> Checked:
    found = look()
    if found is None:
        why, advice = silence_of(folder)
        instead = f"say {option} to the commands that publish, or run them in a checkout with a branch and a commit"
        return Checked(
            name,
            ExitCode.MISUSE,
            f"not known: no variable of a CI job, and {why if advice else 'git says none here'}",
            f"{advice}; or {instead}" if advice else instead,
        )
    return Checked(name, ExitCode.HOLDS, f"{found.value}, from {found.source}")


def _broker(settings: Settings, environ: Mapping[str, str], named: Named) -> Iterator[Checked]:
    from contracts.broker.access import access_from
    from contracts.project.broker_choice import DATABASE, choose_broker

    try:
        access = None if named.embedded else access_from(environ, named.base_url)
        client = choose_broker(
            settings, environ, base_url=named.base_url, embedded=named.embedded, timeout=named.timeout
        )
        answer = client.ask("GET", "")
        if answer.status != 200:
            raise answer.refusal("asking the broker for its index")
        client.index()
    except ContractsError as error:
        yield Checked("broker", error.exit_code, error.what, error.next_step)
        return
    if access is None:
        yield Checked(
            "broker", ExitCode.HOLDS, f"the embedded one, {shown(settings.root / DATABASE)}; it may be written"
        )
        yield Checked(
            "clock", ExitCode.HOLDS, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; no other clock to compare with"
        )
        return
    who = f"as {access.username}" if access.username else "with a token" if access.token else "without credentials"
    yield Checked(
        "broker", ExitCode.HOLDS, f"{client.name} answers, {who}{f' ({access.source})' if access.source else ''}"
    )
    elsewhere = _links_elsewhere(client)
    if elsewhere:
        yield elsewhere
        yield _clock(answer.date)
        return
    # A publication without content is refused as incomplete by a broker that would take a whole one.
    tried = client.send("POST", client.link("pb:publish-contracts"), {}, repeatable=True)
    if tried.status in (401, 403):
        refusal = tried.refusal("asking whether this account may write")
        yield Checked("may write", ExitCode.BROKER, refusal.what, "use an account that may write, to publish")
    else:
        yield Checked("may write", ExitCode.HOLDS, "yes")
    yield _clock(answer.date)


def _links_elsewhere(client: BrokerClient) -> Checked | None:
    """Return what is wrong with a broker whose links lead to another host: no credentials are sent there."""
    found = client.foreign_links()
    if not found:
        return None
    hosts = sorted({place for _, place in found})
    relations = f"{found[0][0]} and {counted(len(found) - 1, 'other')}" if len(found) > 1 else found[0][0]
    return Checked(
        "broker's links",
        ExitCode.BROKER,
        f"they lead to {', '.join(hosts)} instead of {client.name} ({relations}); nothing is sent there",
        "have the broker know its own address (its base URL setting, or the proxy's X-Forwarded headers), or name "
        "that address as the base URL",
    )


def _clock(theirs: str) -> Checked:
    try:
        apart = abs(parsedate_to_datetime(theirs) - datetime.now(UTC))
    except (TypeError, ValueError):
        return Checked("clock", ExitCode.HOLDS, f"{_utc()}; the broker doesn't say its own")
    if apart > CLOCK_TOLERANCE:
        return Checked(
            "clock",
            ExitCode.MISUSE,
            f"this machine's clock and the broker's are {int(apart.total_seconds())} s apart",
            "set the clock: the broker orders versions and results by time",
        )
    return Checked("clock", ExitCode.HOLDS, f"{_utc()}, as the broker's")


def _utc() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _telemetry(environ: Mapping[str, str]) -> Checked:
    said = environ.get(TELEMETRY, "true")
    if said.strip().lower() in ("true", "1", "yes"):
        return Checked("telemetry", ExitCode.HOLDS, "off: Pact's verifier reports no usage")
    return Checked("telemetry", ExitCode.HOLDS, f"on, as {TELEMETRY}={said} asks for")
