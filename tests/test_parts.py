"""The parts of the suite: what each takes, and that the unit tests need no browser's driver and no Sphinx."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

import conftest
from tests.conftest import ROOT

WITHOUT = ("playwright", "axe_playwright_python", "selenium", "marionette_driver", "sphinx", "jupyter_book", "myst_nb")


def test_each_test_is_in_one_part(request: pytest.FixtureRequest) -> None:
    parts = {"unit", "notebooks", "browser"}
    for item in request.session.items:
        assert len(parts & {mark.name for mark in item.iter_markers()}) == 1, item.nodeid
    assert conftest.part_of(request.node) == "unit"


def test_the_parts_are_told_by_what_a_test_uses() -> None:
    read = {path.stem: path for path in (ROOT / "tests").glob("test_*.py")}
    assert conftest.imports(read["test_book"], conftest.DRIVERS)
    assert conftest.imports(read["test_notebooks"], conftest.CHAPTERS)
    assert not conftest.imports(read["test_methods"], f"{conftest.DRIVERS}|{conftest.CHAPTERS}")


def test_the_unit_tests_are_read_without_a_driver_and_without_sphinx() -> None:
    hide = f"import sys; sys.modules |= dict.fromkeys({WITHOUT}); import pytest; "
    run = f"{hide}sys.exit(pytest.main(['-q', '--collect-only', '-m', 'unit', '-p', 'no:cacheprovider', 'book', 'tests']))"
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "tests/test_methods.py::" in done.stdout and "tests/test_book.py::" not in done.stdout


def test_make_runs_a_part_without_the_lint() -> None:
    make = ["make", "--dry-run", "--always-make", "test"]
    part = subprocess.run([*make, "PART=unit"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m pytest -n 2 --dist loadfile --no-loadscope-reorder -m unit" in part
    assert "tools.lint" not in part and "tools.browser" not in part
    whole = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert whole.index("tools.lint") < whole.index("-m pytest")


def test_continuous_integration_begins_with_the_lint() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert script.index("make lint") < script.index("-m pytest") < script.index("tools.pythons")
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))["jobs"]["lint"]["steps"]
    assert steps[-1] == {"run": "make lint"}
