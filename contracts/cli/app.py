"""The command group: finds commands, and turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

import click

from contracts import __version__
from contracts.errors import ContractsError, ExitCode

_NOT_COMMANDS = frozenset({"app", "options", "broker_options", "driver_options", "publication_options", "__main__"})


class _CommandsByFile(click.Group):
    """A group whose commands are the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        names = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
        return sorted(name.replace("_", "-") for name in names - _NOT_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"contracts.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from contracts.model.names import did_you_mean

        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            raise click.UsageError(f"no command is called {name!r}{did_you_mean(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_CommandsByFile, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", message="webinar-contracts %(version)s")
def contracts() -> None:
    """Consumer-driven contracts for canonical webinar events.

    Exit codes: 0 holds; 1 the contract is broken or the release isn't safe; 2 wrong use or a harness that
    broke; 3 nothing to verify; 4 the broker can't be reached or refused.
    """


def main() -> None:
    """Run the command line and exit with the promised code; no traceback reaches a user."""
    # Pact's verifier reports usage over the network unless it is told not to; the user's own choice stays.
    os.environ.setdefault("PACT_DO_NOT_TRACK", "true")
    arguments = sys.argv[1:]
    try:
        code = contracts.main(args=arguments, prog_name="contracts", standalone_mode=False)
        sys.stdout.flush()
    except ContractsError as error:
        code = _report(
            arguments, error.what, str(error.where) if error.where else None, error.next_step, error.exit_code
        )
    except click.ClickException as error:
        code = _report_usage(arguments, error)
    except click.Abort:
        click.echo("interrupted", err=True)
        code = 130
    except BrokenPipeError:
        # The reader of a pipe has gone: nothing is left to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.HOLDS
    except Exception as error:  # noqa: BLE001 - the last line before a user: a defect is said, not thrown
        code = _report_defect(arguments, error)
    sys.exit(int(code) if isinstance(code, int) else 0)


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(
        argument in ("--output=json", "-ojson") or (argument in ("--output", "-o") and value == "json")
        for argument, value in pairs
    )


def _report(arguments: list[str], what: str, where: str | None, next_step: str | None, code: ExitCode) -> ExitCode:
    if _wants_json(arguments):
        document: dict[str, Any] = {"error": {"what": what, "where": where, "next": next_step}}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        click.echo(f"error: {f'{where}: ' if where else ''}{what}", err=True)
        if next_step:
            click.echo(f"  next: {next_step}", err=True)
    return code


def _report_usage(arguments: list[str], error: click.ClickException) -> ExitCode:
    context = getattr(error, "ctx", None)
    help_of = context.command_path if context else "contracts"
    return _report(arguments, error.format_message().rstrip("."), None, f"see {help_of} --help", ExitCode.MISUSE)


def _report_defect(arguments: list[str], error: Exception) -> ExitCode:
    if os.environ.get("CONTRACTS_TRACEBACK"):
        raise error
    what = f"a defect of the toolkit: {type(error).__name__}: {error}"
    return _report(arguments, what, None, "set CONTRACTS_TRACEBACK=1 to see where, and report it", ExitCode.MISUSE)
