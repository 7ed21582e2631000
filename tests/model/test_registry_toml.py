"""Reading the registry: each mistake is refused with its file, its line and the nearest right name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ExitCode, MisuseError
from contracts.model.registry import Registry, Status
from contracts.model.registry_toml import InvalidRegistryError, parse_registry
from contracts.webinar import CATALOGUE

HEAD = """\
needs_decision = ["client_webinar_left"]
[consumer]
name = "service"
description = "Reads."
[emitters.e]
description = "States."
"""
PAIR = "[emitters.e.events.client_webinar_completed]"
GOOD = f'{HEAD}{PAIR}\nstatus = "implemented"\n'


def read(text: str) -> Registry:
    """Read a registry of the webinar domain."""
    return parse_registry(text, file="emitters.toml", catalogue=CATALOGUE)


def refused(text: str) -> InvalidRegistryError:
    """Return how a registry is refused."""
    with pytest.raises(InvalidRegistryError) as caught:
        read(text)
    assert caught.value.exit_code is ExitCode.MISUSE
    return caught.value


def problems_of(text: str) -> tuple[MisuseError, ...]:
    """Return the problems of a registry, none where it is read."""
    try:
        read(text)
    except InvalidRegistryError as error:
        return error.problems
    return ()


def line(text: str) -> str:
    """Return the one problem of a registry as `file:line: what`, its next step after a bar."""
    (problem,) = refused(text).problems
    assert problem.next_step
    return f"{problem.where}: {problem.what} | {problem.next_step}"


def pair(*lines: str) -> str:
    """Return a registry whose pair, from line 8 on, holds these lines."""
    return f"{HEAD}{PAIR}\n" + "\n".join(lines) + "\n"


def test_a_right_registry_is_read() -> None:
    """The near miss of everything below."""
    assert [(each.emitter, each.event, each.status) for each in read(GOOD).pairs()] == [
        ("e", "client_webinar_completed", Status.IMPLEMENTED)
    ]


@pytest.mark.parametrize(
    ("text", "start", "contains"),
    [
        (pair('status = "planned"', 'stauts = "x"'), "emitters.toml:9:", "did you mean 'status'?"),
        (GOOD.replace('description = "States."', 'description = "x"\nowners = "y"'), "emitters.toml:7:", "'owner'?"),
        ('guarantee = "x"\n' + GOOD, "emitters.toml:1:", "did you mean 'guarantees'?"),
        (GOOD.replace('name = "service"', 'name = "service"\nnam = "x"'), "emitters.toml:4:", "did you mean 'name'?"),
        (pair('status = "implemnted"'), "emitters.toml:8:", "did you mean 'implemented'?"),
        (pair("status = 3"), "emitters.toml:8:", "say implemented or planned"),
        (pair('status = "planned"', 'repeats = "gaurded"'), "emitters.toml:9:", "did you mean 'guarded'?"),
        (pair('status = "planned"', 'delivery = "at-most-once"'), "emitters.toml:9:", "say at-least-once"),
        (pair('status = "planned"', 'since = "2026-01-31"'), "emitters.toml:9:", "without quotes"),
        (pair('status = "planned"', "since = 2026-02-30"), "emitters.toml:9:", "the calendar has no such date"),
        (pair('status = "planned"', "since = 2026-01-31T10:00:00Z"), "emitters.toml:9:", "which is no date"),
        (pair('status = "planned"', "since = 10:00:00"), "emitters.toml:9:", "is 10:00:00, which is no date"),
        (pair('status = "planned"', "target = 20260131"), "emitters.toml:9:", "which is no date"),
        (pair('status = "planned"', 'reason = ""'), "emitters.toml:9:", "at least 1 character"),
        (pair('status = "planned"', "owner = 3"), "emitters.toml:9:", "is no text in quotes"),
        (pair('owner = "x"'), "emitters.toml:7:", "events.client_webinar_completed.status' is missing"),
        (GOOD.replace("_completed]", "_compleded]"), "emitters.toml:7:", "did you mean 'client_webinar_completed'?"),
        (GOOD.replace("_webinar_completed]", "_left]"), "emitters.toml:7:", "did you mean 'client_webinar_left'?"),
        (GOOD.replace('["client_webinar_left"]', '["client_left"]'), "emitters.toml:1:", "'client_webinar_left'?"),
        (GOOD.replace("_completed]", "_left]"), "emitters.toml:7:", "only with a decision, and e has none"),
        (GOOD.replace('["client_webinar_left"]', '"client_webinar_left"'), "emitters.toml:1:", "is no array"),
        (GOOD.replace('["client_webinar_left"]', "[3]"), "emitters.toml:1:", "is no text in quotes"),
        (HEAD + "[emitters.e.events]\nclient_webinar_completed = 3\n", "emitters.toml:8:", "is no table"),
        (HEAD + "[emitters.e.events]\n", "emitters.toml:7:", "at least 1 item"),
        (HEAD, "emitters.toml:5:", "'emitters.e.events' is missing"),
        (GOOD.replace("[emitters.e]\n", "").replace('description = "States."\n', ""), "emitters.toml:5:", "is missing"),
        (GOOD.replace('name = "service"', 'name = "a service"'), "emitters.toml:3:", "should match pattern"),
    ],
)
def test_a_mistake_is_refused_where_it_stands(text: str, start: str, contains: str) -> None:
    """One mistake, one problem: its line, what is wrong, the nearest right name or what to write."""
    shown = line(text)
    assert shown.startswith(start)
    assert contains in shown


@pytest.mark.parametrize(
    ("text", "start", "contains"),
    [
        (f'{GOOD}{PAIR}\nstatus = "planned"\n', "emitters.toml:9:", "a pair stands in the registry once"),
        (pair('status = "planned"', 'status = "planned"'), "emitters.toml:9:", 'status = "planned" is declared twice'),
        (pair('status = "planned"', 'owner = """', 'x"""', 'owner = """', 'y"""'), "emitters.toml:11:", "twice"),
        (GOOD.replace('_left"]', '_left"]\nneeds_decision = [\n]'), "emitters.toml:2:", "needs_decision = ["),
        (HEAD + 'emitters.e.events.x = { status = "a", status = "b" }\n', "emitters.toml:7:", "declared twice"),
        (GOOD + "[consumer]\n", "emitters.toml:9:", "[consumer] is declared twice"),
    ],
)
def test_what_is_said_twice_is_refused_at_its_second_place(text: str, start: str, contains: str) -> None:
    """A duplicate pair, a duplicate key, a duplicate table; a value over several lines is found at its key."""
    shown = line(text)
    assert shown.startswith(start)
    assert contains in shown
    assert ("a pair stands" in shown) == ("[emitters.e.events" in shown)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a = \n" + GOOD, "emitters.toml:1: this is no TOML"),
        (GOOD + "status", "emitters.toml:9: this is no TOML"),
        (GOOD + 'owner = "unclosed\n', "emitters.toml:9: this is no TOML"),
        (GOOD + 'owner = """unclosed\n\n', "emitters.toml:9: this is no TOML"),
        (GOOD + "# \u2028 \u0085 no line end in TOML\nowner = \n", "emitters.toml:10: this is no TOML"),
        (pair(f"status = {'[' * 5000}"), "emitters.toml: this can't be read"),
        (pair(f"status = {'1' * 5000}"), "emitters.toml: this can't be read"),
        (pair(f"status = 0x{'f' * 5000}"), "emitters.toml:8: "),
        (pair(f"status = {{ a{'.a' * 3000} = 1 }}"), "emitters.toml: this can't be read"),
        (pair(f'status = "{"x" * 10_000}"'), "emitters.toml:8: "),
    ],
)
def test_no_toml_is_an_error_with_a_place(text: str, start: str) -> None:
    """Also what exhausts a parser; what is shown of a value stays short."""
    shown = line(text)
    assert shown.startswith(start)
    assert len(shown) < 400


WORDS = '[vocabulary.groups]\n"a way" = ["route", "next_stop"]\n"a price" = ["prix"]\n'
MESSAGES = '[messages]\nmodes = ["structured", "binary"]\nextensions = ["traceparent", "tracestate"]\n'
WAIVER = (
    '[[waivers]]\nemitter = "e"\nevent = "client_webinar_completed"\nrule = "event-schema"\n'
    'path = "$.data.extra"\ndecision = "ADR-7"\nuntil = 2026-12-31\n'
)
OTHER = WAIVER.replace("$.data.extra", "$.data.other")


def test_what_a_domain_says_of_its_own_is_read() -> None:
    """Words with a reason for each that is allowed, modes and extensions, and two waivers of one pair."""
    reasons = '[vocabulary.allow]\nroute_id = "what was driven"\n[vocabulary.free_text]\nnote = "written by a scale"\n'
    found = read(GOOD + WORDS + reasons + MESSAGES + WAIVER + OTHER)
    assert found.vocabulary.groups == {"a way": ("route", "next_stop"), "a price": ("prix",)}
    assert found.vocabulary.allow == {"route_id": "what was driven"}
    assert found.vocabulary.free_text == {"note": "written by a scale"}
    assert (found.messages.modes, found.messages.extensions) == (
        ("structured", "binary"),
        ("traceparent", "tracestate"),
    )
    assert [(waiver.path, waiver.until.isoformat()) for waiver in found.waivers] == [
        ("$.data.extra", "2026-12-31"),
        ("$.data.other", "2026-12-31"),
    ]


def test_a_registry_that_says_nothing_of_its_own_has_no_words_and_one_mode() -> None:
    """Nothing is refused, nothing is accepted for a time, and messages are structured."""
    found = read(GOOD)
    assert (found.vocabulary.groups, found.messages.modes, found.messages.extensions, found.waivers) == (
        {}, ("structured",), (), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "start", "contains"),
    [
        ('[vocabulary.groups]\n"a way" = ["Route"]\n', "emitters.toml:10:", "should match pattern"),
        ('[vocabulary.groups]\n"a way" = ["next_stop_of"]\n', "emitters.toml:10:", "should match pattern"),
        ('[vocabulary.groups]\n"a way" = "route"\n', "emitters.toml:10:", "is no array"),
        ('[vocabulary.groups]\n"a way" = []\n', "emitters.toml:10:", "at least 1 item"),
        (WORDS.replace("prix", "route"), "emitters.toml:11:", "'route' stands in 'a way' too"),
        (WORDS + '[vocabulary.allow]\nroute_id = ""\n', "emitters.toml:13:", "at least 1 character"),
        (WORDS + "[vocabulary.allowed]\n", "emitters.toml:12:", "did you mean 'allow'?"),
        (MESSAGES.replace("binary", "binry"), "emitters.toml:10:", "did you mean 'binary'?"),
        ("[messages]\nmodes = []\n", "emitters.toml:10:", "at least 1 item"),
        ('[messages]\nmode = ["binary"]\n', "emitters.toml:10:", "did you mean 'modes'?"),
        (MESSAGES.replace("traceparent", "traceParent"), "emitters.toml:11:", "should match pattern"),
        (MESSAGES.replace("traceparent", "subject"), "emitters.toml:11:", "'subject' is CloudEvents' own"),
        (WAIVER + OTHER.replace('"e"', '"f"'), "emitters.toml:17:", "no emitter is called 'f'"),
        (WAIVER + OTHER.replace("_completed", "_compleded"), "emitters.toml:18:", "did you mean"),
        (WAIVER + OTHER.replace("_completed", "_entered"), "emitters.toml:18:", "may not state"),
        (WAIVER + OTHER.replace("event-schema", "event-shema"), "emitters.toml:19:", "did you mean 'event-schema'?"),
        (WAIVER + OTHER.replace("event-schema", "wrong-source"), "emitters.toml:19:", "can't be waived"),
        (WAIVER + OTHER.replace('decision = "ADR-7"\n', ""), "emitters.toml:16:", "decision' is missing"),
        (WAIVER + OTHER.replace("2026-12-31", '"soon"'), "emitters.toml:22:", "which is no date"),
        (WAIVER + OTHER.replace("until", "untl"), "emitters.toml:", "until"),
        (WAIVER + WAIVER, "emitters.toml:16:", "event-schema of client_webinar_completed is waived twice"),
        ("[waivers]\n", "emitters.toml:9:", "is no array"),
    ],
)
def test_a_mistake_in_what_a_domain_says_is_refused_where_it_stands(text: str, start: str, contains: str) -> None:
    """Of two waivers or groups, the one that is wrong."""
    problem = refused(GOOD + text).problems[0]
    shown = f"{problem.where}: {problem.what} | {problem.next_step}"
    assert shown.startswith(start)
    assert contains in shown


def test_an_empty_file_says_what_it_lacks() -> None:
    """Every missing part is a problem of its own, and the error counts them."""
    error = refused("")
    assert [problem.what for problem in error.problems] == ["'consumer' is missing", "'emitters' is missing"]
    assert "(and 1 more)" in error.what


def test_several_mistakes_come_in_the_order_of_the_file() -> None:
    """The first one is the error's own place."""
    error = refused(pair('stat = "x"', "since = 3").replace('name = "service"', "name = 1"))
    places = [problem.where.line or 0 for problem in error.problems if problem.where]
    assert places == sorted(places)
    assert error.where == error.problems[0].where


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace(PAIR, '["emitters".e.\'events\' . "client_webinar_completed"]'),
        GOOD.replace(f'{PAIR}\nstatus = "implemented"', 'events.client_webinar_completed.status = "implemented"'),
        GOOD.replace(f"{PAIR}\n", "events.client_webinar_completed = { ").replace('"implemented"', '"implemented" }'),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", " # a comment = [not a table]\n"),
        GOOD.replace('"States."', '"""\nkey = 1\n[x]\n"" ""\n"""'),
        GOOD.replace('"States."', "'''\nkey = 1\n'''"),
        GOOD.replace('["client_webinar_left"]', '[\n  # ]\n  "client_webinar_left", # "\n]'),
    ],
    ids=["quoted", "dotted", "inline", "crlf", "comments", "multi-line", "literal", "array"],
)
def test_every_spelling_of_toml_is_read_alike(text: str) -> None:
    """And a mistake at its end is found on its line."""
    assert read(text).digest == read(GOOD).digest or "key = 1" in text
    wrong = text + "[mistaken]\n"
    assert line(wrong).startswith(f"emitters.toml:{text.count(chr(10)) + 1}: the registry has no key 'mistaken'")


def test_a_decision_lets_an_event_be_given() -> None:
    """With its reference the pair that needs one is accepted."""
    text = GOOD.replace("_completed]", "_left]") + 'decision = "board, 2026-02"\n'
    assert read(text).pair("e", "client_webinar_left") is not None


def test_an_event_has_the_right_to_be_far_from_every_name() -> None:
    """Without a near name none is made up; the known ones are listed."""
    shown = line(GOOD.replace("client_webinar_completed]", "zzz]"))
    assert "did you mean" not in shown
    assert "client_webinar_registered" in shown


_LINES = st.sampled_from(
    [*GOOD.splitlines(), "a.b = 1", "[", '"""', "'''", 'x = """', "]", "[[emitters]]", "\r", "\x00"]
)


@given(st.one_of(st.text(), st.lists(st.one_of(_LINES, st.text(max_size=12))).map("\n".join)))
def test_no_text_raises_anything_else(text: str) -> None:
    """Whatever the file holds, the answer is a registry or an error that a user can act on."""
    assert all(problem.where is not None and problem.next_step for problem in problems_of(text))
    lines = text.count("\n") + 1
    assert all(1 <= (problem.where.line or 1) <= lines for problem in problems_of(text) if problem.where)
