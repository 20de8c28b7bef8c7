"""Old addresses: `book/moved.csv` says which place of a page has got another name. Its old name
stays on the page, without a word, and `_static/downhill.js` makes the new address of it.
"""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
TABLE = "book/moved.csv"  # its columns: page, old, now


def moved(folder: Path) -> dict[str, dict[str, str]]:
    """For each page its old names and what stands for them now."""
    table: dict[str, dict[str, str]] = {}
    path = folder / TABLE
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                table.setdefault(f"book/{row['page']}", {})[row["old"]] = row["now"]
    return table


def keep(body: str, old: str, now: str) -> str:
    """Put the old name before the element that has the new one.

    >>> keep('<p>Text</p><section id="new">', "old", "new")
    '<p>Text</p><span id="old" data-now="new"></span><section id="new">'
    """
    element = re.search(rf'<\w+\b[^>]*\sid="{re.escape(html.escape(now))}"', body)
    if element is None:
        raise ValueError(f"{old} is now {now}, but nothing has the id {now}")
    if re.search(rf'\sid="{re.escape(html.escape(old))}"', body):
        raise ValueError(f"{old} is now {now}, but something has the id {old}")
    span = f'<span id="{html.escape(old)}" data-now="{html.escape(now)}"></span>'
    return body[: element.start()] + span + body[element.start() :]


def keep_all(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep the old names of a page's places; warn of those that lead nowhere."""
    for old, now in moved(Path(app.srcdir)).get(pagename, {}).items():
        try:
            context["body"] = keep(context["body"], old, now)
        except ValueError as error:
            logger.warning(f"{TABLE}: {error}", location=pagename)


def refuse_strangers(app: Sphinx, env: Any) -> None:
    """Warn of pages in the table that are none. A build of one chapter leaves others out."""
    folder = Path(app.srcdir)
    for page in moved(folder):
        if not any(folder.glob(f"{page}.*")):
            logger.warning(f"{TABLE}: there is no page {page.removeprefix('book/')}")


def setup(app: Sphinx) -> None:
    """Register with Sphinx; a change of the table writes every page anew."""
    path = Path(app.srcdir) / TABLE
    app.add_config_value("downhill_moved", path.read_text("utf-8") if path.exists() else "", "html")
    app.connect("env-check-consistency", refuse_strangers)
    app.connect("html-page-context", keep_all)
