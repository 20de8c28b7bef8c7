"""A list of pictures on the front page: each item begins with the picture of the figure it names.

The items of the lists in the section `(pictures)=` begin with a reference to a figure,

    - [The figure of the chord](convexity.ipynb#fig-convexity-chord) **When is downhill safe?** ...

whose first panel, as the figure's page opens with it, is drawn before the item's words and leads
there.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

SECTION = "pictures"
PANEL = re.compile(r'<div class="explore-panel"[^>]*>(<svg .*?</svg>)', re.DOTALL)


class DrawPictures(SphinxPostTransform):
    """Put the pictures into the list, once its references are resolved."""

    default_priority = 190
    formats = ("html",)

    def run(self, **arguments: Any) -> None:
        """Draw each item's picture."""
        for section in self.document.findall(nodes.section):
            if SECTION in section["ids"]:
                for each in section.findall(nodes.bullet_list):
                    each["classes"].append(SECTION)
                    for item in each.children:
                        self.draw(item)

    def draw(self, item: nodes.Node) -> None:
        """Put the picture of an item's first reference before its words."""
        reference = next(iter(item.findall(nodes.reference)))
        page, _, label = reference["refuri"].partition("#")
        docname = self.env.docname.rpartition("/")[0] + "/" + page.removesuffix(".html")
        opened = f'<a class="picture explore" href="{reference["refuri"]}" tabindex="-1" aria-hidden="true">'
        if panel := self.panel(docname, label):
            reference.parent.parent.insert(0, nodes.raw("", f"{opened}{panel}</a>", format="html"))
        else:
            logger.warning("#%s of %s is no figure that has a picture", label, docname, location=item)

    def panel(self, docname: str, label: str) -> str | None:
        """The first panel of a figure of another page, None if there is none."""
        for place in self.env.get_doctree(docname).findall(nodes.Element):
            if label in place.get("ids", []):
                for raw in place.findall(nodes.raw):
                    if drawn := PANEL.search(raw.astext()):
                        return drawn[1]
        return None


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_post_transform(DrawPictures)
