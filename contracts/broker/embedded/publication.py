"""Reading a request to publish contracts: what it has to hold, and what is wrong with it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker.embedded.context import parse_json
from contracts.broker.embedded.problems import Problem, ValidationProblem


@dataclass(frozen=True, slots=True)
class Contract:
    """One pact of a publication."""

    provider: str
    pact: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicationRequest:
    """A consumer version and its pacts."""

    consumer: str
    number: str
    branch: str | None
    tags: tuple[str, ...]
    build_url: str | None
    contracts: tuple[Contract, ...]


# Whoever lists names prints them: what controls a terminal, ends a line or turns the reading direction isn't stored.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def publication_request(body: dict[str, Any]) -> PublicationRequest:
    """Read and check a publication.

    Raises:
        ValidationProblem: what is wrong, by field.
    """
    errors: dict[str, list[str]] = {}
    for field in ("pacticipantName", "pacticipantVersionNumber"):
        if text := name_error(body, field):
            errors[field] = [text]
    if body.get("branch") is not None and (text := name_error(body, "branch")):
        errors["branch"] = [text]
    if body.get("buildUrl") not in (None, "") and (text := name_error(body, "buildUrl")):
        errors["buildUrl"] = [text]
    tags = body.get("tags") or []
    if not isinstance(tags, list) or any(map(_name_fault, tags)):
        errors["tags"] = ["must be a list of names, each one line without control characters"]
    contracts, texts = _contracts(body.get("contracts"), body.get("pacticipantName"))
    if texts:
        errors["contracts"] = texts
    if errors:
        raise ValidationProblem(errors)
    return PublicationRequest(
        consumer=body["pacticipantName"],
        number=body["pacticipantVersionNumber"],
        branch=body.get("branch"),
        tags=tuple(tags),
        build_url=body.get("buildUrl") or None,
        contracts=tuple(contracts),
    )


def _contracts(listed: Any, pacticipant: Any) -> tuple[list[Contract], list[str]]:
    if listed is None:
        return [], ["is missing"]
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        return [], ["must be a list of at least one contract"]
    contracts: list[Contract] = []
    texts: list[str] = []
    for index, item in enumerate(listed):
        try:
            contracts.append(_contract(item, pacticipant))
        except ValidationProblem as problem:
            texts += [f"{text} (at index {index})" for text in problem.errors]
    return contracts, texts


def name_error(body: Mapping[str, Any], field: str) -> str | None:
    """Say what is wrong with a name: it has to be there, a line that shows something, and that does nothing."""
    value = body.get(field)
    if value is None:
        return "is missing"
    return _name_fault(value)


def _name_fault(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    if not value.strip():
        return "can't be blank"
    if "\n" in value:
        return "must be one line"
    if not _encodable(value):
        return "must be text that UTF-8 can hold"
    return "must hold no control characters" if not value.isprintable() and _CONTROLS.search(value) else None


def refuse_odd_names(**names: str) -> None:
    """Refuse to store what an address names blank, in more than one line, or with control characters.

    Raises:
        ValidationProblem: which of them, and why.
    """
    errors = {field: [text] for field in names if (text := name_error(names, field))}
    if errors:
        raise ValidationProblem(errors)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _contract(item: dict[str, Any], pacticipant: Any) -> Contract:
    fields = ("consumerName", "providerName", "content")
    errors = [f"{field} {text}" for field in fields if (text := name_error(item, field))]
    for field, only in (("contentType", "application/json"), ("specification", "pact")):
        if item.get(field) != only:
            errors.append(f"{field} must be {only}")
    if not errors and isinstance(pacticipant, str) and item["consumerName"] != pacticipant:
        errors.append(f"consumerName '{item['consumerName']}' isn't the pacticipantName '{pacticipant}'")
    if errors:
        raise ValidationProblem(errors)
    pact = _decoded(item["content"])
    for side in ("consumer", "provider"):
        written = name_in_pact(pact, side)
        if written is not None and written != item[f"{side}Name"]:
            errors.append(f"the pact's {side} '{written}' isn't the {side}Name '{item[f'{side}Name']}'")
    if errors:
        raise ValidationProblem(errors)
    return Contract(item["providerName"], pact)


def name_in_pact(pact: dict[str, Any], side: str) -> Any:
    """Return the name of the consumer or provider that a pact gives itself, if it does."""
    party = pact.get(side)
    return party.get("name") if isinstance(party, dict) else None


def _decoded(content: str) -> dict[str, Any]:
    try:
        pact = parse_json(base64.b64decode(content, validate=True))
    except ValueError:
        # Not `binascii.Error` alone: a text beyond ASCII is refused as a value.
        raise ValidationProblem(["content is no base64"]) from None
    except Problem as problem:
        raise ValidationProblem([f"content: {problem.detail}"]) from problem
    if not isinstance(pact, dict):
        raise ValidationProblem(["content must be a JSON object"])
    return pact
