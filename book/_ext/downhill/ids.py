"""No id stands twice on a page: boxes of theorems, exercises and solutions repeat theirs."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

# What sphinx-proof and sphinx-exercise give to every box alike. Links lead to boxes by label.
_REPEATED = re.compile(r'(<(?:div|section)\b[^>]*?) id="(?:proof|(?:proof|exercise|solution)-content)"')


def drop_repeated(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Take the repeated ids out of a page's body."""
    if "body" in context:
        context["body"] = _REPEATED.sub(r"\1", context["body"])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", drop_repeated)
