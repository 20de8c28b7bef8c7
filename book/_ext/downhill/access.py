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


def mend(body: str) -> str:
    """The body of a page with all of this put right.

    >>> mend('<tr><th class="head"><p></p></th><th class="head"><p>none</p></th></tr>')
    '<tr><td></td><th class="head"><p>none</p></th></tr>'
    """
    for pattern, replacement in MENDED:
        body = pattern.sub(replacement, body)
    return body


def mend_page(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend a page before it is written."""
    if "body" in context:
        context["body"] = mend(context["body"])


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", mend_page)
