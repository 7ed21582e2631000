"""What the pages show, as values: they are read from the broker's file once, and rendered."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["passed", "failed", "pending", "unverified"]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """Something that a result says is wrong: by which rule (or kind of mismatch), where, and in words."""

    rule: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownTest:
    """What a result says of one interaction of a pact.

    Attributes:
        state: the verdict; `pending` is a failure that fails nothing.
        about: the rest that names the interaction.
    """

    event: str
    about: str
    state: State
    findings: tuple[ShownFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A verification result as it was posted.

    Attributes:
        run: the run that it belongs to, None where the result doesn't say.
        contract: the digest of the contract or registry that it was judged by.
        untested: what the run couldn't test, None where the result doesn't say.
        remarks: what the run says of the working copy that was verified.
        tests: what it says of each interaction; none where the tool that posted it lists none.
        rests_on: the runs whose evidence was judged again here; none where it is a run of the provider's own.
        kept: what of the run is kept as evidence, in words; None where nothing is.
        contract_version: the released version of that contract, where it was one.
    """

    consumer: str
    consumer_version: str
    provider: str
    provider_version: str
    success: bool
    at: str
    by: str
    build_url: str | None
    run: str | None
    contract: str | None
    untested: tuple[str, ...] | None
    remarks: tuple[str, ...]
    tests: tuple[ShownTest, ...]
    rests_on: tuple[str, ...] = ()
    kept: str | None = None
    contract_version: str | None = None

    @property
    def state(self) -> State:
        """The verdict."""
        return "passed" if self.success else "failed"


@dataclass(frozen=True, slots=True)
class ShownPair:
    """The latest pact of a consumer and a provider, and the last result for its content.

    Attributes:
        tests: each interaction of the pact with what the result says of it.
    """

    consumer: str
    consumer_version: str
    provider: str
    published_at: str
    result: ShownResult | None
    tests: tuple[ShownTest, ...]

    @property
    def state(self) -> State:
        """The verdict."""
        return self.result.state if self.result else "unverified"


@dataclass(frozen=True, slots=True)
class ShownPlacement:
    """A version that is deployed or released somewhere."""

    pacticipant: str
    number: str
    kind: str
    instance: str | None
    since: str


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """An environment with what is there now."""

    name: str
    label: str
    production: bool
    placements: tuple[ShownPlacement, ...]


@dataclass(frozen=True, slots=True)
class ShownReason:
    """Why an answer is what it is: `success`, `warning` or `error`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The broker's answer to whether a version may go to an environment; None is unknown."""

    pacticipant: str
    number: str
    environment: str
    deployable: bool | None
    reasons: tuple[ShownReason, ...]

    @property
    def word(self) -> str:
        """Yes, no or unknown."""
        return {True: "yes", False: "no", None: "unknown"}[self.deployable]

    @property
    def state(self) -> State:
        """The look of the answer."""
        states: dict[bool | None, State] = {True: "passed", False: "failed", None: "unverified"}
        return states[self.deployable]

    @property
    def command(self) -> str:
        """The stricter question, to be typed into a shell."""
        words = (
            *("contracts", "can-i-deploy", self.pacticipant, "--version", self.number),
            *("--to-environment", self.environment),
        )
        return " ".join(map(shlex.quote, words))


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version in a list.

    Attributes:
        places: the names of the environments it is in.
    """

    pacticipant: str
    number: str
    branches: tuple[str, ...]
    tags: tuple[str, ...]
    places: tuple[str, ...]
    created_at: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The first page: who states what to whom, what runs where, and what may go to production."""

    pairs: Sequence[ShownPair]
    places: Sequence[ShownPlace]
    answers: Sequence[ShownAnswer]
    pacticipants: Sequence[ShownVersion | str]


@dataclass(frozen=True, slots=True)
class PacticipantPage:
    """A pacticipant: its pairs and its latest versions."""

    name: str
    main_branch: str | None
    repository_url: str | None
    pairs: Sequence[ShownPair]
    versions: Sequence[ShownVersion]
    total: int


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version: where it is, whether it may go elsewhere, its pacts, and every pact's latest results."""

    version: ShownVersion
    build_url: str | None
    answers: Sequence[ShownAnswer]
    pacts: Sequence[ShownPair]
    results: Sequence[ShownResult]
    more_results: int
