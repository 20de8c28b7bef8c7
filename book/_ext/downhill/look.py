"""The head and the frame of a page: its title, what it is about, its colours and its mark, and no
file that keeps it waiting.

The theme's icons come from a script of 1.5 MB; here they are drawn by _static/look-icons.css.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

STATIC = Path(__file__).resolve().parents[3] / "_static"
INLINE = re.compile(r"<style>.*?</style>\s*| role=\"img\" aria-label=\"[^\"]*\"", re.DOTALL)
NUMBER = re.compile(r'<span class="section-number">.*?</span>')
AT_ONCE = "documentation_options.js"  # a script in the page's head adds to what it sets
FIRST = ("_static/look.js", "_static/downhill.js")
SHORTEST, LONGEST = 40, 200  # characters of a paragraph that says what the book is about


def sort_styles(app: Sphinx, config: Config) -> None:
    """Take the book's own styles in the order of their names; Jupyter Book takes the disk's."""
    theirs = [style for style in config.html_css_files if not isinstance(style, str)]
    config.html_css_files = [*theirs, *sorted(style for style in config.html_css_files if isinstance(style, str))]


def papers() -> list[str]:
    """The colour of the paper in light and in dark, as the styles have it."""
    return re.findall(r"--dh-paper: (#[0-9a-f]{6});", (STATIC / "downhill.css").read_text("utf-8"))[:2]


def logo() -> str:
    """The mark, drawn in the colours of the page."""
    drawn = INLINE.sub("", (STATIC / "logo.svg").read_text("utf-8"))
    return drawn.replace("<svg ", '<svg class="logo__image" aria-hidden="true" width="36" height="36" ', 1)


def heading(context: dict[str, Any]) -> str:
    """A page's title for the browser's tab: "Momentum — Downhill", or all of the book's name."""
    book, subtitle = context["docstitle"], context.get("subtitle", "")
    if context.get("pagename") == context.get("root_doc"):
        return f"{book}: {subtitle}" if subtitle else book
    title = NUMBER.sub("", context.get("title") or "")
    return f"{re.sub(r'<[^>]+>', '', title)} — {book}" if title else book


def description(doctree: nodes.document | None, context: dict[str, Any]) -> str:
    """What a page is about: the question that it opens with and the book's subtitle; of the first
    page, and of one that opens with no question, its first paragraph.
    """
    subtitle = context.get("subtitle", "")
    if doctree is None:
        return subtitle
    paragraphs = [" ".join(found.astext().split()) for found in doctree.findall(nodes.paragraph)]
    question = next((text for text in paragraphs[:1] if text.endswith("?")), "")
    if context.get("pagename") == context.get("root_doc") or not question:
        return shorten(next((text for text in paragraphs if len(text) >= SHORTEST), subtitle), LONGEST, placeholder=" …")
    return f"{question} {subtitle[:1].upper()}{subtitle[1:]}.".strip()


def fill_head(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the template what it writes, and let scripts wait until the page is read."""
    context.update(
        downhill_title=heading(context),
        downhill_description=description(doctree, context),
        downhill_papers=papers(),
        downhill_logo=logo(),
        downhill_has_mathjax="sphinx-mathjax-offline" in app.extensions,  # its files are in _static
    )
    if context.get("default_mode") == "auto":
        context["default_mode"] = "light"  # without scripts: the theme has no colours for "auto"
    context["css_files"] = [style for style in context["css_files"] if "thebe" not in str(getattr(style, "filename", style))]
    if pagename != "search":  # whose template writes scripts that do not wait for others
        context["script_files"] = [waiting(script) for script in context["script_files"]]


def waiting(script: Any) -> Any:
    """A script as one that runs when the page is read, in its turn: the one that tells MathJax what
    to set first before all others. What has no file, or is not Sphinx's, stays as it is.
    """
    name = str(getattr(script, "filename", None) or "")
    if not name or name.endswith(AT_ONCE):
        return script
    return type(script)(name, priority=0 if name in FIRST else script.priority, **{**script.attributes, "defer": "defer"})


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", sort_styles)
    app.connect("html-page-context", fill_head, priority=950)
