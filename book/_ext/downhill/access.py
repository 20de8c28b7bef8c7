"""What screen readers meet on a page, put right where the tools of the build err."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

MENDED = (
    # The entries of the references: a role that is no longer one, and a list that holds no items.
    (re.compile(r'(<div class="citation"[^>]*?) role="doc-biblioentry"'), r"\1"),
    (re.compile(r'<div role="list" class="citation-list">'), '<div class="citation-list">'),
    # A cell without words heads nothing.
    (re.compile(r'<th class="head">(?:<p></p>)?</th>'), "<td></td>"),
)

_FOLD = re.compile(r">([^<>]+)</a><details([^>]*)><summary>")


def mend(body: str) -> str:
    """The body of a page with all of this put right.

    >>> mend('<tr><th class="head"><p></p></th><th class="head"><p>none</p></th></tr>')
    '<tr><td></td><th class="head"><p>none</p></th></tr>'
    """
    for pattern, replacement in MENDED:
        body = pattern.sub(replacement, body)
    return body


def with_named_folds(navigation: str) -> str:
    """The contents in which each fold says what it folds: its button is a picture alone.

    >>> with_named_folds('<a href="#">Data</a><details><summary></summary></details>')
    '<a href="#">Data</a><details><summary aria-label="Data: its pages"></summary></details>'
    """
    return _FOLD.sub(r'>\1</a><details\2><summary aria-label="\1: its pages">', navigation)


def mend_page(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend a page, and the contents beside it, before they are written."""
    if "body" in context:
        context["body"] = mend(context["body"])
    if "generate_toctree_html" in context:
        contents = context["generate_toctree_html"]
        context["generate_toctree_html"] = lambda *given, **named: with_named_folds(str(contents(*given, **named)))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", mend_page, priority=900)  # after the theme
