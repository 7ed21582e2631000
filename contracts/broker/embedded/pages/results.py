"""Reading what a result says. Any tool may have posted it: what isn't understood is left out, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.broker.embedded.pages.values import ShownFinding, ShownResult, ShownTest, State
from contracts.broker.embedded.records.results import ResultRecord


def shown_result(result: ResultRecord, consumer_version: str) -> ShownResult:
    """Return a result as it is shown.

    Args:
        result: the result.
        consumer_version: the consumer version whose pact it is shown for.
    """
    entries = list(_entries(result.test_results))
    # What is true of the whole run stands in one of the tests: a broker keeps no other place for it.
    runs = [entry["run"] for entry in entries if isinstance(entry.get("run"), dict)]
    language = result.verified_by.get("clientLanguage")
    client = language if isinstance(language, dict) else {}
    by = (result.verified_by.get("implementation"), result.verified_by.get("version") or client.get("version"))
    return ShownResult(
        consumer=result.consumer,
        consumer_version=consumer_version,
        provider=result.provider,
        provider_version=result.provider_version,
        success=result.success,
        at=result.created_at,
        by=" ".join(text for text in by if isinstance(text, str)) or "a tool that doesn't say its name",
        build_url=result.build_url,
        run=_said(runs, "id"),
        contract=_said(runs, "contract") or _said(entries, "registry"),
        untested=_untested(runs),
        remarks=tuple(text for run in runs for text in _texts(run.get("remarks"))),
        tests=tuple(_test(entry) for entry in entries if _names_something(entry)),
        rests_on=tuple(text for run in runs for text in _sources(run.get("judged_again"))),
        kept=next((text for run in runs if (text := _kept(run.get("evidence")))), None),
        contract_version=_said(runs, "contract_version"),
    )


def shown_tests(pact: Mapping[str, Any], result: ResultRecord | None) -> tuple[ShownTest, ...]:
    """Return each interaction of a pact with what a result for its content says of it."""
    entries = list(_entries(result.test_results)) if result else []
    by_id = {entry["interactionId"]: entry for entry in entries if isinstance(entry.get("interactionId"), str)}
    by_key = {entry["interactionKey"]: entry for entry in entries if isinstance(entry.get("interactionKey"), str)}
    shown = []
    for interaction in _interactions(pact):
        entry = by_id.get(str(interaction.get("_id"))) or by_key.get(str(interaction.get("key")))
        event, about = _event(interaction.get("key"), interaction.get("description"))
        pending = interaction.get("pending") is True
        if entry is not None:
            state = _state(entry.get("success") is True, pending=pending or entry.get("pending") is True)
        elif result is not None and not entries:
            state = _state(result.success, pending=pending)
        else:
            state = "unverified"
        shown.append(ShownTest(event, about, state, _findings(entry) if entry else ()))
    return tuple(shown)


def _state(success: bool, *, pending: bool) -> State:
    if success:
        return "passed"
    return "pending" if pending else "failed"


def _interactions(pact: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in ("interactions", "messages"):
        listed = pact.get(part)
        yield from (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _entries(test_results: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries of a result: a list, or an object that holds one under `tests`."""
    listed = test_results.get("tests") if isinstance(test_results, dict) else test_results
    if isinstance(test_results, dict):
        yield {key: value for key, value in test_results.items() if key != "tests"}
    yield from (entry for entry in listed if isinstance(entry, dict)) if isinstance(listed, list) else ()


def _names_something(entry: Mapping[str, Any]) -> bool:
    return any(isinstance(entry.get(key), str) for key in ("interactionDescription", "interactionKey", "interactionId"))


def _test(entry: Mapping[str, Any]) -> ShownTest:
    named = entry.get("interactionDescription") or entry.get("interactionId")
    event, about = _event(entry.get("interactionKey"), named)
    state = _state(entry.get("success") is True, pending=entry.get("pending") is True)
    return ShownTest(event, about, state, _findings(entry))


def _event(key: Any, description: Any) -> tuple[str, str]:
    """Return what an interaction is about, in two parts: the event that its key names, and the rest."""
    text = description if isinstance(description, str) else ""
    if isinstance(key, str) and "/" in key:
        event = key.split("/", 1)[0]
        return event, text.removeprefix(f"{event}:").strip() or key
    event, colon, rest = text.partition(":")
    return (event.strip(), rest.strip()) if colon and rest.strip() else (text or str(key or ""), "")


def _findings(entry: Mapping[str, Any]) -> tuple[ShownFinding, ...]:
    listed = entry.get("mismatches")
    mismatches = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    found = [
        ShownFinding(
            _first(one, "rule", "attribute"),
            _first(one, "identifier", "path"),
            _first(one, "description", "mismatch", "message"),
        )
        for one in mismatches
    ]
    exceptions = entry.get("exceptions") or ([entry["exception"]] if entry.get("exception") else [])
    if isinstance(exceptions, list):
        found += [
            ShownFinding("exception", "", _first(one, "message", "exceptionClass"))
            for one in exceptions
            if isinstance(one, dict)
        ]
    return tuple(found)


def _first(values: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        if value not in (None, ""):
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return ""


def _said(entries: Iterable[Mapping[str, Any]], name: str) -> str | None:
    return next((entry[name] for entry in entries if isinstance(entry.get(name), str) and entry[name]), None)


def _untested(runs: Iterable[Mapping[str, Any]]) -> tuple[str, ...] | None:
    said = [run["untested"] for run in runs if isinstance(run.get("untested"), dict)]
    if not said:
        return None
    return tuple(
        f"{rule} ({event})" for by_event in said for event, rules in by_event.items() for rule in _texts(rules)
    )


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _sources(value: Any) -> Iterator[str]:
    for source in value if isinstance(value, list) else ():
        if isinstance(source, dict):
            yield f"{_first(source, 'id')[:8]} of {_first(source, 'posted_at')}"


def _kept(value: Any) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("emissions"), int):
        return None
    place = "in this result" if "data" in value else f"in {value['store']}" if "store" in value else "with this run"
    return f"{value['emissions']} emissions, {place}"
