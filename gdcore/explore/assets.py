"""The script and the style of explorables, as the built page and JupyterLab get them."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script() -> str:
    """The text of explore.js."""
    return (_HERE / "explore.js").read_text("utf-8")


def style() -> str:
    """The text of explore.css, the one place for the look of page and widget."""
    return (_HERE / "explore.css").read_text("utf-8")
