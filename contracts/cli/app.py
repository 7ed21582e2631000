"""The command group: finds commands, and turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
from functools import cache
from itertools import zip_longest
from pathlib import Path

import click

from contracts import __version__
from contracts.cli.command_group import HelpfulGroup
from contracts.cli.ending import ended_by_others, held_exit
from contracts.cli.output import say, say_json
from contracts.cli.signals import EndedBySignal, ending_tidily, noted_interrupt
from contracts.cli.streams import let_readers_leave
from contracts.errors import ContractsError, ExitCode, MisuseError
from contracts.model.printable import readable

_NOT_COMMANDS = frozenset(
    {
        "app",
        "command_group",
        "completions",
        "ending",
        "init_repository",
        "options",
        "output",
        "record_commands",
        "signals",
        "streams",
        "__main__",
    }
)
"""What holds no command of its own name here; nor does a module whose name ends in `_options`."""

_COMPLETION = "_CONTRACTS_COMPLETE"
"""The variable by which a shell asks for completions, as click names it."""

_RECORDING = ("record-deployment", "record-release", "record-support-ended", "record-undeployment")
"""The commands of one file, `record_commands`: what is recorded of a version's whereabouts."""


class _CommandsByFile(HelpfulGroup):
    """A group whose commands are the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        file, function = ("record_commands", name) if cmd_name in _RECORDING else (name, "command")
        command: click.Command = getattr(importlib.import_module(f"contracts.cli.{file}"), function)
        return command


@cache
def _commands() -> tuple[str, ...]:
    names = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    commands = (name for name in names - _NOT_COMMANDS if not name.endswith("_options"))
    return tuple(sorted([*(name.replace("_", "-") for name in commands), *_RECORDING]))


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from contracts.project.contract_package import contract_package
    from contracts.project.settings import load_settings

    say(f"webinar-contracts {__version__}")
    try:
        package = contract_package(load_settings(Path.cwd()))
        say(f"contract {package.told} ({package.module})")
    except ContractsError as error:
        # The toolkit's version is asked for when something is wrong, too.
        say(f"contract: not known: {error.what}")
    ctx.exit()


@click.group(cls=_CommandsByFile, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the versions of the toolkit and of the contract, and exit.",
)
def contracts() -> None:
    """Consumer-driven contracts for canonical events.

    Exit codes: 0 holds; 1 the contract is broken or the release isn't safe; 2 wrong use or a harness that
    broke; 3 nothing to verify; 4 the broker can't be reached or refused.
    """


def main() -> None:
    """Be the process `contracts …`: run the command line and exit with the promised code, whatever else was loaded."""
    let_readers_leave()
    if _COMPLETION in os.environ:
        # A shell asks what could be typed next; click answers and exits by itself.
        contracts.main(prog_name="contracts")
    with held_exit() as come_to:
        code = run(sys.argv[1:])
        come_to(code)
        # All is said: what an interrupt could break off now is Python's own tidying.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command line inside this process and return the promised exit code; no traceback reaches a user.

    Args:
        arguments: what follows `contracts`.
    """
    # Pact's verifier reports usage over the network unless it is told not to; the user's own choice stays.
    os.environ.setdefault("PACT_DO_NOT_TRACK", "true")
    with noted_interrupt() as is_interrupted:
        try:
            with ending_tidily():
                code = contracts.main(args=arguments, prog_name="contracts", standalone_mode=False)
                sys.stdout.flush()
                return code if isinstance(code, int) else 0
        except EndedBySignal as error:
            return error.status
        except BaseException as error:  # noqa: BLE001 - the last line before a user: a defect is said, not thrown
            return _reported(arguments, KeyboardInterrupt() if is_interrupted() else error)


def _reported(arguments: list[str], error: BaseException) -> int:
    match error:
        case ContractsError():
            return _report_error(arguments, error)
        case click.ClickException():
            return _report_usage(arguments, error)
        case click.Abort() | KeyboardInterrupt():
            say("interrupted", err=True)
            return 130
        case SystemExit():
            return _report_error(arguments, ended_by_others(error))
        case _:
            return _report_defect(arguments, error)


def _wants_json(arguments: list[str]) -> bool:
    """Was JSON asked for? The arguments may be wrong, so that click hasn't read them; the last word counts."""
    wanted = False
    for argument, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        if argument == "--":
            break
        if argument in ("--output", "-o"):
            wanted = following == "json"
        elif argument.startswith(("--output=", "-o")):
            wanted = argument in ("--output=json", "-ojson")
    return wanted


def _report_error(arguments: list[str], error: ContractsError) -> ExitCode:
    if _wants_json(arguments):
        where = str(error.where) if error.where else None
        advice = readable(error.next_step) if error.next_step else None
        said = {"what": readable(error.what), "where": where, "next": advice, "steps": list(error.steps)}
        say_json({"error": said}, indent=None)
    else:
        say(readable(f"error: {f'{error.where}: ' if error.where else ''}{error.what}"), err=True)
        for line in error.advice:
            say(readable(line), err=True)
    return error.exit_code


def _report_usage(arguments: list[str], error: click.ClickException) -> ExitCode:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "contracts"
    what = error.format_message().rstrip(".")
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        # Its message is the whole help.
        say(what, err=True)
        what = f"{command} needs to be told what to do"
    return _report_error(arguments, MisuseError(what, next_step=f"see {command} --help"))


def _report_defect(arguments: list[str], error: BaseException) -> ExitCode:
    if os.environ.get("CONTRACTS_TRACEBACK"):
        raise error
    what = f"a defect of the toolkit: {type(error).__name__}: {error}"
    advice = "set CONTRACTS_TRACEBACK=1 to see where, and report it"
    return _report_error(arguments, MisuseError(what, next_step=advice))
