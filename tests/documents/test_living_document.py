"""The living document: what it holds, that it is committed as rendered, and how the command speaks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import Field

from contracts.documents.drift.document import drift_of
from contracts.documents.living import LANGUAGES, render_document
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token
from contracts.model.registry import EmitterEntry, Messages, Mode, PairEntry, Status, Waiver
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.project.translations import load_translations

ROOT = Path(__file__).parents[2]
TRACKER = "client-webinar-tracker-v2"


def _domain() -> Domain:
    return load_domain(load_settings(ROOT))


def _render(domain: Domain, lang: str) -> str:
    return render_document(
        domain, lang, load_translations(domain, lang), registry_file="emitters.toml", file="doc.md"
    ).text


def _run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contracts.cli", "docs", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_committed_document_is_the_rendered_one(lang: str) -> None:
    """The committed document is what the command renders, so that registry and document can't part."""
    answer = _run("--lang", lang, "--check")
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout + answer.stderr


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_text_of_the_domain_is_translated(lang: str) -> None:
    """No sentence of the project's own document stays in another language."""
    domain = _domain()
    rendered = render_document(
        domain, lang, load_translations(domain, lang), registry_file="emitters.toml", file="doc.md"
    )
    assert rendered.untranslated == ()


def test_russian_prose_holds_no_english_sentence() -> None:
    """Outside code, the Russian document has no run of three English words."""
    text = re.sub(r"```.*?```|`[^`]*`", "", _render(_domain(), "ru"), flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", text) == []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_examples_are_valid_messages(lang: str) -> None:
    """Each event has one example, and its own model accepts it."""
    domain = _domain()
    examples = [json.loads(found) for found in re.findall(r"```json\n(.*?)```", _render(domain, lang), re.DOTALL)]
    assert [example["type"] for example in examples] == list(domain.catalogue)
    for example in examples:
        domain.catalogue[example["type"]].model_validate(example)


@pytest.mark.parametrize(
    ("lang", "done", "open_"),
    [
        ("en", "implemented", "planned, not implemented"),
        ("ru", "реализовано", "запланировано, не реализовано"),
    ],
)
def test_status_follows_the_registry(lang: str, done: str, open_: str) -> None:
    """A pair that is promoted in the registry is implemented wherever the document speaks of it."""
    domain = _domain()
    before = _render(domain, lang)
    assert before.count(f"`client_webinar_entered` | `{TRACKER}` | {open_} |") == 1
    emitter = domain.registry.emitters[TRACKER]
    events = {**emitter.events, "client_webinar_entered": PairEntry(status=Status.IMPLEMENTED)}
    after = _render(_with_emitters(domain, {TRACKER: emitter.model_copy(update={"events": events})}), lang)
    assert f"`client_webinar_entered` | `{TRACKER}` | {done} |" in after
    assert f"| `client_webinar_entered` | {done} |" in after
    assert f"`{TRACKER}` ({done})" in after.split("### `client_webinar_entered`")[1].split("###")[0]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_everything_that_a_pair_holds_is_said(lang: str) -> None:
    """Owner, dates, decision, reason and delivery of a pair are in the document, and a bar breaks no table."""
    pair = PairEntry(
        status=Status.PLANNED, delivery="at-least-once", owner="Team | Seven", since=date(2026, 2, 3),
        target=date(2026, 9, 1), decision="ADR-17", reason="rolled back",
    )  # fmt: skip
    emitter = EmitterEntry(description="Another source.", owner="Team Eight", decision="ADR-9",
                           events={"client_webinar_left": pair})  # fmt: skip
    text = _render(_with_emitters(_domain(), {"other-source": emitter}), lang)
    for said in ("Team \\| Seven", "2026-02-03", "2026-09-01", "ADR-17", "rolled back", "Team Eight", "ADR-9"):
        assert said in text
    owed = {"en": "a refused delivery is owed again", "ru": "непринятое сообщение отправляется снова"}
    assert owed[lang] in text


SAID_OF_MESSAGES = {
    "en": (
        "structured JSON mode", "- structured: the whole event", "- binary: the attributes", "- batch: a list",
        "extension attributes of CloudEvents too: `traceparent`, `tracestate`", "accepted for a time",
        "- `event-schema` at `$.data.x` in `client_webinar_completed` of `{0}`, up to 2026-12-31; decision: ADR-9",
        "- `content-type` in `client_webinar_entered` of `{0}`, up to 2027-01-31; decision: ADR-10",
    ),
    "ru": (
        "структурированном виде JSON", "- структурированный: событие", "- двоичный: атрибуты", "- пакет: список",
        "атрибуты-расширения CloudEvents: `traceparent`, `tracestate`", "принятые на время",
        "- `event-schema` в `$.data.x`, `client_webinar_completed` от `{0}`, по 2026-12-31; решение: ADR-9",
        "- `content-type`, `client_webinar_entered` от `{0}`, по 2027-01-31; решение: ADR-10",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_messages_and_waivers_are_said(lang: str, tmp_path: Path) -> None:
    """The permitted modes and extensions, and what is accepted for a time; the document agrees with its registry."""
    alone, structured, binary, batch, extensions, *waivers = SAID_OF_MESSAGES[lang]
    domain = _domain()
    plain = _render(domain, lang)
    assert alone in plain
    assert not any(said in plain for said in (structured, binary, batch, extensions, *waivers))
    modes: tuple[Mode, ...] = ("structured", "binary", "batch")
    accepted = (
        Waiver(emitter=TRACKER, event="client_webinar_completed", rule="event-schema", path="$.data.x",
               decision="ADR-9", until=date(2026, 12, 31)),
        Waiver(emitter=TRACKER, event="client_webinar_entered", rule="content-type", decision="ADR-10",
               until=date(2027, 1, 31)),
    )  # fmt: skip
    more = {"messages": Messages(modes=modes, extensions=("traceparent", "tracestate")), "waivers": accepted}
    changed = replace(domain, registry=domain.registry.model_copy(update=more))
    text = _render(changed, lang)
    assert alone not in text
    for said in (structured, binary, batch, extensions, *waivers):
        assert said.format(TRACKER) in text
    file = tmp_path / "document.md"
    file.write_text(text, encoding="utf-8")
    ((found,), code) = drift_of([file], changed)
    assert (code, found.differences, found.unclear) == (0, (), ())
    few = {"messages": Messages(modes=("structured", "batch"))}
    text = _render(replace(domain, registry=domain.registry.model_copy(update=few)), lang)
    assert (structured in text, binary in text, batch in text, extensions in text) == (True, False, True, False)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_event_is_left_without_an_emitter(lang: str) -> None:
    """Where every event has an emitter, the document says so and lists no steps."""
    domain = _domain()
    pair = PairEntry(status=Status.PLANNED, decision="ADR-1")
    everything = EmitterEntry(description="All.", events=dict.fromkeys(domain.catalogue, pair))
    text = _render(_with_emitters(domain, {"everything": everything}), lang)
    said = {"en": "Every canonical event has an emitter.", "ru": "каждого канонического события есть эмиттер."}
    steps = {"en": "What it takes", "ru": "Что нужно"}
    assert said[lang] in text
    assert steps[lang] not in text


class _Money(EventData):
    minor: Annotated[int, Field(ge=0, description="In minor units.")]
    currency: Literal["EUR", "USD"]


class _Line(EventData):
    sku: Annotated[str, Field(pattern="^(a|b)$")]
    price: _Money


class _Order(EventData):
    order_id: Token
    lines: Annotated[list[_Line], Field(min_length=1, max_length=9)]
    total: _Money
    receipt: UUID | None
    note: Annotated[str, Field(max_length=20)] = ""
    weight: Annotated[float, Field(gt=0, lt=5)] = 1
    paid: bool
    either: int | bool


class _OrderPlaced(CanonicalEvent):
    """An order was placed."""

    type: Literal["order_placed"]
    data: _Order


NESTED = {
    "en": """\
| Key of `data` | Form | Meaning |
| --- | --- | --- |
| `order_id` | text that matches `^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$` |  |
| `lines` | list, length 1 to 9, each item: object |  |
| `lines[].sku` | text that matches `^(a\\|b)$` |  |
| `lines[].price` | object |  |
| `lines[].price.minor` | whole number, at least 0 | In minor units. |
| `lines[].price.currency` | one of `EUR`, `USD` |  |
| `total` | object |  |
| `total.minor` | whole number, at least 0 | In minor units. |
| `total.currency` | one of `EUR`, `USD` |  |
| `receipt` | text in the form `uuid`; may be null |  |
| `note` | text, length at most 20; may be left out |  |
| `weight` | number, more than 0, less than 5; may be left out |  |
| `paid` | true or false |  |
| `either` | whole number or true or false |  |
""",
    "ru": """\
| Ключ в `data` | Вид | Значение |
| --- | --- | --- |
| `order_id` | строка вида `^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$` |  |
| `lines` | список, длина от 1 до 9, каждый элемент: объект |  |
| `lines[].sku` | строка вида `^(a\\|b)$` |  |
| `lines[].price` | объект |  |
| `lines[].price.minor` | целое число, не меньше 0 | In minor units. |
| `lines[].price.currency` | одно из значений `EUR`, `USD` |  |
| `total` | объект |  |
| `total.minor` | целое число, не меньше 0 | In minor units. |
| `total.currency` | одно из значений `EUR`, `USD` |  |
| `receipt` | строка в формате `uuid`; может быть null |  |
| `note` | строка, длина не более 20; может отсутствовать |  |
| `weight` | число, больше 0, меньше 5; может отсутствовать |  |
| `paid` | истина или ложь |  |
| `either` | целое число или истина или ложь |  |
""",
}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_nested_data_is_said_field_by_field(lang: str) -> None:
    """Objects in objects and in lists, money, choices, ranges and what may be left out or null; a bar is escaped.

    That there is no free text is promised only where that is so.
    """
    domain = _domain()
    nested = Domain("orders", Catalogue((_OrderPlaced,)), domain.registry, domain.registry_file)
    rendered = render_document(nested, lang, {}, registry_file="emitters.toml", file="doc.md")
    assert NESTED[lang] in rendered.text
    free = {
        "en": "Free text stands in `data.note`, `data.either` (`order_placed`) alone.",
        "ru": "`data.note`, `data.either`",
    }
    promise = {"en": "No personal data", "ru": "Никаких персональных данных"}
    assert free[lang] in rendered.text
    assert promise[lang] not in rendered.text
    assert promise[lang] in _render(domain, lang)
    assert ("In minor units." in rendered.untranslated) is (lang == "ru")


def test_each_language_that_the_command_offers_has_its_template() -> None:
    """And each template is offered."""
    assert set(LANGUAGES) == {"en", "ru"}
    for lang in LANGUAGES:
        assert _run("--lang", lang, "--check").returncode == 0
    assert _run("--lang", "de").returncode == 2


def test_check_fails_on_a_changed_file(tmp_path: Path) -> None:
    """A committed document that differs exits 1 and is shown at its line; Windows line ends don't count."""
    file = tmp_path / "emitters.md"
    assert _run("--out", str(file)).returncode == 0
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    unchanged = _run("--check", "--out", str(file))
    assert unchanged.returncode == 0, unchanged.stdout
    text = file.read_text(encoding="utf-8")
    line = text[: text.index("## Boundaries")].count("\n") + 1
    file.write_text(text.replace("## Boundaries", "## Bounds"), encoding="utf-8")
    answer = _run("--check", "--out", str(file))
    assert answer.returncode == 1
    assert f"emitters.md:{line}: differs" in answer.stdout
    assert "committed: ## Bounds" in answer.stdout
    assert "contracts docs --lang en --out" in answer.stdout


def test_check_of_a_missing_file(tmp_path: Path) -> None:
    """A document that was never written is a difference, not a crash."""
    answer = _run("--check", "--out", str(tmp_path / "none.md"))
    assert answer.returncode == 1
    assert "never written" in answer.stderr


def test_check_of_a_file_that_is_no_text(tmp_path: Path) -> None:
    """A document in another encoding exits 2 with a message."""
    file = tmp_path / "emitters.md"
    file.write_bytes("Эмиттеры".encode("cp1251"))
    answer = _run("--check", "--out", str(file))
    assert answer.returncode == 2
    assert "can't be read" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_document_is_the_same_from_every_folder() -> None:
    """The folder that the command is run in doesn't show in what it prints."""
    assert _run("--lang", "ru", cwd=ROOT / "docs").stdout == _run("--lang", "ru").stdout


def _with_emitters(domain: Domain, emitters: dict[str, EmitterEntry]) -> Domain:
    registry = domain.registry.model_copy(update={"emitters": emitters})
    return Domain(domain.package, domain.catalogue, registry, domain.registry_file)
