"""Firefox and WebKit behind one small face: open a page, run a script, press keys, click, go back.

Their drivers come with requirements-browsers.txt, on Linux alone. Firefox is driven by its own protocol, Marionette, since the
programs that translate WebDriver for it come from outside of every package list; WebKitGTK stands for Safari.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = ("firefox-esr", "firefox")
MINI_BROWSERS = "/usr/lib*/*/webkit2gtk-4.*/MiniBrowser"
DRIVERS = {"firefox": "marionette_driver", "webkit": "selenium"}


def missing(engine: str) -> str:
    """What is not installed that an engine takes, or nothing."""
    if importlib.util.find_spec(DRIVERS[engine]) is None:
        return f"the package {DRIVERS[engine]} (pip install -r requirements-browsers.txt)"
    if engine == "firefox":
        return "" if _firefox() else "Firefox (Debian: apt install firefox-esr)"
    needed = {"WebKitWebDriver": shutil.which("WebKitWebDriver"), "MiniBrowser": _mini_browser(), "Xvfb": shutil.which("Xvfb")}
    lacking = [name for name, path in needed.items() if not path]
    return f"{', '.join(lacking)} (Debian: apt install webkit2gtk-driver xvfb)" if lacking else ""


def wanted(engine: str) -> bool:
    """Whether the tests of an engine are chosen: it is there, or its driver was installed for continuous integration.

    There a browser that is missing fails the tests; on a reader's machine they are left out.
    """
    return not missing(engine) or (os.environ.get("CI") == "true" and importlib.util.find_spec(DRIVERS[engine]) is not None)


def _firefox() -> str | None:
    return next(filter(None, map(shutil.which, FIREFOX)), None)


def _mini_browser() -> str:
    found = sorted(Path("/").glob(MINI_BROWSERS.removeprefix("/")))
    return str(found[-1]) if found else ""


class Engine:
    """A running browser, driven by what Selenium and Marionette have in common."""

    driver: Any
    keys: Any

    def script(self, code: str) -> Any:
        """What a piece of JavaScript returns in the page."""
        return self.driver.execute_script(code)

    def wait(self, code: str, seconds: float = 20) -> None:
        """Until a JavaScript expression is true."""
        end = time.monotonic() + seconds
        while not self.script(f"return Boolean({code})"):
            assert time.monotonic() < end, f"{code} did not come true within {seconds} s"
            time.sleep(0.05)

    def find(self, selector: str) -> Any:
        """The first element of a CSS selector, in the middle of the window."""
        self.script(f"document.querySelector(`{selector}`).scrollIntoView({{ block: 'center' }})")
        return self.driver.find_element("css selector", selector)

    def press(self, selector: str, key: str) -> None:
        """Send a key to an element, by the name that both drivers give it, such as ARROW_RIGHT."""
        self.find(selector).send_keys(getattr(self.keys, key))


class Firefox(Engine):
    """Firefox by Marionette."""

    def __init__(self, driver: Any) -> None:
        from marionette_driver.keys import Keys

        self.driver, self.keys = driver, Keys

    def open(self, address: str) -> None:
        self.driver.navigate(address)

    def back(self) -> None:
        self.driver.go_back()

    def click(self, selector: str, right: int = 0) -> None:
        """Click an element, so many pixels to the right of its middle."""
        from marionette_driver.marionette import ActionSequence

        mouse = ActionSequence(self.driver, "pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(right, 0, origin=self.find(selector)).pointer_down().pointer_up().perform()


class WebKit(Engine):
    """WebKitGTK by Selenium."""

    def __init__(self, driver: Any) -> None:
        from selenium.webdriver.common.keys import Keys

        self.driver, self.keys = driver, Keys

    def open(self, address: str) -> None:
        self.driver.get(address)

    def back(self) -> None:
        self.driver.back()

    def click(self, selector: str, right: int = 0) -> None:
        """Click an element, so many pixels to the right of its middle."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).move_to_element_with_offset(self.find(selector), right, 0).click().perform()


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A Firefox without a window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # distro, which mozinfo imports, is deprecated
        from marionette_driver.marionette import Marionette

        with socket.socket() as free:  # two Firefoxes may run side by side
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        driver = Marionette(bin=_firefox(), headless=True, gecko_log=os.devnull, port=port)
        driver.start_session()
    try:
        yield Firefox(driver)
    finally:
        driver.quit()


@contextmanager
def webkit() -> Iterator[WebKit]:
    """WebKitGTK's small browser on a screen that nobody sees."""
    from selenium import webdriver

    options = webdriver.WebKitGTKOptions()
    options.binary_location = _mini_browser()
    options.add_argument("--automation")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        try:
            assert screen.stdout is not None
            display = f":{screen.stdout.readline().strip()}"
            # Where the system has no language, scripts that ask for it would get "C", which is none.
            environment = os.environ | {"DISPLAY": display, "LANG": "C.UTF-8", "LANGUAGE": "en"}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Selenium passes its own class what that has deprecated
                service = webdriver.WebKitGTKService(shutil.which("WebKitWebDriver"), env=environment)
                driver = webdriver.WebKitGTK(options=options, service=service)
            try:
                yield WebKit(driver)
            finally:
                driver.quit()
        finally:
            screen.terminate()
