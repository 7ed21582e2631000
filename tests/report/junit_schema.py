"""What the strictest readers of JUnit XML take, as a table: an element or attribute beside it makes them skip the file.

Sources: the schema with which Jenkins' xUnit plugin validates (`junit-10`, JUnit's ninth type of report), and GitLab
Docs, "Unit test reports", "JUnit XML format specification": of equal names of one class only the first is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_SECONDS = re.compile(r"\d{0,3}(,\d{3})*\d*(\.\d*)?")


@dataclass(frozen=True)
class Form:
    """What an element may hold.

    Attributes:
        needs, may: attributes that it has to have, and further ones.
        holds: elements inside.
        text: it may hold text.
    """

    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    text: bool = False


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


FORMS = {
    "testsuites": Form(may=_of("name time tests failures errors"), holds=_of("testsuite")),
    "testsuite": Form(
        needs=_of("name tests failures errors"),
        may=_of("group time skipped timestamp hostname id package file log url"),
        holds=_of("testsuite properties testcase system-out system-err"),
    ),
    "properties": Form(holds=_of("property")),
    "property": Form(needs=_of("name value")),
    "testcase": Form(
        needs=_of("name"), may=_of("time classname group"), holds=_of("skipped error failure system-out system-err")
    ),
    "skipped": Form(may=_of("type message"), text=True),
    "error": Form(may=_of("type message"), text=True),
    "failure": Form(may=_of("type message"), text=True),
    "system-out": Form(text=True),
    "system-err": Form(text=True),
}


def faults(root: ET.Element) -> list[str]:
    """Return what Jenkins or GitLab would not take of a document, or would hide."""
    found = [f"the root is {root.tag}"] if root.tag not in ("testsuites", "testsuite") else []
    found += list(_of_element(root))
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    found += [f"several cases are called {name}" for name in sorted({str(c) for c in cases if cases.count(c) > 1})]
    return found + [f"{name} has no class" for classname, name in cases if not classname]


def _of_element(element: ET.Element) -> Iterator[str]:
    form = FORMS[element.tag]
    given = set(element.attrib)
    yield from (f"{element.tag} has no {name}" for name in sorted(form.needs - given))
    yield from (f"{element.tag} has {name}" for name in sorted(given - form.needs - form.may))
    if not _SECONDS.fullmatch(element.get("time", "")):
        yield f"{element.tag} takes {element.get('time')}"
    if (element.text or "").strip() and not form.text:
        yield f"{element.tag} holds text"
    for child in element:
        if child.tag in form.holds:
            yield from _of_element(child)
        else:
            yield f"{element.tag} holds {child.tag}"
