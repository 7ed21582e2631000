"""A project whose contract is released, an emitter's runs, and what the broker holds of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.broker.publishing import PactPublication, publish
from contracts.broker.results import PostedResult, result
from contracts.broker.version_matrix import every_result
from contracts.model.pact import parse_pact
from contracts.testing.project import Project
from tests.project.checkouts import Checkout
from tests.release.commands import Cli, Done, emissions
from tests.release.project import COMPLETED, CONSUMER, TRACKER, add_consumer_tests

PRODUCTION = ("--to-environment", "production")


@dataclass(frozen=True, slots=True)
class Story:
    """Commands as people type them, and a repository that holds the contract."""

    cli: Cli
    root: Path

    def ok(self, *arguments: str) -> Done:
        """Run a command that has to hold."""
        done = self.cli(*arguments)
        assert done.code == 0, done
        return done

    def release(self, tag: str) -> None:
        """Commit everything that the repository holds, and tag it."""
        self.commit()
        self._checkout.git("tag", tag)

    def commit(self) -> None:
        """Commit everything that the repository holds."""
        with suppress(OSError):
            (self.root / ".git").rmdir()
            self._checkout.git("init", "--quiet", "--initial-branch=main", "--template=")
            (self.root / ".gitignore").write_text(".contracts/\n__pycache__/\n", encoding="utf-8")
        self._checkout.commit()

    def checkout(self, tag: str) -> None:
        """Bring the repository to what was released."""
        self._checkout.git("checkout", "--quiet", "--force", tag)

    @property
    def _checkout(self) -> Checkout:
        return Checkout(Project(self.root))

    def run(self, version: str, *events: str, code: int = 0, options: tuple[str, ...] = ()) -> Done:
        """Let the emitter's own CI verify and publish a version that emits these events."""
        return self.verify(version, emissions(self.root.parent / f"{version}.ndjson", events), code, *options)

    def verify(self, version: str, captures: Path, code: int = 0, *options: str) -> Done:
        """Let the emitter's own CI verify and publish a version by its captures."""
        done = self.cli(
            *("verify", TRACKER, "--captures", str(captures), "--broker", "--publish"),
            *("--version", version, "--branch", "main", *options),
        )
        assert done.code == code, done
        return done

    def deploy(self, name: str, version: str) -> None:
        """Record a version as deployed to production."""
        self.ok("record-deployment", name, "--version", version, *PRODUCTION)

    def publish(self, version: str, *options: str) -> Done:
        """Publish the pacts as a version of the scenario service."""
        return self.cli("publish", "--version", version, "--branch", "main", *options)

    def answer(self, name: str, version: str, *options: str) -> Any:
        """Ask `can-i-deploy`, and return its document."""
        return self.cli("can-i-deploy", name, "--version", version, *PRODUCTION, "--output", "json", *options).document

    def results(self, version: str, consumer: str = CONSUMER) -> dict[str, PostedResult]:
        """Return each result of a version of the tracker, the latest first, by its address."""
        rows = every_result(self.cli.client, consumer, TRACKER, version)
        return {str(row.result_url): result(self.cli.client, str(row.result_url)) for row in rows}


def begun(cli: Cli, root: Path, written: Path) -> Story:
    """Return a story from a released contract on, with an environment called production.

    Args:
        written: the pacts that the consumer tests ask for.
    """
    add_consumer_tests(root)
    return begun_quickly(cli, root, written)


def write_captures(file: Path, *sent: Mapping[str, Any]) -> Path:
    """Write captures, a line each."""
    file.write_text("".join(f"{json.dumps(one)}\n" for one in sent), encoding="utf-8")
    return file


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of captures."""
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def begun_quickly(cli: Cli, root: Path, written: Path) -> Story:
    """Return a story from a released contract on whose pacts somebody wrote before."""
    shutil.copytree(written, root / "pacts")
    story = Story(cli, root)
    story.release("v1.0.0")
    story.ok("create-environment", "production", "--production")
    return story


def publish_as(
    story: Story,
    version: str,
    *,
    implemented: Collection[str] = (COMPLETED,),
    consumer: str = CONSUMER,
    branch: str = "main",
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Publish the written pact as a consumer's version.

    Args:
        implemented: what isn't pending in it.
        metadata: what it asks for beside the bodies.
    """
    document = json.loads((story.root / "pacts" / f"{CONSUMER}-{TRACKER}.json").read_text(encoding="utf-8"))
    document["consumer"]["name"] = consumer
    for interaction in document["interactions"]:
        interaction["pending"] = interaction["key"].split("/")[0] not in implemented
        interaction["metadata"] |= metadata or {}
    found = parse_pact(json.dumps(document), source="here")
    publish(story.cli.client, PactPublication(consumer, version, branch, (found,)))
