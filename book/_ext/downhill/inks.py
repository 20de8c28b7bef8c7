"""Code without the spans that nothing draws: names, operators and blanks have the colour of the
text. They are three of four elements of a chapter's code, and half of all in its page.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

# Pygments' classes of names, built-in ones, operators, punctuation and blanks.
INKLESS = re.compile(r'<span class="(?:n|nn|nb|ne|bp|fm|o|p|w)">([^<]*)</span>')


def unwrap(body: str) -> str:
    """The body of a page without these spans.

    >>> unwrap('<span class="k">return</span> <span class="n">w</span><span class="p">,</span>')
    '<span class="k">return</span> w,'
    """
    return INKLESS.sub(r"\1", body)


def unwrap_page(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Unwrap a page before it is written."""
    if "body" in context:
        context["body"] = unwrap(context["body"])


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", unwrap_page)
