"""The look of a page: type, colours, boxes, icons and the map, on a small book with one of each, in a real browser."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from downhill import look, places

from tests.conftest import ROOT
from tests.tiny_book import CONFIG, TinyBook, notebook

EXTENSIONS = "[sphinx_proof, sphinx_exercise, sphinx_copybutton, sphinx-mathjax-offline, sphinx.ext.githubpages]"
SUBTITLE = "gradient descent and its optimizers"
PROSE = (
    "A walker who feels only the slope underfoot takes every step afresh, and a ball that rolls over the same ground carries "
    "something along: its velocity $\\mathbf{v}$, and in the velocity a trace of every slope $\\nabla L(\\mathbf{w}_t)$ that it "
    "has crossed at a rate $\\eta = 0.1$, with the share $\\mu$ of its last step kept. "
)
CHAPTER = (
    f"""
# Momentum

**What does a ball know that a walker does not?**

{PROSE * 2}

$$\\mathbf{{w}}_{{t+1}} = \\mathbf{{w}}_t - \\eta \\nabla L(\\mathbf{{w}}_t)$$ (step)

{PROSE}

```{{prf:theorem}} Descent
:label: thm-descent
The value falls: $L(\\mathbf{{w}}_{{t+1}}) < L(\\mathbf{{w}}_t)$, by {{eq}}`step`.
```

```{{prf:proof}}
By the step.
```

```{{prf:algorithm}} Momentum
1. Take the gradient.
   1. Keep the share $\\mu$.
```

```{{exercise}}
:label: ex-one
What if $\\mu = 1$? See {{prf:ref}}`thm-descent`.
```

```{{solution}} ex-one
:class: dropdown
Nothing stops it.
```

```{{note}}
A remark, see [the front page](index.ipynb).
```

```{{table}} Steps that each needs
| method | steps |
|---|---:|
| walker | 92 |
| ball | 80 |
```

## A heading

```python
def step(w, v):  # one step
    return w + 0.9 * v, "text"
```

"""
    + (PROSE + "\n\n") * 12
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The folder of the small book's built pages."""
    book = TinyBook(tmp_path_factory.mktemp("look"), **{"chapter.md": CHAPTER})
    config = CONFIG.replace("title: Tiny", "title: Tiny\nhtml: {favicon: _static/favicon.svg}")
    config = config.replace("[sphinx_proof, sphinx.ext.githubpages]", EXTENSIONS)
    book.write("_config.yml", f"{config}    language: en\n    html_context: {{default_mode: auto, subtitle: {SUBTITLE}}}\n")
    first = nbformat.reads(notebook("from chapter_map import ChapterMap\n\nChapterMap()"), 4)
    first.cells[0].source = f"# Tiny\n\n{PROSE}"
    book.write("book/index.ipynb", nbformat.writes(first))
    shutil.copytree(ROOT / "_static", book.folder / "_static")
    for path in (ROOT / "book").glob("chapter_map.*"):
        shutil.copy(path, book.folder / "book")
    done = book.build()
    assert done.code == 0, done.said[-3000:]
    return book.folder / "_build" / "html" / "book"


def go(watched, page, name="chapter", width=1280, scheme="light", place=""):
    watched.page.set_viewport_size({"width": width, "height": 800})
    watched.page.emulate_media(color_scheme=scheme)
    watched.page.goto(f"{(page / f'{name}.html').as_uri()}{place}")
    return watched.page


def settled(page):
    """Wait until every formula is set."""
    page.evaluate("MathJax.startup.promise")


def style(locator, *names):
    return locator.evaluate("(element, names) => names.map((name) => getComputedStyle(element)[name])", list(names))


# The head


def test_titles_and_what_pages_say_of_themselves(watched, page):
    shown = go(watched, page)
    assert shown.title() == "Momentum — Tiny"
    said = shown.locator("meta[name=description]").get_attribute("content")
    assert said == "What does a ball know that a walker does not? Gradient descent and its optimizers."
    assert shown.locator("link[rel=icon]").get_attribute("href").endswith("_static/favicon.svg")
    front = go(watched, page, "index")
    assert front.title() == f"Tiny: {SUBTITLE}"
    assert front.locator("meta[name=description]").get_attribute("content").startswith("A walker who feels")
    assert len(front.locator("meta[name=description]").get_attribute("content")) <= 200
    assert "Search" in go(watched, page.parent, "search").title()


def test_the_papers_colours_are_the_styles_own(watched, page):
    for scheme in ("light", "dark"):
        shown = go(watched, page, scheme=scheme)
        named = shown.locator(f"meta[name=theme-color][media*={scheme}]").get_attribute("content")
        paper = shown.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--dh-paper')")
        assert named == paper == look.papers()[scheme == "dark"]


def test_no_script_stands_in_the_way_of_the_text_and_icons_need_none(watched, page):
    shown = go(watched, page)
    waiting = shown.locator("head script[src]:not([defer]):not([async])").evaluate_all("all => all.map((each) => each.src)")
    assert [source.rpartition("/")[2].partition("?")[0] for source in waiting] == ["documentation_options.js"]
    loaded = shown.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert not [name for name in loaded if "fontawesome" in name or "searchindex" in name]
    for name in ("bars", "download", "expand"):
        icon = shown.locator(f".bd-header-article .fa-{name}").first
        assert icon.bounding_box()["width"] >= 16
        assert "svg" in style(icon, "maskImage")[0]


@pytest.mark.parametrize("scheme, paper", [("light", "rgb(253, 253, 251)"), ("dark", "rgb(20, 25, 28)")])
def test_the_first_paint_has_the_right_colours(watched, page, scheme, paper):
    watched.page.route("**/scripts/pydata-sphinx-theme.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    shown = go(watched, page, scheme=scheme)
    assert style(shown.locator("body"), "backgroundColor") == [paper]
    assert style(shown.locator("html"), "colorScheme") == [scheme]


def test_without_scripts_the_page_is_light_and_its_formulas_are_tex(browser, page):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    shown = context.new_page()
    shown.goto((page / "chapter.html").as_uri())
    formula = shown.locator("span.math").first
    assert formula.inner_text().startswith("\\(")
    assert shown.locator("html").get_attribute("data-theme") == "light"
    assert shown.locator("html").get_attribute("class") is None
    context.close()


# Text


def test_the_measure_and_the_rhythm_on_a_desk(watched, page):
    shown = go(watched, page)
    settled(shown)
    assert style(shown.locator("article p").nth(2), "fontSize") == ["18px"]
    assert float(style(shown.locator("article p").nth(2), "lineHeight")[0][:-2]) == pytest.approx(28, abs=0.1)
    column = shown.locator("article p").nth(2).bounding_box()["width"]
    letters = shown.evaluate("""() => {
      const line = document.createElement("span");
      line.textContent = "a walker who feels only the slope underfoot takes every step afresh ";
      document.querySelector("article p").append(line);
      return line.getBoundingClientRect().width / line.textContent.length;
    }""")
    assert 65 <= column / letters <= 75
    article = shown.locator("article")
    inner = float(style(article, "width")[0][:-2]) - sum(
        float(each[:-2]) for each in style(article, "paddingLeft", "paddingRight")
    )
    assert inner >= 776 and shown.locator("#pst-primary-sidebar:visible, #pst-secondary-sidebar:visible").count() == 2


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("name", ["chapter", "index"])
def test_no_width_makes_a_page_scroll_sideways(watched, page, width, name):
    shown = go(watched, page, name, width)
    settled(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["chapter", "index"])
def test_axe_finds_nothing_in_what_is_ours(watched, page, scheme, name):
    shown = go(watched, page, name, scheme=scheme)
    settled(shown)
    for place in ("article", ".bd-sidebar-primary", ".prev-next-footer"):
        found = Axe().run(shown, context=place, options={"preload": False}).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_boxes_have_the_hue_of_what_they_are(watched, page, scheme):
    shown = go(watched, page, scheme=scheme)
    hue = shown.evaluate("""() => Object.fromEntries(["teal", "ochre", "ink", "hair"].map((name) => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = `var(--dh-${name})`;
      return [name, getComputedStyle(probe).color];
    }))""")
    boxes = {".theorem": "teal", ".exercise": "ochre", ".solution": "ochre", ".note": "hair"}
    for box, name in boxes.items():
        assert style(shown.locator(f"div{box}.admonition"), "borderLeftColor", "borderLeftWidth") == [hue[name], "3px"], box
    algorithm = shown.locator("div.algorithm.admonition")
    assert style(algorithm, "borderTopWidth", "borderTopColor", "borderLeftWidth") == ["2px", hue["ink"], "0px"]
    proof = shown.locator("div.proof.admonition:not(:has(> .admonition-title))")
    assert style(proof, "borderLeftColor", "borderLeftWidth") == [hue["hair"], "1px"]


# Formulas


OBSERVE = """
  window.moved = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.moved += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_the_text_stays_while_formulas_come(watched, page, width):
    watched.page.add_init_script(OBSERVE)
    shown = go(watched, page, width=width)
    settled(shown)
    shown.wait_for_timeout(300)
    assert shown.locator("mjx-container").count() == shown.locator(".math").count() > 40
    assert shown.evaluate("window.moved") < 0.05
    assert "formulas-come" not in (shown.locator("html").get_attribute("class") or "")


def test_formulas_in_view_come_first(watched, page):
    watched.page.add_init_script("""
      window.batches = [];
      const line = 30;  // a formula at the edge of the view may leave it by a line as those before it are set
      const seen = ({ top, bottom }) => bottom >= -line && top <= innerHeight + line;
      new MutationObserver((changes) => {
        const set = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ localName }) => localName === "mjx-container");
        if (set.length) window.batches.push(set.map((each) => seen(each.getBoundingClientRect())));
      }).observe(document, { childList: true, subtree: true });
    """)
    shown = go(watched, page, place="#a-heading")
    settled(shown)
    first = shown.evaluate("window.batches")[0]
    assert all(first) and 0 < len(first) < shown.locator(".math").count() / 2


def test_a_formula_that_cannot_come_is_shown_as_tex(watched, page):
    watched.page.route("**/tex-chtml.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    shown = go(watched, page)
    shown.wait_for_function("!document.documentElement.classList.contains('formulas-come')")
    assert style(shown.locator("span.math").first, "display") != ["inline-block"]
    assert shown.locator("span.math").first.inner_text() == r"\(\mathbf{v}\)"


@pytest.mark.parametrize(
    "tex, ems",
    [
        (r"\mu", 0.54),
        (r"\eta = 0.1", 3.4),
        (r"L(\mathbf{w})", 2.38),
        (r"\frac12 w^2", 2.02),
        (r"\ln(1 + e^w)", 4.55),
        (r"-\eta L'(x)", 3.82),
        (r"\mathbf{w}_{t+1}", 2.15),
        (r"\bigl( \begin{smallmatrix} 1 & \rho \\ \rho & 1 \end{smallmatrix} \bigr)", 2.06),
        ("", 0),
    ],
)
def test_a_width_is_guessed_to_half_an_em(tex, ems):
    assert places.inline(tex) == pytest.approx(ems, abs=0.5)


def test_a_height_is_guessed_by_rows():
    assert places.rows("a = b") < places.rows(r"a = \frac{b}{c}") < places.rows(r"a &= b \\ &= c")


# Other media


def test_paper_is_white_and_has_the_text_alone(watched, page):
    shown = go(watched, page, scheme="dark")
    settled(shown)
    shown.emulate_media(media="print", color_scheme="dark")
    assert style(shown.locator("body"), "color") == ["rgb(0, 0, 0)"]
    assert shown.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--dh-paper')") == "#fff"
    assert shown.locator("article h1").is_visible()
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", "#jb-print-docs-body h1", "#jb-print-toc"):
        assert not shown.locator(hidden).first.is_visible(), hidden


def test_forced_colours_keep_the_icons(watched, page):
    watched.page.emulate_media(forced_colors="active")
    shown = go(watched, page)
    icon, behind = shown.locator(".bd-header-article .fa-bars"), shown.locator("body")
    assert style(icon, "backgroundColor") != style(behind, "backgroundColor")


def test_who_wants_less_motion_gets_none(watched, page):
    watched.page.emulate_media(reduced_motion="reduce")
    assert style(go(watched, page).locator("html"), "scrollBehavior") == ["auto"]


# The map


@pytest.mark.parametrize("width, sheet", [(390, "tall"), (1280, "wide")])
def test_the_map_can_be_walked_with_keys_and_nothing_on_it_is_cut(watched, page, width, sheet):
    shown = go(watched, page, "index", width)
    land = shown.locator(".land:visible")
    assert land.count() == 1 and f"land-{sheet}" in land.get_attribute("class")
    links = land.get_by_role("link").all()
    links[0].focus()
    for number, link in enumerate(links, 1):
        assert link.evaluate("element => element === document.activeElement")
        assert link.get_attribute("aria-label").startswith(f"Chapter {number}, ")
        assert style(link.locator(".stop"), "strokeWidth") == ["5px"]
        shown.keyboard.press("Tab")
    frame = land.bounding_box()
    boxes = [text.bounding_box() for text in land.locator("text").all()]
    for box in boxes:
        assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
        assert frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"]
    for k, one in enumerate(boxes):
        for other in boxes[:k]:
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert min(across, down) < 3, "two names lie on each other"
    size = (
        float(style(land.locator("text:not(.no)").first, "fontSize")[0][:-2]) * frame["width"] / (358 if sheet == "tall" else 800)
    )
    assert size >= 11
