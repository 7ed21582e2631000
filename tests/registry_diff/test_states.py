"""A revision is unpacked into a folder of its own, and nothing of it leads out of there, on any Python."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from contracts.registry_diff.states import _extract


@pytest.mark.parametrize("has_filters", [True, False])
def test_a_link_that_leads_elsewhere_is_no_part_of_a_revision(
    has_filters: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files, folders and links within the tree are; Python before 3.11.4 has no filters for archives."""
    if not has_filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    elif not hasattr(tarfile, "data_filter"):
        pytest.skip("this Python has no filters for archives")
    packed = tmp_path / "state.tar"
    with tarfile.open(packed, "w") as archive:
        for name, target in (
            ("inside/within", "../kept.txt"),
            ("inside/out", "../../elsewhere"),
            ("absolute", "/etc/hostname"),
            ("up", ".."),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
        (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
        archive.add(tmp_path / "kept.txt", "kept.txt")
    with tarfile.open(packed) as opened:
        _extract(opened, tmp_path / "tree")
    found = sorted(str(path.relative_to(tmp_path / "tree")) for path in (tmp_path / "tree").rglob("*"))
    assert found == ["inside", "inside/within", "kept.txt"]
    assert (tmp_path / "tree/inside/within").read_text(encoding="utf-8") == "kept"
