"""Files are written whole or not at all, and parts of killed processes do not stay."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gdcore import files


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"old", b"new"):
        files.write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_is_told_with_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"could not be written: No space left on device: '.*a\.json'") as raised:
        files.write_whole(path, b"new")
    assert raised.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="could not be written"):
        files.write_whole(tmp_path / "nowhere" / "a", b"x")


@pytest.mark.parametrize("name", ["a.part", ".part", "a.1.part", "a.x-1.part", "a.99999999999999999999-1.part"])
def test_what_is_not_a_part_of_ours_or_may_be_written_is_left(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.replace("a.1", f"a.{os.getpid()}-7")
    path.write_bytes(b"x")
    files.remove_stale_parts(tmp_path)
    assert path.exists()
