"""Every page shows what really happens: its commands are run, and their output compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pages.console import ROOT, commands_of, environment, matches, project_copy, run

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_COMMANDS = [page for page in PAGES if any(shown.is_run for shown in commands_of(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_happens(page: Path, tmp_path: Path) -> None:
    """Each command of the page, in order, prints what the page shows."""
    project = tmp_path / "project"
    project.mkdir()
    project_copy(project)
    variables = environment(project, tmp_path / "tools")
    for shown in commands_of(page):
        if shown.is_run:
            _, printed = run(shown, project, variables)
            assert "Traceback (most recent call last)" not in printed, printed
            if shown.output:
                where = f"{page.relative_to(ROOT)}:{shown.line}: {shown.command}"
                assert matches(shown.output, printed), f"{where}\nprinted:\n{printed}"


def test_the_readme_shows_commands() -> None:
    """The pages under test are not none."""
    assert ROOT / "README.md" in WITH_COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_links_to_what_exists(page: Path) -> None:
    """No relative link of a page is broken."""
    # A regular expression in code looks like a link; a link's own text may be code.
    text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
        assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a … c", "a b c", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nb\nc", False),
        ("[x]", "[x]  ", True),
    ],
)
def test_shown_output_is_compared_line_by_line(shown: str, printed: str, same: bool) -> None:
    """The comparison itself can fail."""
    assert matches(shown, printed) is same
