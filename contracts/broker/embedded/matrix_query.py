"""Reading a question to the matrix from a URL, as the official clients write it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import get_args
from urllib.parse import parse_qsl

from contracts.broker.embedded.matrix_answer import Latestby, Query, Selector
from contracts.broker.embedded.problems import ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.deployments import find_environment
from contracts.broker.embedded.records.participants import find_pacticipant

_NESTED = re.compile(r"(q|ignore)\[\]\[(\w+)\]")


def matrix_query(db: sqlite3.Connection, query_string: str) -> Query:
    """Read the parameters of `/matrix`.

    Raises:
        ValidationProblem: no selector, an unknown pacticipant or environment, or parameters at odds.
    """
    pairs = parse_qsl(query_string, keep_blank_values=True)
    groups = _groups(pairs)
    flat: dict[str, str] = {}
    outcomes: list[bool | None] = []
    for key, value in pairs:
        if key in {"success", "success[]"}:
            outcomes.append(None if value == "" else value == "true")
        elif value and not _NESTED.fullmatch(key):
            flat[key] = value
    _check(db, groups, flat)
    return Query(
        selectors=tuple(map(_selector, groups["q"])),
        ignore=tuple(map(_selector, groups["ignore"])),
        latestby=_latestby(flat.get("latestby")),
        latest=flat.get("latest") == "true",
        tag=flat.get("tag"),
        environment=flat.get("environment"),
        main_branch=flat.get("mainBranch") == "true",
        outcomes=tuple(outcomes) if outcomes else None,
        limit=int(flat["limit"].lstrip("0")[:18]) if "limit" in flat else None,
    )


def can_i_deploy_query(db: sqlite3.Connection, query_string: str) -> Query:
    """Read the parameters of `/can-i-deploy`: one version, and a tag or an environment it goes to.

    Raises:
        ValidationProblem: a parameter is missing or empty, or names something unknown. Without a place to go to
            there is no question: an empty variable in a script must not be answered with a yes.
    """
    pairs = parse_qsl(query_string, keep_blank_values=True)
    flat = dict(pairs)
    errors = {name: [text] for name in ("pacticipant", "version") if (text := name_error(flat, name))}
    errors |= {name: [text] for name in ("environment", "to") if name in flat and (text := name_error(flat, name))}
    if not flat.keys() & {"environment", "to"}:
        errors["environment"] = ["either an environment or a tag ('to') has to be named"]
    if errors:
        raise ValidationProblem(errors)
    environment, tag = flat.get("environment"), flat.get("to")
    named = {"pacticipant": flat["pacticipant"], "version": flat["version"]}
    ignored = [{"pacticipant": value} for key, value in pairs if key == "ignore[]"]
    ignored += _groups(pairs)["ignore"]
    options = {"environment": environment, "tag": tag}
    _check(db, {"q": [named], "ignore": ignored}, {key: value for key, value in options.items() if value})
    return Query(
        selectors=(_selector(named),),
        ignore=tuple(map(_selector, ignored)),
        latestby="cvpv" if environment else "cvp",
        latest=tag is not None,
        tag=tag,
        environment=environment,
    )


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Return the selectors under `q` and `ignore`: a key that was already given starts the next one."""
    groups: dict[str, list[dict[str, str]]] = {"q": [], "ignore": []}
    for key, value in pairs:
        if match := _NESTED.fullmatch(key):
            group = groups[match[1]]
            if not group or match[2] in group[-1]:
                group.append({})
            group[-1][match[2]] = value
    return groups


def _selector(values: dict[str, str]) -> Selector:
    return Selector(
        values["pacticipant"],
        number=values.get("version") or None,
        latest=values.get("latest") == "true",
        tag=values.get("tag") or None,
        branch=values.get("branch") or None,
        environment=values.get("environment") or None,
        main_branch=values.get("mainBranch") == "true",
    )


def _latestby(value: str | None) -> Latestby | None:
    if value is None:
        return None
    for known in get_args(Latestby):
        if value == known:
            return known  # type: ignore[no-any-return]  # the literal's own values
    raise ValidationProblem([f"latestby is one of {', '.join(get_args(Latestby))}, not '{value}'"])


def _check(db: sqlite3.Connection, groups: dict[str, list[dict[str, str]]], flat: dict[str, str]) -> None:
    errors = list(_selector_errors(groups["q"])) + list(_selector_errors(groups["ignore"]))
    names = [values["pacticipant"] for values in groups["q"] if values.get("pacticipant")]
    errors += [f"Pacticipant {name} is unknown here" for name in names if find_pacticipant(db, name) is None]
    if not groups["q"]:
        errors.append("At least one version selector is needed")
    if sum(key in flat for key in ("tag", "environment", "mainBranch")) > 1:
        errors.append("Only one of tag, environment and mainBranch can be asked for")
    if flat.get("latest") == "true" and "environment" in flat:
        errors.append("latest and environment can't be asked for together")
    environment = flat.get("environment")
    if environment and find_environment(db, name=environment) is None:
        errors.append(f"Environment '{environment}' is unknown here")
    if "limit" in flat and not re.fullmatch(r"0*[1-9]\d*", flat["limit"]):
        errors.append("limit is a number from 1 up")
    if errors:
        raise ValidationProblem(errors)


def _selector_errors(selectors: Iterable[dict[str, str]]) -> Iterable[str]:
    for values in selectors:
        if not values.get("pacticipant"):
            yield "Each selector needs a pacticipant's name"
        elif values.get("version") and values.get("latest") == "true":
            yield f"version and latest can't both be asked for {values['pacticipant']}"
