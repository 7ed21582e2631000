"""What is where: a version is recorded as deployed or released, and as gone.

`record-deployment` and `record-undeployment` are for one site, where the next version takes the last one's place;
`record-release` and `record-support-ended` are for many sites, each at a version of its own.
"""

from __future__ import annotations

import os

import click

from contracts.cli.broker_options import BrokerOption, branch_option, broker_options
from contracts.cli.completions import pacticipants
from contracts.cli.options import output_option, project
from contracts.cli.output import say, say_json
from contracts.model.release import Answer
from contracts.project.pacts import own_pacts
from contracts.project.version import require_version
from contracts.release.deployments import Recorded, Target, record_absence, record_presence
from contracts.release.question import emitters_of
from contracts.report.releases import decision_lines


@click.command("record-deployment", short_help="Record that a version is deployed to an environment.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", metavar="VERSION", help="The version that was deployed; else GIT_COMMIT, CI, git.")
@click.option(
    "--to-environment", "environment", metavar="NAME", required=True, help="The environment, such as production."
)
@click.option("--instance", metavar="NAME", help="Which installation, where several run side by side.")
@branch_option
@broker_options
@output_option("table", "json")
def record_deployment(
    *,
    pacticipant: str,
    version: str | None,
    environment: str,
    instance: str | None,
    branch: str | None,
    broker: BrokerOption,
    output: str,
) -> None:
    """Record that PACTICIPANT runs at one site: the version before it is replaced.

    For what many sites install by themselves, such as a plugin, see record-release.

    \b
    Example:
      contracts record-deployment client-webinar-scenario-service --version 2.3.0 --to-environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    named = require_version(version, os.environ, settings.root).value
    target = Target(pacticipant, environment, instance)
    pacts = own_pacts(settings, emitters_of(domain.registry, pacticipant))
    done = record_presence(client, domain, target, named, kind="deployed", branch=branch, pacts=pacts)
    _show_presence(done, f"deployed to {environment}", client.name, output)


@click.command("record-release", short_help="Record that a version is released to many sites.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", metavar="VERSION", help="The version that was released; else GIT_COMMIT, CI, git.")
@click.option(
    "--to-environment", "environment", metavar="NAME", required=True, help="The environment, such as production."
)
@branch_option
@broker_options
@output_option("table", "json")
def record_release(
    *, pacticipant: str, version: str | None, environment: str, branch: str | None, broker: BrokerOption, output: str
) -> None:
    """Record that PACTICIPANT is released: many sites may run it, older versions beside it.

    Every released version counts until record-support-ended. For one site see record-deployment.

    \b
    Example:
      contracts record-release client-webinar-tracker-v2 --version 1.4.0 --to-environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    named = require_version(version, os.environ, settings.root).value
    target = Target(pacticipant, environment)
    pacts = own_pacts(settings, emitters_of(domain.registry, pacticipant))
    done = record_presence(client, domain, target, named, kind="released", branch=branch, pacts=pacts)
    _show_presence(done, f"released in {environment}", client.name, output)


def _show_presence(done: Recorded, where: str, broker: str, output: str) -> None:
    if output == "json":
        say_json({**done.to_json(), "broker": broker})
        return
    state = "is recorded" if done.changed else "was recorded before"
    say(f"{done.pacticipant} {done.version} {state} as {where} (confirmed by {broker})")
    if done.decision is not None and done.decision.answer is not Answer.YES:
        say("recorded, and this doesn't hold:")
        for line in decision_lines(done.decision):
            say(f"  {line}")


@click.command("record-undeployment", short_help="Record that a deployed version has left an environment.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("--environment", metavar="NAME", required=True, help="The environment, such as production.")
@click.option("--instance", metavar="NAME", help="Which installation, where several run side by side.")
@broker_options
@output_option("table", "json")
def record_undeployment(
    *, pacticipant: str, environment: str, instance: str | None, broker: BrokerOption, output: str
) -> None:
    """Record that PACTICIPANT was taken out of an environment and nothing replaced it.

    \b
    Example:
      contracts record-undeployment client-webinar-scenario-service --environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    done = record_absence(client, domain.registry, Target(pacticipant, environment, instance), kind="deployed")
    if output == "json":
        say_json({"recorded": [one.to_json() for one in done], "broker": client.name})
    else:
        for one in done:
            say(f"{pacticipant} {one.version} is recorded as undeployed from {environment} ({client.name})")


@click.command("record-support-ended", short_help="Record that a released version is no longer supported.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", "version", metavar="VERSION", required=True, help="The version that was released.")
@click.option("--environment", metavar="NAME", required=True, help="The environment, such as production.")
@broker_options
@output_option("table", "json")
def record_support_ended(
    *, pacticipant: str, version: str, environment: str, broker: BrokerOption, output: str
) -> None:
    """Record that the released VERSION of PACTICIPANT no longer counts in an environment.

    \b
    Example:
      contracts record-support-ended client-webinar-tracker-v2 --version 1.4.0 --environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    done = record_absence(client, domain.registry, Target(pacticipant, environment), kind="released", version=version)
    if output == "json":
        say_json({"recorded": [one.to_json() for one in done], "broker": client.name})
    else:
        for one in done:
            say(f"{pacticipant} {one.version} is recorded as no longer supported in {environment} ({client.name})")
