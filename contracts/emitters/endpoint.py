"""`--endpoint URL`: Pact's message-provider protocol; the emitter answers with the message that it would send.

For each trigger `{"description", "providerStates": [{"name", "params"}]}` is posted, as stock message providers want:
description and state are the pact's for the interaction, or the event's name where no pact speaks of it; the params
are the fact. The body of a 2xx answer is the message; its content type is `contentType` of the base64 JSON in
`Pact-Message-Metadata`, else the answer's own. 204 says that nothing is sent, as by an emitter that doesn't state the
event yet. Any status but 2xx is an error, also where the body would match; for a planned pair it says that there is no
handler yet.

`--state-change URL` is posted `{"state", "params", "action": "setup"}` before each trigger, with the same statuses.
Nothing is delivered, so that a refusal can't be tested.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.emitters.parts.http_calls import Calls, Reply, checked_url
from contracts.emitters.parts.options import SEED, TIMEOUT, seed_of
from contracts.emitters.parts.request_headers import HEADER, request_headers
from contracts.emitters.parts.started import READY, START, NotStartedError, Start, how_it_ended, start_of, started
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan, Step, capable_steps
from contracts.model.emission import Emission, Fault, Observation, Settled, Trigger
from contracts.model.strict_json import JsonRefusedError, decode, decode_text

_METADATA = "pact-message-metadata"


@dataclass(frozen=True, slots=True)
class EndpointDriver:
    """Asks an emitter for messages.

    Attributes:
        url: where messages are asked for.
        state_change: where a state is announced first, if anywhere.
        start: how the emitter's process is started, if the driver starts it.
        headers: sent with each request.
        timeout: seconds that a request may take.
        seed: what makes the facts, if it was named.
    """

    url: str
    state_change: str | None
    start: Start
    headers: tuple[tuple[str, str], ...]
    timeout: float
    seed: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        """It triggers, and that is all: nothing is delivered."""
        return Capabilities(drives=True, described=True, seed=self.seed)

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Ask for each step's message and yield it; steps that refuse or overlap are left out."""
        calls = Calls(self.timeout, dict(self.headers))
        try:
            with started(self.start, sink_url=None, timeout=self.timeout) as process:
                stated: set[str] = set()
                for step in capable_steps(plan, self.capabilities):
                    (trigger,) = step.triggers
                    try:
                        reply = _asked(self, calls, step)
                    except _NoMessageError as error:
                        has_no_handler = step.planned and error.answered and trigger.event not in stated
                        what = f"{error}{how_it_ended(process)}"
                        fault = Fault("driver-error", what, next_step=_ADVICE, trigger=trigger)
                        yield Settled(trigger, remark=str(error)) if has_no_handler else fault
                        continue
                    stated.add(trigger.event)
                    yield from _observed(self.url, reply, trigger)
        except NotStartedError as error:
            yield Fault("driver-error", str(error), next_step="see what --start and --ready name")
        finally:
            calls.close()


_ADVICE = (
    "the endpoint answers 2xx with the message, and 204 where the emitter sends none, or doesn't state the event yet"
)


class _NoMessageError(Exception):
    """No message came; the message says why.

    Attributes:
        answered: the emitter answered, and said no.
    """

    def __init__(self, why: str, *, answered: bool) -> None:
        super().__init__(why)
        self.answered = answered


def _asked(driver: EndpointDriver, calls: Calls, step: Step) -> Reply:
    """Announce the state and ask for the message.

    Raises:
        _NoMessageError: one of them couldn't be, or was answered with another status than 2xx.
    """
    (trigger,) = step.triggers
    state = {"name": step.state or trigger.event, "params": trigger.fact}
    if driver.state_change:
        announced = {"state": state["name"], "params": trigger.fact, "action": "setup"}
        _answered(calls, driver.state_change, announced, " to a state change")
    question = {"description": step.description or trigger.event, "providerStates": [state]}
    return _answered(calls, driver.url, question, f" to the question for {question['description']!r}")


def _answered(calls: Calls, url: str, document: dict[str, Any], what: str) -> Reply:
    (reply,) = calls.post(url, [document])
    if isinstance(reply, str):
        raise _NoMessageError(reply, answered=False)
    if not reply.is_success:
        raise _NoMessageError(f"{url} answered {reply.status}{what}{reply.excerpt()}", answered=True)
    return reply


def _observed(url: str, reply: Reply, trigger: Trigger) -> Iterator[Observation]:
    if reply.status != 204:
        try:
            headers = _headers(reply)
        except ValueError as error:
            yield Fault("driver-error", f"{url}: {error}", next_step=_METADATA_ADVICE, trigger=trigger)
            return
        yield Emission(headers=headers, body=reply.body, url=url, trigger=trigger)
    yield Settled(trigger)


_METADATA_ADVICE = 'send Pact-Message-Metadata as base64 of a JSON object such as {"contentType": "…"}'


def _headers(reply: Reply) -> dict[str, str]:
    """Return the message's headers: its metadata, and the answer's content type where that names none."""
    headers = {"content-type": reply.headers["content-type"]} if "content-type" in reply.headers else {}
    encoded = reply.headers.get(_METADATA)
    if encoded is None:
        return headers
    try:
        metadata = decode(decode_text(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, JsonRefusedError, ValueError) as error:
        raise ValueError(f"Pact-Message-Metadata can't be read: {error}") from None
    entries = metadata.items() if isinstance(metadata, dict) else None
    if entries is None:
        raise ValueError("Pact-Message-Metadata holds no JSON object")
    texts = {name.lower(): value for name, value in entries if isinstance(value, str)}
    return headers | {"content-type" if name == "contenttype" else name: value for name, value in texts.items()}


def _open(options: OptionValues) -> EndpointDriver:
    state_change = options.get("state-change")
    return EndpointDriver(
        url=checked_url(options.get("endpoint") or "", option="endpoint"),
        state_change=checked_url(state_change, option="state-change") if state_change else None,
        start=start_of(options),
        headers=request_headers(options),
        timeout=options.seconds("timeout"),
        seed=seed_of(options),
    )


KIND = DriverKind(
    option=DriverOption(
        name="endpoint",
        metavar="URL",
        help="A message endpoint of Pact's protocol: it is asked for each message and answers with it.",
    ),
    open=_open,
    shared=(
        DriverOption(name="state-change", metavar="URL", help="Is told the provider state before each message."),
        HEADER,
        START,
        READY,
        SEED,
        TIMEOUT,
    ),
)
