"""What is written is whole or isn't there: on a full disk, after a kill, beside another writer."""

from __future__ import annotations

import ast
import errno
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts import files
from contracts.errors import MisuseError
from contracts.files import unwritten, write_all, write_whole

PACKAGE = Path(__file__).parents[1] / "contracts"
OLD, NEW = "old\r\nline\n", "new\n" * 100_000


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let this process write no file beyond a size, as a full disk or a quota does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(file.name for file in folder.iterdir())


def test_text_is_written_as_it_is_and_over_what_was_there(tmp_path: Path) -> None:
    """Line ends stay, the mode stays, a new file's is the umask's, a link stays a link, and nothing is left beside."""
    file, link = tmp_path / "a", tmp_path / "link"
    write_whole(file, OLD)
    assert file.read_bytes() == OLD.encode()
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask
    file.chmod(0o640)
    link.symlink_to("a")
    write_whole(link, b"\xff")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode), link.is_symlink()) == (b"\xff", 0o640, True)
    write_all({file: "1", tmp_path / "b" / "c": "2"}, what="x", next_step="y", parents=True, executable=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    assert (tmp_path / "b" / "c").read_text() == "2"
    assert (names(tmp_path), names(tmp_path / "b")) == (["a", "b", "link"], ["c"])


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path) -> None:
    """None of several files is changed, and making room is what helps, not another name."""
    one, two, new = (tmp_path / name for name in ("one", "two", "new"))
    one.write_text("1")
    two.write_text("2")
    with room_for(1000), pytest.raises(MisuseError) as caught:
        write_all({one: "x", two: NEW, new: "y"}, what="the pacts", next_step="make the folder writable")
    assert str(caught.value).startswith(f"{two}: the pacts can't be written: File too large")
    assert (caught.value.next_step or "").startswith("make room on the disk")
    assert (one.read_text(), two.read_text(), names(tmp_path)) == ("1", "2", ["one", "two"])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_what_is_full_is_told_from_what_may_not_be_written(code: int) -> None:
    """A disk, a quota, a limit; and the near miss, a folder that is read-only."""
    assert "make room" in str(unwritten(OSError(code, os.strerror(code)), "f", what="it", next_step="name another"))
    assert "name another" in str(unwritten(OSError(errno.EROFS, "ro"), "f", what="it", next_step="name another"))


def test_a_device_that_is_full_is_said(tmp_path: Path) -> None:
    """What is no file is written to, never replaced."""
    with pytest.raises(MisuseError, match="No space left on device\n  next: make room"):
        write_whole(Path("/dev/full"), "x")
    write_whole(Path("/dev/null"), "x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "through it")
    reader.join(10)
    assert (read, pipe.is_fifo()) == (["through it"], True)


@pytest.mark.parametrize("name", ["missing/file", "file/below", "folder"])
def test_a_place_that_can_not_be_written_is_said(tmp_path: Path, name: str) -> None:
    """No such folder, a file where a folder is needed, a folder where a file is: the reason and what to do."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(MisuseError, match=r"this file can.t be written: .*\n  next: name a file"):
        write_whole(tmp_path / name, "x")


def test_where_nothing_can_lie_beside_a_file_it_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where one file is mounted into a container: it can't be replaced, and its folder is another's."""

    def refused(*_: object) -> None:
        raise OSError(errno.EBUSY, "busy")

    file = tmp_path / "mounted"
    file.write_text("old, and longer")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        write_whole(file, "new")
    assert (file.read_text(), names(tmp_path)) == ("new", ["mounted"])
    with monkeypatch.context() as patch:
        patch.setattr(files, "_new_file", refused)
        write_whole(file, "newer")
        with pytest.raises(MisuseError, match="busy"):
            write_whole(tmp_path / "another", "x")
    assert (file.read_text(), names(tmp_path)) == ("newer", ["mounted"])


def test_two_writers_and_readers_see_whole_files(tmp_path: Path) -> None:
    """Whoever writes last wins whole."""
    file = tmp_path / "file"
    texts = [letter * 50_000 for letter in "abcd"]
    write_whole(file, texts[0])
    seen: set[str] = set()

    def write(text: str) -> None:
        for _ in range(10):
            write_whole(file, text)
            seen.add(file.read_text())

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= set(texts)
    assert names(tmp_path) == ["file"]


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    """The old file is whole; a writer that still lives keeps what it has begun."""
    file = tmp_path / "emitters.toml"
    file.write_text("old")
    code = (
        "import os, signal, sys; from pathlib import Path; from contracts import files\n"
        "with files._part(Path(sys.argv[1]), b'new', False): print('begun', flush=True); sys.stdin.read()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
        started[0].kill()
        started[0].wait()
        assert (file.read_text(), len(names(tmp_path))) == ("old", 3)
        write_whole(file, "newer")
        assert (file.read_text(), len(names(tmp_path))) == ("newer", 2)
        started[1].communicate("", timeout=20)
        assert started[1].returncode == 0
    finally:
        for process in started:
            process.kill()
            process.communicate()
    assert names(tmp_path) == ["emitters.toml"]


ALLOWED = {
    "files.py": "it is the way to write",
    "report/ci.py": "a line is appended to what the job has begun",
    "cli/provider_ci.py": "a line is appended to what the job has begun",
    "provider/emitter_ci.py": "it only tries whether it could, and adds nothing",
    "emitters/suite.py": "it copies line by line into a file beside, and moves it",
    "provider/once.py": "its own file in a folder of the run",
    "pytest_plugin.py": "its own file in a folder of the run",
    "pact_core/verifier.py": "its own file in a folder of the run",
    "registry_diff/describe.py": "its own file in a folder of the run",
    "pact_core/silence.py": "the device that takes everything",
    "cli/streams.py": "the device that takes everything",
    "testing/project.py": "a project of one test, in a folder of its own",
}


def writing(source: str) -> Iterator[str]:
    """Yield each call in some code that writes into a file by its name, with its line."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        modes = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if called in ("write_text", "write_bytes", "NamedTemporaryFile") or (
            called == "open" and any(re.fullmatch("[wax]b?", mode) for mode in modes)
        ):
            yield f"{node.lineno}: {called}"


@pytest.mark.parametrize("name", sorted(str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py")))
def test_nothing_else_writes_what_somebody_reads(name: str) -> None:
    """A file that is opened to be written is empty until it is full, and half of it where the disk is."""
    found = list(writing((PACKAGE / name).read_text(encoding="utf-8")))
    if name in ALLOWED:
        assert found, f"{name} writes no more: take it off the list"
    else:
        assert found == []
