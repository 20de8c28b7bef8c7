"""Tables of cells: while the book is built `gdcore.tables` shows MyST Markdown, which Sphinx
numbers.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config


def set_format(app: Sphinx, config: Config) -> None:
    """Have Markdown outputs read as MyST."""
    config.nb_render_markdown_format = "myst"


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", set_format)
