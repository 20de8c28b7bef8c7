"""The engine of pages that compute: Brython and gdcore's own modules, packed into one script that a
page loads when a reader first touches what needs it.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from gdcore.inpage.modules import engine_script

FILE = "_static/inpage/engine.js"


def write_engine(app: Sphinx, error: Exception | None) -> None:
    """Put the script where gdcore/inpage/engine.js looks for it."""
    if error is None and app.builder.format == "html":
        file = Path(app.outdir) / FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(engine_script(), "utf-8")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", write_engine, priority=300)
