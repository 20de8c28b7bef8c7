"""Texts and colours of pictures in the page: text as text, colours that follow the theme."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.colors import to_hex

from gdcore import pictures
from gdcore.explore import page as pages
from gdcore.explore.assets import style
from gdcore.explore.colours import colours
from gdcore.explore.figure import Explorable, layer_of
from gdcore.explore.svg import RC, Sheet
from gdcore.explore.text import spans
from gdcore.objectives import two_wells


def plain(inside):
    """What a text says, and how each part of it is set: italic, raised or lowered."""
    root = ElementTree.fromstring(f"<text>{inside}</text>")
    moves = [(part.text, part.get("font-style"), part.get("font-size"), float((part.get("dy") or "0em")[:-2])) for part in root]
    return "".join(root.itertext()), moves


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("loss", "loss"),
        ("loss $L(w)$", "loss L(w)"),
        ("a & b < c", "a & b < c"),
        ("5\\$ more", "5$ more"),
        ("$1 - ηλ$", "1 − ηλ"),
        ("$|x_t - 1|$", "|xt − 1|"),
        ("$-1$ to $(-1)$", "−1 to (−1)"),
        ("$w^*$", "w∗"),
        (r"$\mathdefault{10^{-2}}$", "10−2"),
        (r"$\lambda_{\max}$", "λmax"),
        (r"$\kappa_{\mathrm{mean}}$", "κmean"),
        (r"$η\,\mathrm{tr}\,C/4B$", "η\N{THIN SPACE}tr\N{THIN SPACE}C/4B"),
        ("at -0.80, then -0.00", "at −0.80, then 0.00"),
        ("$x$ $y$", "x\N{NO-BREAK SPACE}y"),
        ("", ""),
    ],
)
def test_texts_and_formulas_read_right(text, reads):
    assert plain(spans(text))[0] == reads


def test_letters_are_italic_and_scripts_raised_and_lowered_and_the_line_comes_back():
    said, parts = plain(spans("$a_{i}^2 b$ end"))
    assert said == "ai2b end"
    assert [part[:3] for part in parts] == [
        ("a", "italic", None),
        ("i", "italic", "70%"),
        ("2", None, "70%"),
        ("b", "italic", None),
    ]
    shares = [dy * (0.7 if size else 1) for _, _, size, dy in parts]
    assert shares[1] > 0.15 and shares[1] + shares[2] < -0.25
    assert sum(shares) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("formula", [r"$\sqrt{x}$", r"$\frac{1}{2}$", "$x^{a^b}$", "$x_$", "$x^^2$"])
def test_what_is_not_known_is_left_to_matplotlib(formula):
    assert spans(formula) is None


def lifted(draw):
    """The SVG of what a function draws on empty Axes."""
    with mpl.rc_context(pictures.STYLE | RC):
        sheet = Sheet("sheet", 6, 4)
        sheet.mark()
        sheet.ax.set(xlim=(0, 1), ylim=(0, 1))
        sheet.freeze()
        draw(sheet.ax)
        return "".join(sheet.lift().groups)


def test_a_text_has_a_size_that_styles_can_multiply_and_no_outlines():
    svg = lifted(lambda ax: ax.text(0.5, 0.5, "half $w_1$", ha="center", va="top", size=10, color=pictures.BLUE, weight="bold"))
    found = re.search(r"<text ([^>]*)>(.*?)</text>", svg)
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
    assert (attributes["font-size"], attributes["style"], attributes["text-anchor"]) == ("10", "--size:10", "middle")
    assert (attributes["fill"], attributes["font-weight"]) == ("var(--explore-blue, #0072b2)", "bold")
    assert 0.6 < float(attributes["dy"].removesuffix("em")) < 1.1  # the line lies below the anchor
    assert plain(found[2])[0] == "half w1" and "<path" not in svg


def test_a_turned_text_keeps_its_anchor():
    svg = lifted(lambda ax: ax.text(0.5, 0.5, "up", rotation=90, rotation_mode="anchor", ha="center"))
    assert re.search(r'text-anchor="middle" dy="0em" transform="translate\([\d.]+ [\d.]+\) rotate\(-90\)"', svg)


def test_a_formula_that_is_not_known_is_drawn():
    assert "<path" in lifted(lambda ax: ax.text(0.5, 0.5, r"$\sqrt{2}$"))


@pytest.mark.parametrize("colour", pictures.PALETTE, ids=lambda colour: colour.name)
def test_each_colour_of_the_table_becomes_a_variable(colour):
    svg = lifted(lambda ax: ax.plot([0, 1], [0, 1], color=colour.light))
    assert f"stroke: var(--explore-{colour.name}, {colour.light})" in svg


def test_ink_paper_and_other_colours():
    svg = lifted(lambda ax: [ax.plot([0, 1], [0, 1], color=color) for color in (pictures.INK, pictures.PAPER, "#123456")])
    assert re.findall("stroke: ([^;]*);", svg)[:3] == ["currentColor", "var(--explore-paper, #fff)", "#123456"]


def test_the_styles_define_each_colour_for_light_dark_and_print():
    light, dark, paper = re.findall(r"\{ (--explore-blue:[^}]*)\}", colours())
    assert colours() in style()
    for values, theme in ((light, "light"), (dark, "dark"), (paper, "light")):
        assert dict(re.findall(r"--explore-([\w-]+): (#\w+);", values)) == {
            colour.name: getattr(colour, theme) for colour in pictures.PALETTE
        }


def test_no_two_colours_of_the_table_are_one():
    assert len({to_hex(colour.light) for colour in pictures.PALETTE}) == len(pictures.PALETTE)
    assert all(colour.light == to_hex(colour.light) for colour in pictures.PALETTE)  # as Matplotlib writes them


@pytest.fixture
def figure():
    def land(ax):
        pictures.contours(ax, two_wells())

    def still(ax):
        ax.plot([0, 1], [0, 1], color=pictures.VERMILLION)

    layers = tuple(layer_of("still", draw, {}) for draw in (land, still))
    return Explorable(name="still", layers=layers, controls={}, alt="a line", axes=(1, 1), size=(6.0, 4.0))


@pytest.fixture
def file(figure, tmp_path):
    pages.begin_page()
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><html data-theme=light><meta charset=utf-8><title>a</title>{pages.html_of(figure)}", "utf-8")
    pages.begin_page()
    return file


def test_a_tinted_map_weighs_little(figure):
    pages.begin_page()
    pages.html_of(figure)
    assert pages._on_this_page.pop("still") < 40_000


def test_colours_follow_the_theme_in_a_browser(watched, file):
    page = watched.page
    page.goto(file.as_uri())
    line = page.locator("svg .explore-layer path[style*=vermillion]").first
    stroke = "element => getComputedStyle(element).stroke"
    deepest = page.locator("svg path[style*=tint-20]").first
    fill = "element => getComputedStyle(element).fill"

    def rgb(text):
        return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", text))

    named = {colour.name: colour for colour in pictures.PALETTE}
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert rgb(line.evaluate(stroke)) == getattr(named["vermillion"], theme)
        assert rgb(deepest.evaluate(fill)) == getattr(named["tint-20"], theme)
    page.emulate_media(media="print")
    assert rgb(line.evaluate(stroke)) == named["vermillion"].light
    page.emulate_media(media="screen")
    page.evaluate("delete document.documentElement.dataset.theme; document.body.dataset.jpThemeLight = 'false'")
    assert rgb(line.evaluate(stroke)) == named["vermillion"].dark


def test_styles_enlarge_a_text_and_its_scripts(watched, file):
    page = watched.page
    page.goto(file.as_uri())
    label = page.locator("svg text", has_text="parameter w1")
    sizes = "element => [element, ...element.children].map(each => parseFloat(getComputedStyle(each).fontSize))"
    width = {}
    for scale in (1, 1.5):
        page.add_style_tag(content=f".explore-panel > svg {{ --explore-type: {scale} }}")
        assert label.evaluate(sizes) == pytest.approx([12 * scale, 12 * scale, 8.4 * scale], abs=0.01)
        width[scale] = label.evaluate("element => element.getComputedTextLength()")
    assert width[1.5] == pytest.approx(1.5 * width[1], rel=0.05)
