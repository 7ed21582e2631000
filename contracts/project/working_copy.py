"""How a working copy stands to its commit: what is published under a commit has to be what that commit holds."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from threading import Lock
from time import monotonic

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.emission import Commit
from contracts.project.git import ask_git
from contracts.project.paths import shown
from contracts.project.settings import Settings

_NOT_ITS_OWN = frozenset({".contracts", "__pycache__"})
"""Folders that this toolkit and Python write; nothing in them is anybody's source."""
_MOST_NAMED = 8
_LOOK_AGAIN = 1.0
"""Seconds after which a checkout that is watched may have changed."""
_CODE = frozenset(
    (
        ".bash", ".c", ".cc", ".cjs", ".clj", ".cpp", ".cs", ".dart", ".erl", ".ex", ".exs", ".fs", ".go", ".gradle",
        ".groovy", ".h", ".hpp", ".inc", ".java", ".js", ".jsx", ".kt", ".kts", ".lua", ".mjs", ".mts", ".php",
        ".phtml", ".pl", ".pm", ".proto", ".ps1", ".py", ".pyx", ".rb", ".rs", ".scala", ".sh", ".sql", ".swift",
        ".ts", ".tsx", ".vb", ".vue", ".zsh",
    )
)  # fmt: skip
"""Endings of what programs are written in."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A project's folder, and what its settings name, beside the commit that is checked out.

    Attributes:
        root: the checkout's top folder; the paths below are relative to it.
        head: the commit's hash.
        tree: the hash of what it holds.
        changed: files that the commit holds with other content, or holds and that are gone, or that are staged anew.
        new_code: files that git neither knows nor ignores and that can change what runs or what is published.
        new_files: the other ones.
        generated: what differs and doesn't count, as the settings say that a build writes it.
    """

    root: Path
    head: str
    tree: str
    changed: tuple[str, ...]
    new_code: tuple[str, ...]
    new_files: tuple[str, ...]
    generated: tuple[str, ...]

    @property
    def committed(self) -> datetime:
        """When the commit was made."""
        return datetime.fromisoformat(ask_git(self.root, "log", "-1", "--format=%cI", self.head, "--").text.strip())

    @property
    def clean(self) -> bool:
        """Does it hold what the commit holds?"""
        return not self.changed and not self.new_code

    @property
    def listing(self) -> tuple[str, ...]:
        """What differs and doesn't count, for people."""
        lines = (
            f"generated, and other than in the commit: {named(self.generated)}" if self.generated else "",
            f"not in the commit, and no code: {named(self.new_files)}" if self.new_files else "",
        )
        return tuple(line for line in lines if line)

    def holds_tree_of(self, commit: str) -> bool:
        """Is `commit` this one, or one that holds the same, such as one that was amended since?"""
        if commit == self.head:
            return True
        return ask_git(self.root, "rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}").text.strip() == self.tree


def checkout_of(settings: Settings, *, leaving_out: Path) -> Commit | None:
    """Return what a capture says of the checkout that it is recorded in.

    Args:
        leaving_out: the file that is about to be written.

    Returns:
        The commit, clean where the working copy holds what it holds; None where that can't be told.
    """
    copy = read_working_copy(settings, None, leaving_out=[leaving_out])
    return None if isinstance(copy, str) else Commit(id=copy.head, clean=copy.clean)


def checkout_now(settings: Settings, *, leaving_out: Sequence[Path]) -> Callable[[], Commit | None]:
    """Return what tells of the checkout as it is whenever it is asked; git is asked once a second at most.

    Args:
        leaving_out: the file that is being written.

    Raises:
        MisuseError: git can't compare the working copy now; later on nothing is told then.
    """
    watched = _Watched(settings, tuple(leaving_out))
    watched.look()
    return watched


class _Watched:
    def __init__(self, settings: Settings, leaving_out: Sequence[Path]) -> None:
        self._settings, self._leaving_out = settings, leaving_out
        self._lock = Lock()
        self._seen: Commit | None = None
        self._looked = 0.0

    def __call__(self) -> Commit | None:
        with self._lock:
            if monotonic() - self._looked >= _LOOK_AGAIN:
                try:
                    self.look()
                except MisuseError:
                    self._seen = None
            return self._seen

    def look(self) -> None:
        self._looked = monotonic()
        copy = read_working_copy(self._settings, None, leaving_out=self._leaving_out)
        self._seen = None if isinstance(copy, str) else Commit(id=copy.head, clean=copy.clean)


def read_working_copy(
    settings: Settings, domain: Domain | None, *, leaving_out: Sequence[Path] = ()
) -> WorkingCopy | str:
    """Compare a project's folder, and what its settings name, with the commit that is checked out.

    By content: neither modes nor line ends that git normalises count.

    Args:
        domain: its package and its registry are compared too; None where they aren't known.
        leaving_out: files whose difference doesn't count.

    Returns:
        What was found, or why nothing can be compared.
    """
    # What git could say before it failed is printed all the same.
    said = ask_git(settings.root, "rev-parse", "--show-toplevel", "HEAD^{commit}", "HEAD^{tree}")
    if said.failed is not None and not said.text:
        return "there is no git checkout here" if "not a git repository" in said.failed else said.failed
    if said.failed is not None:
        return f"git knows no commit here ({said.failed})"
    top, commit, tree = said.text.rstrip("\n").rsplit("\n", 2)
    root = Path(top).resolve()
    contract = [place for place in _contract_places(settings, domain) if place.is_relative_to(root)]
    places = _outermost([settings.root.resolve(), *contract])
    listed = _listed(root, places)
    known = [(mark, path) for mark, path in listed if mark != _UNKNOWN]
    if not known:
        return f"the checkout at {shown(root)} holds nothing of {shown(settings.root)}"
    counts = _Counted(root, settings, leaving_out)
    changed, built = counts.sort((*_changed(root, places), *_hidden(root, known)))
    new, also_built = counts.sort(path for mark, path in listed if mark == _UNKNOWN)
    code = {path for path in new if _is_code(root / path, contract)}
    return WorkingCopy(
        root=root,
        head=commit,
        tree=tree,
        changed=changed,
        new_code=tuple(path for path in new if path in code),
        new_files=tuple(path for path in new if path not in code),
        generated=(*built, *also_built),
    )


class _Counted:
    """Which files count, of those that differ."""

    def __init__(self, root: Path, settings: Settings, leaving_out: Sequence[Path]) -> None:
        prefix = settings.root.resolve().relative_to(root)
        left_out = [path.resolve() for path in leaving_out]
        self._left_out = {path.relative_to(root).as_posix() for path in left_out if path.is_relative_to(root)}
        self._generated = [_pattern(prefix, glob) for glob in settings.generated]

    def sort(self, paths: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the files that count, and those that a build writes."""
        found = [
            path
            for path in sorted(set(paths))
            if path not in self._left_out and not _NOT_ITS_OWN & set(PurePosixPath(path).parts)
        ]
        built = {path for path in found if any(pattern.fullmatch(path) for pattern in self._generated)}
        return tuple(path for path in found if path not in built), tuple(path for path in found if path in built)


def named(paths: Sequence[str]) -> str:
    """Return a list of paths as one line, the first few of them and how many more there are."""
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return ", ".join(path.encode("utf-8", "replace").decode() for path in paths[:_MOST_NAMED]) + more


def _contract_places(settings: Settings, domain: Domain | None) -> Iterator[Path]:
    """Yield the settings and what they name: whatever lies there is judged by or published, be it code or not."""
    if settings.file is not None:
        yield settings.file.resolve()
    if settings.registry is not None:
        yield settings.registry.resolve()
    yield (settings.pacts or settings.root / "pacts").resolve()
    yield (settings.root / settings.consumer_tests).resolve()
    if domain is not None:
        yield domain.registry_file.resolve()
        yield Path(str(importlib.import_module(domain.package).__file__)).resolve().parent


def _outermost(places: Iterable[Path]) -> tuple[str, ...]:
    found = list(dict.fromkeys(places))
    return tuple(str(one) for one in found if not any(one != other and one.is_relative_to(other) for other in found))


def _changed(root: Path, places: Sequence[str]) -> Iterator[str]:
    compare = ("diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "HEAD", "--")
    raw = ask_git(root, "-c", "core.fileMode=false", *compare, *places)
    if raw.failed is not None:
        raise MisuseError(
            f"git can't compare the working copy: {raw.failed}", next_step="see what git status says here"
        )
    for facts, path in zip(raw.paths[::2], raw.paths[1::2], strict=True):
        before, after, old, _, how = facts.removeprefix(":").split()
        # A mode that was staged, of a file with the same content.
        if how == "M" and before != after and _hash(root, path) == old:
            continue
        yield path


_UNKNOWN = "?"
"""How `ls-files -v` marks a file that git doesn't know; what it ignores isn't listed."""


def _listed(root: Path, places: Sequence[str]) -> list[tuple[str, str]]:
    """Return the files of some places, those that git knows and those that it doesn't, each with git's mark."""
    listed = ask_git(root, "ls-files", "-v", "-z", "--cached", "--others", "--exclude-standard", "--", *places)
    return [(line[0], line[2:]) for line in listed.paths]


def _hidden(root: Path, known: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield what differs of the files that git was told not to look at: they may hold anything."""
    for mark, path in known:
        if mark.islower() or (mark == "S" and (root / path).exists()):
            held = ask_git(root, "rev-parse", "--verify", "--quiet", f"HEAD:{path}").text.strip()
            if _hash(root, path) != held:
                yield path


def _hash(root: Path, path: str) -> str:
    return ask_git(root, "hash-object", f"--path={path}", "--", path).text.strip()


def _is_code(file: Path, contract: Sequence[Path]) -> bool:
    if any(file.is_relative_to(place) for place in contract):
        return True
    if file.suffix.lower() in _CODE or file.name in ("Makefile", "Dockerfile"):
        return True
    try:
        with file.open("rb") as stream:
            return stream.read(2) == b"#!"
    except OSError:
        # A folder: a checkout inside of the checkout, whose content this commit doesn't name.
        return True


def _pattern(prefix: Path, glob: str) -> re.Pattern[str]:
    """Return the pattern of a glob of the project's: `*` stays in a folder, `**` doesn't, and a folder is all in it."""
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", (prefix / glob).as_posix())
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts) + "(?:/.*)?", re.DOTALL)
