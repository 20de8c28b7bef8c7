"""Setting up on every reader's machine: the environment, the requirements, the addresses, what README promises."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tools import address, environment, lint, pythons, resolve

REQUIREMENTS = "requirements-author.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder with the files that decide an environment."""
    for name in environment.FILES:
        (tmp_path / name).write_text(name, "utf-8")
    return tmp_path


def made(folder: Path, requirements: str) -> None:
    """An environment in little."""
    folder.mkdir(parents=True)
    (folder / "python").write_text(requirements, "utf-8")


def fails(folder: Path, requirements: str) -> None:
    """Pip without a network."""
    raise SystemExit("no network")


def never(folder: Path, requirements: str) -> None:
    raise AssertionError("the environment is made anew without need")


def set_up(root: Path, build=made, requirements=REQUIREMENTS) -> bool:
    return environment.ensure(root, requirements, build)


def test_a_new_environment_replaces_the_old_one_only_when_it_is_whole(root: Path) -> None:
    assert set_up(root)
    old = (root / ".venv").resolve()
    (root / "constraints.txt").write_text("newer", "utf-8")
    with pytest.raises(SystemExit, match="no network"):
        set_up(root, fails)
    assert (root / ".venv").resolve() == old and (old / "python").exists()
    assert set_up(root)
    assert (root / ".venv").resolve() != old and not old.exists()
    assert len(list((root / ".venvs").iterdir())) == 1


def test_what_pip_left_half_done_is_removed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / ".venvs" / "new"
    monkeypatch.setattr(environment.sys, "executable", shutil.which("false") or "false")
    with pytest.raises(SystemExit, match="as it was"):
        environment.build(folder, REQUIREMENTS)
    assert not folder.exists()


def test_touched_files_of_the_same_content_make_no_new_environment(root: Path) -> None:
    assert set_up(root)
    before = (root / ".venv" / "ready").stat().st_mtime_ns
    for name in environment.FILES:
        os.utime(root / name, ns=(before + 10**9, before + 10**9))
    os.utime(root / ".venv" / "ready", ns=(before - 10**9, before - 10**9))
    assert not set_up(root, never)
    assert (root / ".venv" / "ready").stat().st_mtime_ns > before - 10**9, "make would ask again each time"


def test_an_environment_with_more_than_is_asked_for_is_kept(root: Path) -> None:
    assert set_up(root, requirements="requirements-browsers.txt")
    assert not set_up(root, never)
    assert not set_up(root, never, "requirements.txt")
    (root / REQUIREMENTS).write_text("newer", "utf-8")
    assert set_up(root, requirements="requirements.txt")
    assert set_up(root), "the author's needs more than the reader's"


def test_a_folder_that_was_copied_elsewhere_is_set_up_anew(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert set_up(root)
    moved = tmp_path_factory.mktemp("moved") / "downhill"
    shutil.copytree(root, moved, symlinks=True)
    assert set_up(moved)


def test_a_link_is_never_emptied_through(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    mine = tmp_path_factory.mktemp("mine")
    (mine / "file").write_text("kept", "utf-8")
    (root / ".venv").symlink_to(mine)
    assert set_up(root)
    assert (mine / "file").read_text("utf-8") == "kept" and (root / ".venv").resolve() != mine


def test_an_environment_made_by_hand_is_put_aside(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(root / ".venv", "by hand")
    assert set_up(root)
    (aside,) = root.glob(".venv.old-*")
    assert (aside / "python").read_text("utf-8") == "by hand" and aside.name in capsys.readouterr().out


def test_an_older_folder_made_for_the_book_is_replaced(root: Path) -> None:
    made(root / ".venv", "older")
    (root / ".venv" / "ready").touch()
    assert set_up(root)
    assert (root / ".venv").is_symlink() and not list(root.glob(".venv.old-*"))


def test_one_that_is_being_made_beside_is_left_alone(root: Path) -> None:
    made(root / ".venvs" / "other", "in the making")
    assert set_up(root)
    assert (root / ".venvs" / "other").exists()


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 11, 1), (2, 7, 18)])
def test_an_old_python_is_refused_by_what_was_found_and_what_is_needed(version: tuple[int, ...]) -> None:
    with pytest.raises(SystemExit) as refusal:
        environment.check_python(version)
    found, least = (".".join(map(str, each)) for each in (version, environment.LEAST))
    assert found in str(refusal.value) and f"needs Python {least} or later" in str(refusal.value)
    assert "make PYTHON=" in str(refusal.value)


def test_readme_names_the_python_that_is_needed() -> None:
    least = ".".join(map(str, environment.LEAST))
    assert f"Python {least} or later" in (ROOT / "README.md").read_text("utf-8")
    assert least == resolve.PYTHONS[0]


def test_git_ignores_the_environment_as_a_link_and_as_a_folder() -> None:
    for name in (".venv", ".venvs/one", ".venv.old-1"):
        run = subprocess.run(["git", "check-ignore", "--no-index", "-q", name], cwd=ROOT)
        assert run.returncode == 0, f"{name} is not ignored"


def test_the_address_to_open_is_escaped(tmp_path: Path) -> None:
    page = tmp_path / "100 % of #1" / "ü.html"
    assert address.address(page).endswith("/100%20%25%20of%20%231/%C3%BC.html")


def test_other_pythons_are_found_and_stand_ins_that_do_not_run_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n", "utf-8")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert pythons.find() == {}
    own = tmp_path / "versions" / f"{sys.version_info[0]}.{sys.version_info[1]}.99" / "bin"
    own.mkdir(parents=True)
    (own / "python").symlink_to(sys.executable)
    assert pythons.find() == {} and pythons.find(own=(3, 0)) == {tuple(sys.version_info[:3]): str(own / "python")}


@pytest.mark.parametrize("system, passes", [(("Windows", "AMD64"), True), (("Linux", "x86_64"), False)])
def test_a_linter_is_left_out_only_where_it_cannot_be_had(system, passes, monkeypatch, capsys) -> None:
    monkeypatch.setattr(lint, "program", lambda name: None)
    monkeypatch.setattr(lint.platform, "system", lambda: system[0])
    monkeypatch.setattr(lint.platform, "machine", lambda: system[1])
    assert lint.run("JavaScript and CSS", ["biome"]) is passes
    assert ("cannot be had" if passes else "is missing") in capsys.readouterr().out


def test_readme_prints_what_it_says() -> None:
    text = re.sub(r"^```.*$", "", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    assert len(examples.examples) >= 5
    assert doctest.DocTestRunner().run(examples).failed == 0


READ_BY_OTHERS = [*sorted((ROOT / ".github").rglob("*.yml")), ROOT / "CITATION.cff", ROOT / ".pre-commit-config.yaml"]


@pytest.mark.parametrize("path", READ_BY_OTHERS, ids=lambda path: path.name)
def test_what_other_programs_read_is_well_formed(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)


def test_workflows_run_every_python_that_is_promised() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))["jobs"]
    tested = jobs["unit-and-notebooks"]["strategy"]["matrix"]["python"]
    assert tested == [version.rpartition(".")[0] for version in resolve.PYTHONS] == [f"3.{minor}" for minor in pythons.MINORS]


def test_the_citation_has_the_packages_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == project["version"]
