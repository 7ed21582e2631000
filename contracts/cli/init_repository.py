"""`contracts init contract` and `contracts init consumer`, and how every `init` says what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

import click

from contracts.cli.options import project
from contracts.cli.output import say
from contracts.project.contract_package import contract_package
from contracts.project.paths import shown
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.requirements import (
    CONTRACT_VARIABLE,
    TOOLKIT_VARIABLE,
    Sources,
    is_of_this_machine,
    sources_of,
    toolkit_requirement,
)
from contracts.scaffold.writing import FileState, states_of, write_files

F = TypeVar("F", bound=Callable[..., Any])

_DONE = {
    FileState.NEW: "written",
    FileState.UNCHANGED: "unchanged",
    FileState.OVERWRITTEN: "overwritten",
    FileState.KEPT: "is there, left as it is",
}
_WOULD = {
    **_DONE,
    FileState.NEW: "would be written",
    FileState.OVERWRITTEN: "is there, would be overwritten with --force",
}


def _source_option(name: str, variable: str, text: str) -> Callable[[F], F]:
    return click.option(name, metavar="REQUIREMENT", envvar=variable, show_envvar=True, help=text)


toolkit_option = _source_option(
    "--toolkit",
    TOOLKIT_VARIABLE,
    "What installs the toolkit: a version, a wheel, a folder, git+https://…@COMMIT. No name is guessed.",
)
contract_option = _source_option(
    "--contract",
    CONTRACT_VARIABLE,
    "What installs the contract, where it doesn't come with the toolkit: said likewise.",
)


def writing_options(function: F) -> F:
    """Add the options of whatever writes a repository's files."""
    dry_run = click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
    force = click.option("--force", is_flag=True, help="Overwrite files that are there.")
    folder = click.option(
        "--dir",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        metavar="DIR",
        help="The repository; the current folder without it.",
    )
    return folder(force(dry_run(function)))


def write_or_show(folder: Path, files: Iterable[NewFile], *, force: bool, dry_run: bool) -> None:
    """Write the files, or show what writing would do, and say what became of each."""
    states = states_of(folder, files) if dry_run else write_files(folder, files, force=force)
    for file, state in states:
        say(f"{(_WOULD if dry_run else _DONE)[state]}: {shown(folder / file.path)}")


def say_next(steps: Iterable[str]) -> None:
    """Say what is to be done then, in its order."""
    say("next:")
    for number, text in enumerate(steps, start=1):
        say(f"  {number}. " + text.rstrip("\n").replace("\n", "\n     "))


@click.command("contract")
@click.argument("name")
@click.option("--consumer", metavar="NAME", help="Who reads the events.  [default: NAME-consumer]")
@click.option("--emitter", metavar="NAME", help="Who is to state the first event.  [default: NAME-emitter]")
@click.option(
    "--event",
    metavar="NAME",
    default="thing_happened",
    show_default=True,
    help="The first event, such as order_placed.",
)
@click.option("--with-consumer", is_flag=True, help="Keep the consumer's tests here; it has no repository of its own.")
@toolkit_option
@writing_options
def contract_command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    name: str,
    consumer: str | None,
    emitter: str | None,
    event: str,
    with_consumer: bool,
    toolkit: str | None,
    folder: Path,
    force: bool,
    dry_run: bool,
) -> None:
    """Write the repository of a contract: the events of NAME, who may state them, the document, checks and CI.

    It is a Python package that consumers and emitters install; the toolkit finds it there by itself.

    \b
    Example:
      contracts init contract orders --event order_placed --dir ../orders-contract
    """
    from contracts.scaffold.contract import NewContract, contract_files

    asked = NewContract(
        name,
        consumer or f"{name}-consumer",
        emitter or f"{name}-emitter",
        event,
        Sources(toolkit_requirement(toolkit, folder)),
        with_consumer,
    )
    files = contract_files(asked)
    write_or_show(folder, files, force=force, dry_run=dry_run)
    steps = [
        f"write your events into {asked.module}/events.py, and who may state them into {asked.module}/emitters.toml"
    ]
    steps += ["contracts capture", "contracts check"] if with_consumer else ["contracts check"]
    say_next([*inside(folder), *sources_step(asked.sources), *steps, "git init && git add --all && git commit"])


@click.command("consumer")
@contract_option
@toolkit_option
@writing_options
def consumer_command(*, contract: str | None, toolkit: str | None, folder: Path, force: bool, dry_run: bool) -> None:
    """Write what the repository of the consumer needs: settings, a handler, an expectation, checks and CI.

    The contract that is installed here says who the consumer is, and what it may read.

    \b
    Example:
      contracts init consumer --dir ../consumer
    """
    from contracts.scaffold.consumer import consumer_files

    settings, domain = project()
    sources = sources_of(toolkit, contract, contract_package(settings), folder)
    write_or_show(folder, consumer_files(sources, domain), force=force, dry_run=dry_run)
    say_next([*inside(folder), *sources_step(sources), "contracts capture", "contracts check"])


def inside(folder: Path) -> list[str]:
    """Return the step into another folder, where the repository isn't the current one."""
    return [] if folder == Path() else [f"cd {quote(shown(folder))}"]


def sources_step(sources: Sources) -> list[str]:
    """Return the step that says where what is installed comes from, where nobody has said it yet."""
    for name, _, line in sources.said:
        if is_of_this_machine(line):
            say(f"note: --{name} names a file of this machine; CI needs one in the repository, or an address", err=True)
    missing = [(f"the {name}", variable) for name, variable, line in sources.said if line is None]
    if not missing:
        return []
    whats, variables = (" and ".join(words) for words in zip(*missing, strict=True))
    verb = "comes" if len(missing) == 1 else "come"
    where = f"say in ci/requirements.txt where {whats} {verb} from (git+https://…@COMMIT, a wheel, NAME==VERSION)"
    return [f"{where}, or set {variables} in CI: no name is guessed"]
