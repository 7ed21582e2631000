"""What a working copy holds beside its commit: what differs, what counts of it, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import MisuseError
from contracts.model.emission import Commit
from contracts.model.identity import Found
from contracts.project.domain import load_domain
from contracts.project.published_version import ComparedVersion, compare_version
from contracts.project.settings import load_settings
from contracts.project.working_copy import WorkingCopy, _pattern, checkout_now, read_working_copy
from tests.project.checkouts import Checkout, make_checkout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A committed project whose folder is the current one."""
    made = make_checkout(tmp_path / "repository")
    monkeypatch.chdir(made.root)
    return made


def read(checkout: Checkout, *leaving_out: str) -> WorkingCopy:
    """Return the working copy as it is now."""
    settings = load_settings(checkout.root)
    copy = read_working_copy(settings, load_domain(settings), leaving_out=[Path(name) for name in leaving_out])
    assert isinstance(copy, WorkingCopy), copy
    return copy


def compare(checkout: Checkout, version: str | None = None, *, allow_dirty: bool = False) -> ComparedVersion:
    """Compare the working copy with a version, HEAD where none is said."""
    settings = load_settings(checkout.root)
    found = Found(version or checkout.git("rev-parse", "HEAD"), "--version")
    return compare_version(settings, load_domain(settings), found, allow_dirty=allow_dirty)


def test_what_was_just_committed_is_clean(checkout: Checkout) -> None:
    """Under the whole hash and a short one, from the project's folder and from one inside it."""
    copy = read(checkout)
    assert (copy.clean, copy.listing, copy.head) == (True, (), checkout.git("rev-parse", "HEAD"))
    for version in (copy.head, copy.head[:7], copy.head.upper()):
        assert compare(checkout, version) == ComparedVersion(copy)


CHANGES = {
    "code that is changed": (("plugin/emit.php", "<?php // other\n"), "plugin/emit.php"),
    "a text that is changed": (("plugin/notes.txt", "other\n"), "plugin/notes.txt"),
    "the registry": (("emitters.toml", None), "emitters.toml"),
    "the settings": (("contracts.toml", None), "contracts.toml"),
    "new code": (("plugin/new.php", "<?php\n"), "plugin/new.php"),
    "new code without an ending": (("plugin/run", "#!/bin/sh\n"), "plugin/run"),
    "a new pact": (("pacts/a-b.json", "{}"), "pacts/a-b.json"),
    "a new text of the consumer tests": (("consumer_tests/data.txt", "x"), "consumer_tests/data.txt"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_difference_is_refused_and_named(checkout: Checkout, case: str) -> None:
    """It isn't what the commit holds; --allow-dirty lets it pass with a remark."""
    (name, text), said = CHANGES[case]
    file = checkout.root / name
    checkout.project.put(name, file.read_text(encoding="utf-8") + "# more\n" if text is None else text)
    with pytest.raises(MisuseError, match=rf"isn't what \w+ holds: {said}(\n|$)") as refused:
        compare(checkout)
    assert "--allow-dirty" in str(refused.value.next_step)
    assert [said in remark for remark in compare(checkout, allow_dirty=True).remarks] == [True]


def test_what_is_gone_staged_or_hidden_from_git_differs_too(checkout: Checkout) -> None:
    """Each is named: several at once, and no other."""
    checkout.project.put("plugin/staged.txt", "new")
    checkout.project.put("plugin/hidden.php", "<?php\n")
    checkout.project.put("plugin/skipped.php", "<?php\n")
    checkout.project.put("plugin/skipped_right.php", "<?php\n")
    checkout.git("add", "plugin/hidden.php", "plugin/skipped.php", "plugin/skipped_right.php")
    checkout.commit()
    checkout.git("reset", "--quiet", "--soft", "HEAD")
    checkout.git("update-index", "--assume-unchanged", "plugin/hidden.php")
    checkout.git("update-index", "--skip-worktree", "plugin/skipped.php", "plugin/skipped_right.php")
    assert read(checkout).clean
    checkout.project.put("plugin/hidden.php", "<?php // other\n")
    checkout.project.put("plugin/skipped.php", "<?php // other\n")
    checkout.project.put("plugin/second.txt", "staged")
    checkout.git("add", "plugin/second.txt")
    (checkout.root / "plugin/notes.txt").unlink()
    assert read(checkout).changed == (
        "plugin/hidden.php",
        "plugin/notes.txt",
        "plugin/second.txt",
        "plugin/skipped.php",
    )


def test_neither_modes_nor_normalised_line_ends_nor_times_count(checkout: Checkout) -> None:
    """The content is the same; the same line ends without the attribute are another content."""
    emit = checkout.root / "plugin/emit.php"
    emit.chmod(0o755)
    emit.touch()
    assert read(checkout).clean
    checkout.git("update-index", "--chmod=+x", "plugin/notes.txt")
    assert read(checkout).clean
    checkout.project.put(".gitattributes", "*.txt text=auto\n")
    checkout.commit()
    notes = checkout.root / "plugin/notes.txt"
    notes.write_bytes(b"notes\r\n")
    assert read(checkout).clean
    emit.write_bytes(emit.read_bytes().replace(b"\n", b"\r\n"))
    assert read(checkout).changed == ("plugin/emit.php",)


def test_untracked_files_that_are_no_code_are_listed(checkout: Checkout) -> None:
    """What git ignores isn't even that; captures that the run writes aren't either."""
    for name in (
        "junit.xml",
        "captures.ndjson",
        "ignored/x.php",
        ".contracts/broker.sqlite",
        "plugin/__pycache__/a.pyc",
    ):
        checkout.project.put(name, "x")
    copy = read(checkout, "captures.ndjson")
    assert (copy.clean, copy.new_files) == (True, ("junit.xml",))
    assert read(checkout).new_files == ("captures.ndjson", "junit.xml")
    assert compare(checkout).listing == ("not in the commit, and no code: captures.ndjson, junit.xml",)


def test_what_a_build_writes_is_listed_and_doesnt_count(checkout: Checkout) -> None:
    """By the settings' globs, changed or new; its neighbours count."""
    settings = checkout.root / "contracts.toml"
    settings.write_text(
        'generated = ["dist", "plugin/*.min.js", "**/build.txt"]\n' + settings.read_text(), encoding="utf-8"
    )
    checkout.project.put("plugin/a.min.js", "1")
    checkout.commit()
    for name in ("dist/deep/x.js", "plugin/a.min.js", "plugin/b.min.js", "plugin/deep/build.txt", "build.txt"):
        checkout.project.put(name, "2")
    copy = read(checkout)
    assert copy.clean
    assert copy.generated == (
        "plugin/a.min.js",
        "build.txt",
        "dist/deep/x.js",
        "plugin/b.min.js",
        "plugin/deep/build.txt",
    )
    assert (
        compare(checkout).listing[0].startswith("generated, and other than in the commit: plugin/a.min.js, build.txt")
    )
    checkout.project.put("plugin/deep/c.min.js", "2")
    checkout.project.put("plugin/dist.js", "2")
    assert read(checkout).new_code == ("plugin/deep/c.min.js", "plugin/dist.js")


def test_only_the_project_and_what_its_settings_name_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a repository of two projects the other one's files don't count; a registry outside of the folder does."""
    outer = make_checkout(tmp_path / "repository")
    for name in ("one", "two"):
        outer.project.put(f"{name}/contracts.toml", 'registry = "../emitters.toml"\n')
        outer.project.put(f"{name}/emit.php", "<?php\n")
    outer.commit()
    monkeypatch.chdir(outer.root / "one")
    one = Checkout(type(outer.project)(outer.root / "one"))
    outer.project.put("two/emit.php", "<?php // other\n")
    outer.project.put("two/new.php", "<?php\n")
    outer.project.put("plugin/emit.php", "<?php // other\n")
    assert compare(one).remarks == ()
    outer.project.put("one/emit.php", "<?php // other\n")
    outer.project.put("emitters.toml", (outer.root / "emitters.toml").read_text() + "# more\n")
    assert read(one).changed == ("emitters.toml", "one/emit.php")


@pytest.mark.parametrize("version", ["another", "0" * 40, "f" * 64])
def test_another_commit_than_the_one_that_is_checked_out_is_refused(checkout: Checkout, version: str) -> None:
    """Known here or not, and --allow-dirty is no way around it."""
    first = checkout.git("rev-parse", "HEAD")
    checkout.project.put("plugin/emit.php", "<?php // other\n")
    checkout.commit()
    for said in (first, first[:8]) if version == "another" else (version,):
        with pytest.raises(MisuseError, match="is another commit than the one that is checked out"):
            compare(checkout, said, allow_dirty=True)


@pytest.mark.parametrize("version", ["1.4.0", "v2", "20260131", "abc123", "deadbeef", "main"])
def test_a_version_that_is_no_commit_is_a_remark(checkout: Checkout, version: str) -> None:
    """Nobody compared it, and that is said, however the folder looks."""
    checkout.project.put("plugin/emit.php", "<?php // other\n")
    compared = compare(checkout, version)
    assert compared.copy is None
    assert compared.remarks == (f"nobody compared the working copy with {version}, which is no commit",)


def test_without_git_or_a_commit_it_is_a_remark(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reason is said."""
    version = checkout.git("rev-parse", "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compare(checkout, version).remarks == (
        f"nobody compared the working copy with {version}: git isn't installed",
    )
    monkeypatch.undo()
    monkeypatch.chdir(checkout.root)
    (checkout.root / ".git").rename(tmp_path / "away")
    assert "there is no git checkout here" in compare(checkout, version).remarks[0]
    checkout.git("init", "--quiet")
    assert "git knows no commit here" in compare(checkout, version).remarks[0]


def test_a_folder_of_which_the_commit_holds_nothing_is_a_remark(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project that an outer repository ignores has no version there."""
    checkout.project.put("ignored/contracts.toml", "")
    monkeypatch.chdir(checkout.root / "ignored")
    inner = Checkout(type(checkout.project)(checkout.root / "ignored"))
    assert "holds nothing of" in compare(inner).remarks[0]


def test_names_that_are_no_text_and_many_names_break_nothing(checkout: Checkout) -> None:
    """The first few are named, and how many more there are."""
    for number in range(10):
        checkout.project.put(f"plugin/\N{SNOWMAN} {number}\n.php", "<?php\n")
    with pytest.raises(MisuseError, match="and 2 more"):
        compare(checkout)


NAMES = st.lists(
    st.text("ab.-+([", min_size=1, max_size=4).filter(lambda name: name.strip(".")), min_size=1, max_size=4
)


@given(NAMES)
def test_every_path_is_matched_by_itself_its_folders_and_two_stars(parts: list[str]) -> None:
    """And by no longer name: nothing in a path is read as a pattern's sign."""
    path = "/".join(parts)
    for glob in (path, parts[0], "**", f"**/{parts[-1]}", "/".join([*parts[:-1], "*"])):
        assert _pattern(Path(), glob).fullmatch(path), glob
    assert not _pattern(Path(), path).fullmatch(f"{path}x")
    assert not _pattern(Path("other"), path).fullmatch(path)


def test_a_checkout_that_is_watched_is_looked_at_once_a_second(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is now is told, a second late at most; where git can't tell any more, nothing is."""
    now = 100.0
    monkeypatch.setattr("contracts.project.working_copy.monotonic", lambda: now)
    told = checkout_now(load_settings(checkout.root), leaving_out=[])
    head = checkout.git("rev-parse", "HEAD")
    assert told() == Commit(id=head, clean=True)
    (checkout.root / "plugin" / "emit.php").write_text("<?php // other\n")
    now += 0.9
    assert told() == Commit(id=head, clean=True)
    now += 0.1
    assert told() == Commit(id=head, clean=False)
    (checkout.root / ".git").rename(checkout.root / "git")
    now += 1
    assert told() is None
