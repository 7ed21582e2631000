"""Options that several drivers have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.emitters.parts.answers import ACCEPT, SinkAnswer, parse_answers
from contracts.errors import MisuseError
from contracts.model.driver import Capabilities, DriverOption, OptionValues, Step

SETTLE = DriverOption(
    name="settle",
    metavar="SECONDS",
    help="How long nothing must have come before a trigger's emissions are complete.",
    default="0.3",
)
TIMEOUT = DriverOption(
    name="timeout", metavar="SECONDS", help="How long the emitter may take for one trigger.", default="30"
)
REFUSE_WITH = DriverOption(
    name="refuse-with",
    metavar="STATUS|refuse",
    help="What a delivery gets while deliveries are refused: a status, or no answer.",
    default="503",
)
ONE_AT_A_TIME = DriverOption(
    name="one-at-a-time",
    metavar="",
    help="The emitter can't be triggered several times at once; what that would test is reported as untested.",
    is_flag=True,
)


SEED = DriverOption(
    name="seed",
    metavar="TEXT",
    help="Makes the facts that the emitter is asked for; each run has another one, unless it is named.",
)
_SEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")

TERMS = (REFUSE_WITH, ONE_AT_A_TIME, SEED, SETTLE, TIMEOUT)
"""The options of a driver that stands between the emitter and its destination."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms an emitter is driven whose deliveries the driver answers itself.

    Attributes:
        refusal: what a delivery gets while deliveries are refused.
        one_at_a_time: the emitter can't take several triggers at once.
        settle: seconds without a delivery after which a trigger's emissions are complete.
        timeout: seconds that the emitter may take for a trigger.
        seed: what makes the facts, if it was named.
    """

    refusal: SinkAnswer
    one_at_a_time: bool
    settle: float
    timeout: float
    seed: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Everything, unless the emitter can't take several triggers at once."""
        return Capabilities(drives=True, refuses=True, simultaneous=not self.one_at_a_time, seed=self.seed)

    def answer(self, step: Step) -> SinkAnswer:
        """Return what a delivery gets during a step."""
        return self.refusal if step.refuse else ACCEPT


def terms_of(options: OptionValues) -> Terms:
    """Return the terms that the options name.

    Raises:
        MisuseError: a value can't be used, or `--refuse-with` refuses nothing.
    """
    return Terms(
        refusal=_refusal(options),
        one_at_a_time=options.flag("one-at-a-time"),
        settle=options.seconds("settle"),
        timeout=options.seconds("timeout"),
        seed=seed_of(options),
    )


def seed_of(options: OptionValues) -> str | None:
    """Return the seed that was named, if one was.

    Raises:
        MisuseError: it can't stand in an identifier.
    """
    seed = options.get("seed")
    if seed is not None and not _SEED.fullmatch(seed):
        raise MisuseError(
            f"--seed: {seed!r} can't stand in an identifier",
            next_step="say up to 32 letters, digits, full stops, underscores and hyphens, such as run-7",
        )
    return seed


def _refusal(options: OptionValues) -> SinkAnswer:
    text = options.get("refuse-with") or ""
    answers = parse_answers(text, option="refuse-with")
    if len(answers) != 1 or answers[0].response.accepted:
        raise MisuseError(f"--refuse-with: {text!r} refuses nothing", next_step="say a status such as 503, or refuse")
    return answers[0]
