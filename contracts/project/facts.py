"""What an emitter's triggers carry beside the fact key: values that the settings hold, or what a function returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from contracts.errors import MisuseError, Where
from contracts.model.domain import Domain
from contracts.model.facts import Fact, RestOfFact
from contracts.model.names import did_you_mean
from contracts.project.domain import make_importable
from contracts.project.settings import FACTS, Settings
from contracts.project.user_code import imported, told_as_its_own

_VALUES: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def rest_of_facts(settings: Settings, domain: Domain, emitter: str) -> RestOfFact | None:
    """Return what makes the rest of an emitter's triggers; None where the settings name nothing.

    The returned function raises MisuseError where the user's own raises, or returns what no trigger can carry.

    Raises:
        MisuseError: the setting names no event of the emitter, a part of the fact key, or what can't be called.
    """
    said = settings.facts.get(emitter)
    if said is None:
        return None
    where = settings.place_of("emitters", emitter, FACTS)
    if isinstance(said, str):
        return _of_function(settings, domain, said, where)
    events = [pair.event for pair in domain.registry.pairs(emitter)]
    for event, values in said.items():
        if event not in events:
            raise MisuseError(
                f"the registry doesn't permit {event!r} to {emitter}{did_you_mean(event, events)}",
                where=where,
                next_step=f"its events are {', '.join(events)}",
            )
        _checked(domain, event, values, where)
    return lambda event, _: said.get(event, {})


def _of_function(settings: Settings, domain: Domain, name: str, where: Where | None) -> RestOfFact:
    module, _, attribute = name.partition(":")
    make_importable(settings)
    what = f"the facts {name!r}"
    found: Any = imported(
        module, what, root=settings.root, where=where, next_step='name an importable function, facts = "module:name"'
    )
    for part in attribute.split(".") if attribute else ():
        found = getattr(found, part, None)
    if not attribute or not callable(found):
        raise MisuseError(
            f"{what} can't be called",
            where=where,
            next_step="name a function of an event and the values of its fact key, which returns a dict",
        )

    def rest(event: str, fact: Fact) -> Mapping[str, Any]:
        with told_as_its_own(f"{what} raised for {event}", root=settings.root, where=where):
            values = found(event, dict(fact))
        return _checked(domain, event, values, where)

    return rest


def _checked(domain: Domain, event: str, values: Any, where: Where | None) -> Mapping[str, Any]:
    try:
        rest = _VALUES.validate_python(values, strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in detail["loc"][:3])
        raise MisuseError(
            f"the facts of {event} are no JSON object{f': {place}' if place else ''}: {detail['msg']}",
            where=where,
            next_step="name texts, numbers, true or false, lists and tables; a date is written as a text",
        ) from None
    taken = next((path for path in domain.catalogue.fact_key(event) if path in rest), None)
    if taken is not None:
        raise MisuseError(
            f"the facts of {event} name {taken!r}, which is of its fact key",
            where=where,
            next_step="leave it away: the values of the fact key are new in every run; --seed TEXT names them",
        )
    return rest
