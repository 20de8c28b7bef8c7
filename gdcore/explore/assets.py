"""The script and the style of explorables, as the built page and JupyterLab get them."""

from __future__ import annotations

from pathlib import Path

from gdcore.explore.colours import colours

_HERE = Path(__file__).parent


def script() -> str:
    """The text of explore.js."""
    return (_HERE / "explore.js").read_text("utf-8")


def style() -> str:
    """The colours of pictures and the text of explore.css, the one place for the look of page and
    widget.
    """
    return colours() + (_HERE / "explore.css").read_text("utf-8")
