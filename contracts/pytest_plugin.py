"""The pytest plugin: hooks and fixtures only.

Imported by every pytest run of the environment that it is installed in, hence its late imports; it does
nothing to a suite that doesn't use it. State lives in `config.stash`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts.consumer.run import ConsumerRun
    from contracts.model.domain import Domain
    from contracts.project.settings import Settings
    from contracts.provider.unseen import ContractWatch

_RUN: pytest.StashKey[ConsumerRun] = pytest.StashKey()
_SUMMARY: pytest.StashKey[tuple[str, ...]] = pytest.StashKey()
_WATCH: pytest.StashKey[ContractWatch] = pytest.StashKey()
_UNCOLLECTED: pytest.StashKey[list[tuple[Path, str]]] = pytest.StashKey()
_IS_OURS: pytest.StashKey[bool] = pytest.StashKey()
_MODES: pytest.StashKey[tuple[str, ...]] = pytest.StashKey()
_FORMS = ("only what is read", "every field")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which `contracts capture` asks for what was recorded."""
    group = parser.getgroup("contracts", "contracts of canonical events")
    group.addoption("--contracts-record", metavar="FILE", help="write the expectations of this run to FILE")
    group.addoption("--strict-pending", action="store_true", help="fail a planned pair that is ready to be promoted")


def pytest_configure(config: pytest.Config) -> None:
    """Hear of every contract that this run's modules make, until the run is over."""
    from contracts.provider.contract import listen
    from contracts.provider.unseen import ContractWatch

    config.stash[_WATCH] = ContractWatch()
    config.stash[_UNCOLLECTED] = []
    config.add_cleanup(listen(config.stash[_WATCH].hear))


def _run_of(config: pytest.Config) -> ConsumerRun:
    if _RUN not in config.stash:
        from contracts.consumer.run import ConsumerRun

        config.stash[_RUN] = ConsumerRun()
    return config.stash[_RUN]


@contextmanager
def _said_plainly(file: str | None = None, line: int | None = None) -> Iterator[None]:
    """Fail the test with what an error says; a traceback through the toolkit would say nothing more.

    Args:
        file: the test's, which is where an error lies that names no other place.
        line: the one in it.
    """
    from contracts.errors import ContractsError, Where
    from contracts.project.paths import shown

    try:
        yield
    except ContractsError as error:
        if file is not None and error.where is None:
            error.where = Where(shown(Path(file)), line)
        # What comes of an exception that is being handled would be shown below it, twice.
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@pytest.fixture(scope="session")
def contracts_settings(pytestconfig: pytest.Config) -> Settings:
    """The settings of the project that is tested."""
    from contracts.project.settings import load_settings

    with _said_plainly():
        return load_settings(pytestconfig.rootpath)


@pytest.fixture(scope="session")
def contracts_domain(contracts_settings: Settings) -> Domain:
    """The canonical events and the registry that the settings name."""
    from contracts.project.domain import load_domain

    with _said_plainly():
        return load_domain(contracts_settings)


@pytest.fixture
def handler(request: pytest.FixtureRequest, contracts_settings: Settings) -> Iterator[Any]:
    """The consumer's own handler, fresh for each test; the setting `handler` names it.

    An async one is awaited where the test is a plain function; an `async def` test awaits it itself.
    """
    from contracts.consumer.awaiting import runner
    from contracts.project.handler import opened_handler

    request.node.stash[_IS_OURS] = True
    with _said_plainly(), opened_handler(contracts_settings, runner(request)) as opened:
        yield opened


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what takes `expect` in each mode that the registry permits: that is the consumer's promise."""
    if "contracts_mode" in metafunc.fixturenames:
        modes = _modes(metafunc.config)
        if modes != ("structured",):
            metafunc.parametrize("contracts_mode", modes, indirect=True)


def _modes(config: pytest.Config) -> tuple[str, ...]:
    from contracts.errors import ContractsError
    from contracts.project.domain import load_domain
    from contracts.project.settings import load_settings

    if _MODES not in config.stash:
        try:
            config.stash[_MODES] = load_domain(load_settings(config.rootpath)).registry.messages.modes
        except ContractsError:
            # The fixtures say what is wrong, each test by itself.
            config.stash[_MODES] = ("structured",)
    return config.stash[_MODES]


@pytest.fixture
def contracts_mode(request: pytest.FixtureRequest) -> Any:
    """CloudEvents' mode of the messages that `expect` gives."""
    return getattr(request, "param", "structured")


@pytest.fixture(params=_FORMS)
def expect(request: pytest.FixtureRequest, contracts_domain: Domain, contracts_mode: Any) -> Callable[..., Any]:
    """Say what the consumer reads of an event, and get a message to hand to its handler.

    Each test runs twice: with the fields that it says it reads and no other, then with the whole canonical
    event, its optional fields too; and so in each of CloudEvents' modes that the registry permits.
    """
    from contracts.consumer.run import expecting

    node = request.node
    node.stash[_IS_OURS] = True
    say = expecting(
        _run_of(request.config),
        contracts_domain.catalogue,
        item=node.nodeid,
        test=f"{node.nodeid.split('::')[0]}::{node.originalname}",
        complete=request.param == _FORMS[1],
        mode=contracts_mode,
    )

    def expect_event(*args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1)
        with _said_plainly(caller.f_code.co_filename, caller.f_lineno):
            return say(*args, **kwargs)

    return expect_event


def _expects(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("expect") in _FORMS


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember which expectations a run leaves out."""
    for item in items:
        if _expects(item):
            _run_of(item.config).left_out[item.nodeid] = "was deselected"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Remember which modules were collected, and what of them wasn't and why."""
    report = yield
    config = collector.config
    if report.outcome != "passed":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else "an error"
        config.stash[_UNCOLLECTED].append((collector.path, f"wasn't collected: {why}"))
    elif isinstance(collector, pytest.Module):
        config.stash[_WATCH].collected.add(str(collector.path))
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """From now on what makes a contract is a test."""
    session.config.stash[_WATCH].tests_run = True


@contextmanager
def _nothing_unawaited(item: pytest.Item) -> Iterator[None]:
    if not item.stash.get(_IS_OURS, False):
        yield
        return
    from contracts.consumer.unawaited import refusing_unawaited

    with _said_plainly(), refusing_unawaited():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test of the consumer that calls an async handler and doesn't await it."""
    with _nothing_unawaited(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Likewise where the handler kept the coroutine, which ends with it."""
    with _nothing_unawaited(item):
        yield
        if item.stash.get(_IS_OURS, False):
            from contracts.consumer.unawaited import let_go

            let_go(getattr(item, "funcargs", {}), "handler")


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Collector | None:
    """Collect an emitter that a test module names with `verify_emitter`."""
    testing = sys.modules.get("contracts.testing")
    if testing is None or not isinstance(obj, testing.EmitterContract) or not name.startswith("test"):
        return None
    from contracts.provider.items import EmitterCollector, collector_name

    collector.config.stash[_WATCH].asked.add(obj.key)
    around = getattr(collector, "obj", None)
    found: EmitterCollector = EmitterCollector.from_parent(collector, name=collector_name(around, name, obj))
    found.contract = obj
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, Any] | None:
    """Give a planned pair a category of its own: neither passed nor failed, and not merely skipped."""
    if getattr(report, "when", None) == "call" and report.skipped and _pending_of(report) is not None:
        return "pending", "p", ("PENDING", {"yellow": True})
    return None


def _pending_of(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    reason = getattr(report, "contracts_pending", None)
    return reason if isinstance(reason, str) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which expectations' tests have passed, and what a CI is to show of an emitter."""
    report = yield
    if "contracts.provider.items" in sys.modules:
        from contracts.provider.items import PENDING, annotations_of

        # An attribute of a report goes through pytest-xdist as JSON; a property of it would stand in JUnit's XML,
        # where Jenkins' schema has no place for it.
        said = vars(report)
        said["contracts_pending"] = item.stash.get(PENDING, None)
        if report.failed:
            said["contracts_annotations"] = annotations_of(item, call.excinfo.value if call.excinfo else None)
    if report.when == "call" and report.passed and not hasattr(report, "wasxfail") and _expects(item):
        _run_of(item.config).passed.add(item.nodeid)
    elif report.failed and _expects(item):
        _run_of(item.config).passed.discard(item.nodeid)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process of pytest-xdist has recorded."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[_WATCH].receive(output.get("contracts_unseen", ()))
    recorded = output.get("contracts")
    if recorded:
        from contracts.expectations.recording import RecordedExpectations

        _run_of(node.config).received.append(RecordedExpectations.from_json(recorded))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand the recording to whoever asked for it, or compare it with the pacts."""
    config = session.config
    _fail_for_unseen(session)
    file = config.getoption("--contracts-record")
    if _RUN not in config.stash and not file:
        return
    from contracts.consumer.run import narrowings, summary_of

    uncollected = config.stash[_UNCOLLECTED]
    narrowed = narrowings(
        config.args,
        vars(config.option),
        config.rootpath,
        config.invocation_params.dir,
        uncollected=uncollected,
    )
    items = [item.nodeid for item in getattr(session, "items", ()) if _expects(item)]
    recording = _run_of(config).recording(items=items, status=int(exitstatus), narrowed=narrowed)
    if hasattr(config, "workeroutput"):
        config.workeroutput["contracts"] = recording.to_json()
    elif file:
        Path(file).write_text(recording.to_json(), encoding="utf-8")
    elif recording.expectations:
        config.stash[_SUMMARY] = summary_of(config.rootpath, recording)


def _fail_for_unseen(session: pytest.Session) -> None:
    config = session.config
    unseen = () if config.option.collectonly else config.stash[_WATCH].unseen()
    if hasattr(config, "workeroutput"):
        config.workeroutput["contracts_unseen"] = [contract.to_json() for contract in unseen]
    elif unseen and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how the pacts compare with what was expected, why pairs are pending, and tell the CI what failed."""
    pending = terminalreporter.stats.get("pending", ())
    if pending:
        terminalreporter.section("pending pairs")
        for report in pending:
            terminalreporter.line(f"{report.nodeid}: {_pending_of(report)}", yellow=True)
    lines = config.stash.get(_SUMMARY, ())
    if lines:
        terminalreporter.section("contracts")
        for line in lines:
            terminalreporter.line(line)
    found = [
        annotation
        for report in terminalreporter.stats.get("failed", ())
        for annotation in getattr(report, "contracts_annotations", ())
    ]
    unseen = () if config.option.collectonly else config.stash[_WATCH].unseen()
    if unseen:
        from contracts.provider.unseen import NEXT

        terminalreporter.section("contracts that nothing verified", red=True)
        for contract in unseen:
            terminalreporter.line(str(contract), red=True)
        terminalreporter.line(f"  next: {NEXT}")
        found += [contract.annotation() for contract in unseen]
    if found:
        from contracts.report.ci import commands_for

        for line in commands_for(found):
            terminalreporter.line(line)
