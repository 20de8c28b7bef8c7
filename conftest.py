"""What every test takes part in: warnings are errors in the kernels, and each test belongs to a
part of the suite.

The parts are `unit`, `notebooks` and `browser`. A test is put into one by what it uses: a fixture
that gives the built book or a browser, a package that drives one, a notebook. No test names its
part by hand.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from kernel_warnings import KERNEL_WARNINGS

# Kernels started by nbval inherit this, as those of the book's build do.
os.environ.setdefault("PYTHONWARNINGS", KERNEL_WARNINGS)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("GDCORE_TABLES", "text")  # nbval compares text alone

BROWSER_FIXTURES = {"book", "browser", "watched", "firefox", "webkit", "lab"}
DRIVERS = "playwright|axe_playwright_python|selenium|marionette_driver|sphinx|myst_nb|downhill"
CHAPTERS = r"nbformat|tools\.notebooks|tools import notebooks"


@cache
def imports(path: Path, packages: str) -> bool:
    """Whether a module imports one of the packages wherever it is imported: at its top,
    unindented.
    """
    return re.search(rf"^(?:from |import )(?:{packages})\b", path.read_text("utf-8"), re.MULTILINE) is not None


def part_of(item: pytest.Item) -> str:
    """The part of the suite that a test belongs to."""
    if item.path.suffix == ".ipynb":
        return "notebooks"
    if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())) or imports(item.path, DRIVERS):
        return "browser"
    return "notebooks" if imports(item.path, CHAPTERS) else "unit"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The unit tests run where neither Playwright nor Sphinx is installed: modules that import them
    are not even read.
    """
    if config.option.markexpr != "unit":
        return None
    needless = collection_path.suffix == ".ipynb" or (collection_path.suffix == ".py" and imports(collection_path, DRIVERS))
    return needless or None


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its part."""
    for item in items:
        item.add_marker(part_of(item))
