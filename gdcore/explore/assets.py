"""The scripts and the styles of explorables, as the built page and JupyterLab get them."""

from __future__ import annotations

from pathlib import Path

from gdcore.explore.colours import colours

_HERE = Path(__file__).parent
SCRIPTS = (
    "../inpage/engine.js",
    "../inpage/address.js",
    "walks.js",
    "computed.js",
    "handles.js",
    "listing.js",
    "menu.js",
    "guess.js",
    "explore.js",
)  # the last puts the others to work
STYLES = ("explore.css",)

_shipped: set[str] = set()  # what this page has already; a page is one kernel


def script() -> str:
    """The text of all scripts."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in SCRIPTS)


def style() -> str:
    """The text of all styles, the one place for the look of page and widget."""
    return "\n".join([colours(), *((_HERE / name).read_text("utf-8") for name in STYLES)])


def once() -> str:
    """Script and style for the first output of a page, nothing for all others."""
    if _shipped:
        return ""
    _shipped.add("all")
    return f"<style>{style()}</style><script>{script()}</script>"


def begin_page() -> None:
    """From here on outputs belong to another page."""
    _shipped.clear()
