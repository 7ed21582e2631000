"""`--python MODULE:NAME`: an emitter in this process, a callable `(trigger, destination) -> None`, plain or async.

`destination` is a sink on this machine: whatever client sends there is heard, from threads, tasks and child processes
too. Every other connection of the emitter's threads is refused and reported; where a child process goes besides, nobody
sees. `NotImplementedError` says that the emitter doesn't implement the trigger's event: nothing is emitted.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.emitters.parts.address import Address
from contracts.emitters.parts.coroutines import AwaitedEmitter
from contracts.emitters.parts.inbox import Inbox, listening, was_refused
from contracts.emitters.parts.interception import intercepted, without_proxies
from contracts.emitters.parts.options import TERMS, Terms, terms_of
from contracts.emitters.parts.quiet_stdout import prints_to_stderr
from contracts.emitters.parts.socket_guard import SocketGuard
from contracts.emitters.parts.workers import Workers
from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan, Step, capable_steps
from contracts.model.emission import Fault, Observation, Settled, Trigger

if TYPE_CHECKING:
    from contracts.emitters.parts.sink_server import Sink

_STANDARD = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
_INSTALLED = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib"))
_OURS = str(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class PythonDriver:
    """Calls an emitter in this process.

    Attributes:
        target: `module:name`.
        allowed: hosts, or `host:port`, that the emitter may connect to.
        terms: on which it is driven.
    """

    target: str
    allowed: tuple[str, ...]
    terms: Terms

    @property
    def capabilities(self) -> Capabilities:
        """Those of its terms."""
        return self.terms.capabilities

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Call the emitter for each step's triggers and yield what it sent.

        Raises:
            MisuseError: the callable can't be found, or isn't one.
        """
        with listening(Address("127.0.0.1", 0)) as (inbox, sink):
            guard = SocketGuard((*self.allowed, sink.url.removeprefix("http://")))
            workers = Workers(guard.watch)
            guard.install()
            try:
                with prints_to_stderr():
                    emit = _imported(self, workers)
                run = _Run(self, emit, inbox, sink, guard, workers)
                for step in capable_steps(plan, self.capabilities):
                    yield from inbox.unasked()
                    stuck, observations = _carry_out(run, step)
                    yield from observations
                    if stuck:
                        return
                emit.close()
                yield from map(_unseen, guard.refused())
                yield from inbox.unasked()
            finally:
                workers.close()
                guard.uninstall()


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of one run are carried out with."""

    driver: PythonDriver
    emit: AwaitedEmitter
    inbox: Inbox
    sink: Sink
    guard: SocketGuard
    workers: Workers

    @property
    def destination(self) -> str:
        return f"{self.sink.url}/events"


def _carry_out(run: _Run, step: Step) -> tuple[bool, list[Observation]]:
    """Run one step; True says that a call didn't return, so that the emitter can't be called again."""
    driver, guard, terms = run.driver, run.guard, run.driver.terms
    run.inbox.answer = terms.answer(step)
    elsewhere: list[str] = []
    guarded = intercepted(run.destination, lambda: guard.watches_this_thread, elsewhere.append)
    with prints_to_stderr(), without_proxies(), guarded:
        calls = [partial(run.emit, trigger, run.destination) for trigger in step.triggers]
        futures = run.workers.run(calls, terms.timeout)
        late = guard.join(run.workers.threads, settle=terms.settle, timeout=terms.timeout, last=lambda: run.inbox.last)
        if all(future.done() for future in futures):
            run.inbox.wait_until_read(run.sink, timeout=terms.timeout)
    emissions, faults = run.inbox.take(step)
    refused = was_refused(emissions)
    observations: list[Observation] = [*emissions, *faults]
    observations += [_unseen(place) for place in dict.fromkeys((*elsewhere, *guard.refused()))]
    observations += [_late(name, terms.timeout) for name in late]
    for trigger, future in zip(step.triggers, futures, strict=True):
        fault = _fault(trigger, future, driver, forgiving=refused)
        observations.append(fault or Settled(trigger, refused=refused))
    return not all(future.done() for future in futures), observations


def _fault(trigger: Trigger, future: Future[None], driver: PythonDriver, *, forgiving: bool) -> Fault | None:
    if not future.done():
        return Fault(
            "driver-error",
            f"{driver.target} didn't return within {driver.terms.timeout:g} s; it isn't called again",
            next_step="make it return, or say a longer --timeout",
            trigger=trigger,
        )
    error = future.exception()
    # An emitter may well raise when its delivery is refused; what counts is whether it delivers later.
    if error is None or isinstance(error, NotImplementedError) or (forgiving and isinstance(error, Exception)):
        return None
    message = traceback.format_exception_only(error)[-1].strip()
    return Fault(
        "driver-error",
        f"{driver.target} raised {message}",
        where=_place(error),
        next_step="mend the emitter; one that doesn't implement an event raises NotImplementedError",
        trigger=trigger,
    )


def _unseen(place: str) -> Fault:
    return Fault(
        "driver-error",
        f"the emitter connected to {place}, where nothing is recorded; the connection was refused",
        next_step="send to the destination that is handed in, say --allow HOST:PORT for a database, "
        "or drive the emitter with --command",
    )


def _late(name: str, timeout: float) -> Fault:
    return Fault(
        "driver-error",
        f"the emitter's {name} was still at work {timeout:g} s after its trigger",
        next_step="let it end before the callable returns, or say a longer --timeout",
    )


def _place(error: BaseException) -> Where | None:
    """Return the innermost line of the emitter itself, not of a library that it uses; None where it isn't reached."""
    files = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    outside = [(file, line) for file, line in files if not (file.startswith(_OURS) or _is_standard(file))]
    own = [(file, line) for file, line in outside if not file.startswith(_INSTALLED)] or outside
    return Where(_shown(own[-1][0]), own[-1][1]) if own else None


def _is_standard(file: str) -> bool:
    # Installed packages may lie below the standard library.
    return file.startswith("<") or (file.startswith(_STANDARD) and not file.startswith(_INSTALLED))


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def _imported(driver: PythonDriver, workers: Workers) -> AwaitedEmitter:
    """Import the callable in the thread that will call it."""
    timeout = driver.terms.timeout
    module, _, name = driver.target.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        # As `python -m` does: an emitter's repository isn't always installed.
        sys.path.insert(0, here)
    found: list[Any] = []
    (future,) = workers.run([lambda: found.append(importlib.import_module(module))], timeout)
    if not future.done():
        raise MisuseError(f"--python: importing {module} took longer than {timeout:g} s")
    if error := future.exception():
        raise MisuseError(
            f"--python: {module} can't be imported: {traceback.format_exception_only(error)[-1].strip()}",
            where=_place(error),
            next_step="name an importable module, MODULE:NAME; the current folder is searched",
        ) from None
    return AwaitedEmitter(_callable(found[0], name, driver.target), settle=driver.terms.settle)


def _callable(module: Any, name: str, target: str) -> Any:
    from contracts.model.names import did_you_mean

    emit: Any = getattr(module, name, None)
    advice = "hand in a function (trigger, destination) -> None, plain or async"
    if emit is None:
        hint = did_you_mean(name, (known for known in vars(module) if not known.startswith("_")))
        raise MisuseError(f"--python: {module.__name__} has no {name}{hint}", next_step=advice)
    if not callable(emit):
        raise MisuseError(f"--python: {target} can't be called", next_step=advice)
    # Calling one of these would do nothing at all.
    if inspect.isgeneratorfunction(emit) or inspect.isasyncgenfunction(emit):
        raise MisuseError(f"--python: {target} is a generator", next_step=f"{advice}, without yield")
    try:
        inspect.signature(emit).bind(None, "")
    except TypeError as error:
        raise MisuseError(f"--python: {target} can't take (trigger, destination): {error}", next_step=advice) from None
    except ValueError:
        # Some callables of C don't say what they take: it shows when they are called.
        return emit
    return emit


def _open(options: OptionValues) -> PythonDriver:
    target = options.get("python") or ""
    module, _, name = target.partition(":")
    if not (name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise MisuseError(
            f"--python: {target!r} isn't MODULE:NAME", next_step="say, for instance, --python my_emitter.testing:emit"
        )
    return PythonDriver(
        target=target,
        allowed=options.all("allow"),
        terms=terms_of(options),
    )


KIND = DriverKind(
    option=DriverOption(
        name="python",
        metavar="MODULE:NAME",
        help="An emitter in this process: a callable (trigger, destination) -> None, plain or async.",
    ),
    open=_open,
    shared=(
        DriverOption(
            name="allow",
            metavar="HOST[:PORT]",
            help="A host that the emitter may connect to, such as its database. May be said several times.",
            multiple=True,
        ),
        *TERMS,
    ),
)
