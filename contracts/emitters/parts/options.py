"""Options that several drivers have."""

from __future__ import annotations

from contracts.emitters.parts.answers import Answer, parse_answers
from contracts.errors import MisuseError
from contracts.model.driver import DriverOption, OptionValues

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


def refusal(options: OptionValues) -> Answer:
    """Return what a delivery gets while deliveries are refused.

    Raises:
        MisuseError: it is no single answer, or one that takes the delivery.
    """
    text = options.get("refuse-with") or ""
    answers = parse_answers(text, option="refuse-with")
    if len(answers) != 1 or answers[0].response.accepted:
        raise MisuseError(f"--refuse-with: {text!r} refuses nothing", next_step="say a status such as 503, or refuse")
    return answers[0]
