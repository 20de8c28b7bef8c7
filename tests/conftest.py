"""What the tests share: the built book, and a browser that reaches no network. What needs Playwright imports it late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests import engines
from tools import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.engines import Engine

ROOT = Path(__file__).resolve().parents[1]

# A shell starts what runs in its background with Ctrl-C ignored, and the processes that tests start inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the really built book's pages, built where `make book` does, or under DOWNHILL_BOOK.

    What is up to date there is not built again: the build itself knows what a page is made of (book/_ext/downhill/execution.py).
    Of tests that run side by side the first builds, and the others wait for it.
    """
    target = Path(os.environ.get("DOWNHILL_BOOK", ROOT))
    (target / "_build").mkdir(parents=True, exist_ok=True)
    with FileLock(target / "_build" / "building.lock"):
        return _built(target)


def _built(target: Path) -> Path:
    command = [sys.executable, "-P", str(ROOT / "tools" / "build.py"), str(ROOT), "--path-output", str(target)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}  # kernels get it from the build
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert run.returncode == 0, f"the book does not build:\n{run.stderr[-6000:]}"
    return target / "_build" / "html" / "book"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium. Without one the browser tests are skipped on a reader's machine and fail in continuous integration."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # a machine with neighbours takes its time

    path = browsers.find()
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(browsers.HOW_TO)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Watched:
    """A page that remembers what it should not have done."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page whose every request to a network is aborted, and noted like any error. The test fails if there was one."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    seen = Watched(page)
    page.route(
        lambda url: not url.startswith(("file:", "data:", "blob:")),
        lambda route: (seen.requests.append(route.request.url), route.abort()),
    )
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda message: seen.errors.append(message.text) if message.type in {"error", "warning"} else None)
    yield seen
    context.close()
    assert not seen.errors
    assert not seen.requests


def _started(name: str, engine: Callable[[], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    if engines.missing(name):
        pytest.fail(f"missing: {engines.missing(name)}")
    with engine() as browser:
        yield browser


@pytest.fixture(scope="module")
def firefox() -> Iterator[Engine]:
    """Firefox, one for each file of tests."""
    yield from _started("firefox", engines.firefox)


@pytest.fixture(scope="module")
def webkit() -> Iterator[Engine]:
    """WebKit, Safari's engine, one for each file of tests."""
    yield from _started("webkit", engines.webkit)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and say so, the tests of a browser that this machine does not have."""
    unwanted = {engine for engine in engines.DRIVERS if not engines.wanted(engine)}
    out = [item for item in items if unwanted & set(getattr(item, "fixturenames", ()))]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)
