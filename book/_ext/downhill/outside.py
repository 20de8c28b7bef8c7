"""What leads to the book from outside: its public address, a picture for links, a list of its pages
for search engines, and a page for addresses that are none.

The public address is that of the pages which GitHub and GitLab serve for the repository that this
copy was cloned from. Where there is none, a page names no address, and only the last of these is
written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config

from downhill.repository import public_repository

MISSING = "404"
PICTURE = "_static/link.png"
SIZE = (1200, 630)  # pixels, as sites that show a link ask for
LINK = re.compile(r'\b(href|src|action|data-content_root)="(?!#|/|[a-z]+:)([^"]*)"')


def public_address(repository: str | None) -> str:
    """The address of the pages that a repository's host serves, "" where there is none.

    >>> public_address("https://github.com/Someone/downhill")
    'https://someone.github.io/downhill/'
    >>> public_address("https://github.com/someone/someone.github.io")
    'https://someone.github.io/'
    >>> public_address("https://gitlab.com/group/part/downhill")
    'https://group.gitlab.io/part/downhill/'
    """
    if repository is None:
        return ""
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").partition("/")
    host = f"{owner.lower()}.{parts.netloc.removesuffix('.com')}.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def give_address(app: Sphinx, config: Config) -> None:
    """Tell Sphinx the book's address, unless it has been told one: it writes each page's own."""
    config.html_baseurl = config.html_baseurl or public_address(public_repository(Path(app.srcdir)))


def fill_head(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the template what sites show of a link; the page for wrong addresses lists the pages."""
    base = app.config.html_baseurl
    context["downhill_picture"] = urljoin(base, PICTURE) if base else ""
    context["downhill_picture_size"] = SIZE
    if pagename == MISSING:
        context["pageurl"] = None
        context["downhill_pages"] = [
            (page, app.env.titles[page].astext()) for page in app.env.toctree_includes.get(app.config.root_doc, [])
        ]


def missing_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that a host shows for an address that is none."""
    yield MISSING, {"title": "There is no such page"}, f"{MISSING}.html"


def anchored(text: str, base: str) -> str:
    """A page whose links hold from every address of the host.

    >>> anchored('<a href="book/sgd.html">SGD</a> <a href="#main">on</a>', "https://b.org/c/")
    '<a href="/c/book/sgd.html">SGD</a> <a href="#main">on</a>'
    """
    root = urlsplit(base).path or "/"
    return LINK.sub(lambda found: f'{found[1]}="{urljoin(root, found[2])}"', text)


def sitemap(base: str, pages: list[str]) -> str:
    """The addresses of the pages, as sitemaps.org has it.

    >>> print(sitemap("https://a.org/", ["book/sgd"]))
    <?xml version="1.0" encoding="UTF-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://a.org/book/sgd.html</loc></url>
    </urlset>
    <BLANKLINE>
    """
    rows = [f"<url><loc>{html.escape(urljoin(base, page))}.html</loc></url>" for page in pages]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    return "\n".join([*head, *rows, "</urlset>", ""])


def draw_picture(path: Path) -> None:
    """The front page's canyon with its three walkers."""
    from matplotlib.figure import Figure

    from gdcore import descent, methods, objectives, pictures

    canyon, dots = objectives.canyon(), 100
    figure = Figure(figsize=(SIZE[0] / dots, SIZE[1] / dots), dpi=dots)
    axes = figure.add_axes((0, 0, 1, 1))
    pictures.contours(axes, canyon, box=[(-3.0, 5.0), (-1.7, 2.5)])
    for method in (methods.gradient_descent, partial(methods.momentum, momentum=0.3), partial(methods.nesterov, momentum=0.3)):
        run = descent.descend(method, canyon, [-0.5, 2.3], 40, learning_rate=0.018)
        pictures.path(axes, run, getattr(method, "func", method), linewidth=3, markersize=7)
    axes.set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def write_files(app: Sphinx, error: Exception | None) -> None:
    """Write the picture and the list of pages; let the page for wrong addresses lead on."""
    base = app.config.html_baseurl
    if error is not None or app.builder.name != "html" or not base:
        return
    folder = Path(app.outdir)
    (folder / "sitemap.xml").write_text(sitemap(base, sorted(app.env.found_docs)), "utf-8", newline="\n")
    draw_picture(folder / PICTURE)
    page = folder / f"{MISSING}.html"
    page.write_text(anchored(page.read_text("utf-8"), base), "utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx; before the theme and the search ask for the address."""
    app.connect("config-inited", give_address)
    app.connect("html-collect-pages", missing_page)
    app.connect("html-page-context", fill_head)
    app.connect("build-finished", write_files)
