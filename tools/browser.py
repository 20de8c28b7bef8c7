"""Find a Chromium to test with; as a script, let Playwright fetch one where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO = (
    "the browser tests need Chromium or Chrome: install one (Debian and Ubuntu: apt install chromium; "
    "elsewhere: https://www.google.com/chrome), or run: python -m playwright install chromium"
)


def find() -> str | None:
    """The path of an installed Chromium or Chrome, or of the one that Playwright has fetched."""
    for candidate in (*map(shutil.which, NAMES), *PLACES):
        if candidate and Path(candidate).exists():
            return candidate
    from playwright.sync_api import sync_playwright  # only here: most machines have a browser

    with sync_playwright() as playwright:
        fetched = playwright.chromium.executable_path
    return fetched if Path(fetched).exists() else None


if __name__ == "__main__":
    if find() is None:
        print("No Chromium found: Playwright fetches its own.")
        if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode:
            print(f"That did not work; {HOW_TO}")
