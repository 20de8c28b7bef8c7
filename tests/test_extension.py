"""The parts of the build's extension, each by itself."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import time

import pytest
from downhill import execution, outcome, parallel, repository
from nbformat.v4 import new_output
from sphinx.errors import SphinxParallelError

POSIX = os.name == "posix"


def test_what_is_printed_in_two_messages_is_one_text():
    def said(*texts, name="stdout"):
        return [new_output("stream", name=name, text=text) for text in texts]

    assert execution.whole_streams(said("losses", " [2. 2.]\n", "end\n")) == said("losses [2. 2.]\nend\n")
    assert execution.whole_streams(said("a\n", "\n", "b")) == said("a\n\nb\n")
    mixed = [*said("a"), *said("x", name="stderr"), new_output("display_data", {"text/plain": "1"}), *said("b")]
    joined = execution.whole_streams(mixed)
    assert [output.get("text") for output in joined] == ["ab\n", "x\n", None]
    assert mixed[0]["text"] == "a"
    assert execution.whole_streams([]) == []


def test_the_number_of_processes(monkeypatch):
    monkeypatch.setenv("DOWNHILL_JOBS", "3")
    assert parallel.processes() == (3 if POSIX else 1)
    monkeypatch.delenv("DOWNHILL_JOBS")
    assert 1 <= parallel.processes() <= parallel.MOST_PROCESSES
    if POSIX:
        for wrong in ("0", "two", "-1", ""):
            monkeypatch.setenv("DOWNHILL_JOBS", wrong)
            with pytest.raises(ValueError, match="DOWNHILL_JOBS"):
                parallel.processes()


@pytest.mark.skipif(not POSIX, reason="one process does everything where there is no fork")
def test_results_are_taken_in_by_name_and_no_failure_is_lost():
    taken = []
    tasks = parallel.Tasks(2)
    for name, wait in [("a", 0.4), ("b", 0.1), ("c", 0.0)]:
        tasks.add_task(lambda names, wait=wait: time.sleep(wait), [name], lambda names, result: taken.append(names))
    tasks.join()
    assert taken == [["a"], ["b"], ["c"]]
    tasks = parallel.Tasks(1)
    tasks.add_task(lambda names: 1 / 0, ["a"])
    time.sleep(0.5)
    tasks.add_task(lambda names: None, ["b"])  # here Sphinx finds the failure, and drops it
    with pytest.raises(SphinxParallelError, match="ZeroDivisionError"):
        tasks.join()


@pytest.fixture
def folders(tmp_path):
    for name, text in {"next/a": "new", "next/b/c": "same", "html/a": "old", "html/b/c": "same", "html/d/e": "gone"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "next", tmp_path / "html"


def contents(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_publishing_brings_a_folder_to_the_state_of_another(folders):
    source, target = folders
    kept = (target / "b" / "c").stat().st_mtime_ns
    outcome.publish(source, target)
    assert contents(target) == contents(source) == {"a": "new", "b/c": "same"}
    assert (target / "b" / "c").stat().st_mtime_ns == kept
    assert sorted(path.name for path in target.parent.iterdir()) == ["html", "next"]


def test_a_full_disk_leaves_the_old_book_whole(folders, monkeypatch):
    source, target = folders

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = contents(target)
    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="No space"):
        outcome.publish(source, target)
    assert contents(target) == before


@pytest.mark.parametrize("origin", ["https://github.com/someone/fork", "git@github.com:someone/fork.git"])
def test_a_public_copy_is_known_by_its_origin(tmp_path, origin):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert repository.public_repository(tmp_path) is None
    repository._git.cache_clear()
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", origin], check=True)
    assert repository.public_repository(tmp_path) == "https://github.com/someone/fork"
