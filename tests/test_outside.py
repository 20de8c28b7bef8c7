"""What leads to the book from outside: addresses, a picture, a list of the pages, and a page for wrong addresses."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from xml.etree import ElementTree

import pytest
from downhill import outside

from tests.tiny_book import ROOT, TinyBook

PAGES = {
    "index.md": "# Front\n\nA book of one canyon and of the walkers in it.\n",
    "ball.md": "# Ball & walker\n\n**What does a ball know?**\n",
}
BASE = "https://someone.github.io/fork/"


def built(folder, origin):
    """A small book in a clone of `origin`."""
    tiny = TinyBook(folder, **PAGES)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    if origin:
        subprocess.run(["git", "-C", folder, "remote", "add", "origin", origin], check=True)
    done = tiny.build(
        PYTHONPATH=os.pathsep.join(filter(None, [str(outside.Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    )
    assert done.code == 0, done.said[-3000:]
    return tiny.folder / "_build" / "html"


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    return built(tmp_path_factory.mktemp("public"), "git@github.com:Someone/fork.git")


@pytest.mark.skipif(shutil.which("git") is None, reason="the address is that of a clone")
class TestOfAPublicCopy:
    def test_each_page_has_an_address_a_title_a_description_and_a_picture(self, public):
        page = (public / "book" / "ball.html").read_text("utf-8")
        assert f'<link rel="canonical" href="{BASE}book/ball.html"' in page
        assert f'<meta property="og:url" content="{BASE}book/ball.html" />' in page
        assert '<meta property="og:title" content="Ball &amp; walker — Tiny" />' in page
        assert '<meta property="og:description" content="What does a ball know?' in page
        assert f'<meta property="og:image" content="{BASE}_static/link.png" />' in page
        front = (public / "book" / "index.html").read_text("utf-8")
        assert '<meta name="description" content="A book of one canyon and of the walkers in it." />' in front

    def test_the_picture_has_the_size_that_pages_say(self, public):
        data = (public / "_static" / "link.png").read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == outside.SIZE
        assert len(set(data)) > 200 and 20_000 < len(data) < 1_000_000

    def test_the_list_of_pages_is_whole(self, public):
        tree = ElementTree.parse(public / "sitemap.xml")
        listed = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        assert listed == [f"{BASE}book/ball.html", f"{BASE}book/index.html"]

    def test_the_page_for_wrong_addresses_leads_on_from_everywhere(self, public):
        page = (public / "404.html").read_text("utf-8")
        for place in ("book/ball.html", "book/index.html", "search.html"):
            assert f'"/fork/{place}"' in page
        links = re.findall(r'\b(?:href|src|action)="([^"]*)"', page)
        assert [link for link in links if not link.startswith(("/fork/", "#", "https://", "data:"))] == []
        assert "noindex" in page and 'rel="canonical"' not in page


def test_a_copy_that_is_not_public_names_no_address(tmp_path):
    html = built(tmp_path, None)
    page = (html / "book" / "ball.html").read_text("utf-8")
    assert "canonical" not in page and "og:" not in page
    assert not (html / "sitemap.xml").exists() and not (html / outside.PICTURE).exists()
    missing = (html / "404.html").read_text("utf-8")
    assert 'href="book/ball.html"' in missing and 'action="search.html"' in missing


def test_a_page_stores_what_the_page_on_trust_lists(public, browser):
    listed = set(re.findall(r"`([\w:-]+)`", (ROOT / "book" / "trust.md").read_text("utf-8")))
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((public / "book" / "ball.html").as_uri())
    page.locator("button.theme-switch-button:visible").first.click()
    page.goto((public / "book" / "index.html").as_uri())
    stored = set(page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"))
    assert {"mode", "theme"} <= stored <= listed
    assert context.cookies() == []
    context.close()


def test_the_page_on_trust_lists_what_our_scripts_store():
    listed = (ROOT / "book" / "trust.md").read_text("utf-8")
    scripts = [*(ROOT / "_static").glob("*.js"), *(ROOT / "gdcore").rglob("*.js")]
    names = [name for path in scripts for name in re.findall(r"Storage\.setItem\((\w+)", path.read_text("utf-8"))]
    values = {
        found[1]
        for path in scripts
        for name in names
        for found in [re.search(rf'const {name} = "(.+?)"', path.read_text("utf-8"))]
        if found
    }
    assert len(values) == len(set(names)) == 3
    assert [value for value in values if f"`{value}`" not in listed] == []
