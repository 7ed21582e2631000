"""`--endpoint URL`: Pact's message-provider protocol; the emitter answers with the message that it would send.

For each trigger `{"description", "providerStates": [{"name", "params"}]}` is posted: description and state name
are the event, the params are the fact. The body of a 2xx answer is the message; its content type is
`contentType` of the base64 JSON in `Pact-Message-Metadata`, else the answer's own. 204 says that nothing is sent, as
by an emitter that doesn't state the event yet. Any status but 2xx is an error, also where the body would match.

`--state-change URL` is posted `{"state", "params", "action": "setup"}` before each trigger, with the same statuses.
Nothing is delivered, so that a refusal can't be tested.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.emitters.parts.http_calls import Calls, Reply, checked_url
from contracts.emitters.parts.options import TIMEOUT
from contracts.emitters.parts.request_headers import HEADER, request_headers
from contracts.emitters.parts.started import READY, START, NotStartedError, Start, how_it_ended, start_of, started
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan, capable_steps
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
    """

    url: str
    state_change: str | None
    start: Start
    headers: tuple[tuple[str, str], ...]
    timeout: float

    @property
    def capabilities(self) -> Capabilities:
        """It triggers, and that is all: nothing is delivered."""
        return Capabilities(drives=True)

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Ask for each step's message and yield it; steps that refuse or overlap are left out."""
        calls = Calls(self.timeout, dict(self.headers))
        try:
            with started(self.start, sink_url=None, timeout=self.timeout) as process:
                for step in capable_steps(plan, self.capabilities):
                    (trigger,) = step.triggers
                    reply = _asked(self, calls, trigger)
                    if isinstance(reply, str):
                        yield Fault("driver-error", reply + how_it_ended(process), next_step=_ADVICE, trigger=trigger)
                        continue
                    yield from _observed(self.url, reply, trigger)
        except NotStartedError as error:
            yield Fault("driver-error", str(error), next_step="see what --start and --ready name")
        finally:
            calls.close()


_ADVICE = (
    "the endpoint answers 2xx with the message, and 204 where the emitter sends none, or doesn't state the event yet"
)


def _asked(driver: EndpointDriver, calls: Calls, trigger: Trigger) -> Reply | str:
    """Announce the state and ask for the message; text says what went wrong."""
    if driver.state_change:
        state = {"state": trigger.event, "params": trigger.fact, "action": "setup"}
        (announced,) = calls.post(driver.state_change, [state])
        if isinstance(announced, str):
            return announced
        if not announced.is_success:
            return f"{driver.state_change} answered {announced.status} to a state change{announced.excerpt()}"
    interaction = {
        "description": trigger.event,
        "providerStates": [{"name": trigger.event, "params": trigger.fact}],
    }
    (reply,) = calls.post(driver.url, [interaction])
    if isinstance(reply, str) or reply.is_success:
        return reply
    return f"{driver.url} answered {reply.status}{reply.excerpt()}"


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
        TIMEOUT,
    ),
)
