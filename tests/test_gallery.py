"""The front page's list of pictures."""

from __future__ import annotations

from docutils import nodes
from docutils.utils import new_document
from downhill.gallery import DrawPictures

from tests.pages import FINISHED


def test_each_item_shows_the_picture_of_a_figure_of_the_book_and_leads_there(browser, book):
    page = browser.new_page()
    page.goto((book / "index.html").as_uri())
    items = page.locator("ul.pictures > li").all()
    assert len(items) == 10
    led = []
    for item in items:
        picture = item.locator("a.picture")
        box = picture.locator("svg").bounding_box()
        assert box is not None and box["width"] > 150 and box["height"] > 100
        assert picture.locator("path, use").count() > 3
        assert picture.get_attribute("href") == item.locator("p a").first.get_attribute("href")
        led.append(picture.get_attribute("href"))
        file, _, label = led[-1].partition("#")
        assert f'id="{label}"' in (book / file).read_text("utf-8")
    assert len(set(led)) == 10
    pages = {each.partition(".")[0] for each in led}
    assert pages <= set(FINISHED) and len(pages) >= 8
    page.close()


def test_a_page_without_the_figure_has_no_picture():
    """The build warns of it, which stops it."""
    page = new_document("momentum")
    page += nodes.container("", nodes.paragraph("", "no picture"), ids=["fig-words"])

    class Asked(DrawPictures):
        def __init__(self):
            self.document = new_document("index")

        class env:
            @staticmethod
            def get_doctree(docname):
                return {"book/momentum": page}[docname]

    assert Asked().panel("book/momentum", "fig-words") is None
    assert Asked().panel("book/momentum", "fig-else") is None
