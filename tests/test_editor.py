"""The editor of the playground on a page of its own: all of it in Chromium, the essential path in two more engines."""

from __future__ import annotations

import base64
import io
import json
import random
import time

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import ROOT

INPAGE = ROOT / "gdcore" / "inpage"
CODE = '''\
@checked_step
def momentum(objective, w, v=None, *, learning_rate, β1=0.9):
    """One step of the ball.

    Its velocity keeps a share of the last step.
    """
    v = 0.0 if v is None else v
    v = β1 * v - learning_rate * objective.gradient(w)  # the slope underfoot
    if len(w) != 2:
        raise ValueError(f"w has {len(w)} coordinates")
    return w + v, v
'''
BOOK_CODE = "".join(
    f"<span class={kind}>{kind}</span>" for kind in ("k", "ow", "nd", "s2", "mf", "c1", "sd", "nf", "nb", "o", "n")
)
START = """
  window.log = [];
  window.begin = (text, more = {}) => {
    const host = document.getElementById("host");
    host.replaceChildren();
    window.editor = window.exploreParts.editor(host, {
      text, label: "Momentum, one step", ...more,
      onRun: "onRun" in more ? more.onRun : (now) => log.push(["run", now]), onChange: (now) => log.push(["change", now]),
    });
    window.area = host.querySelector("textarea");
  };
"""


def write_page(file):
    """The editor between two buttons, with the book's colours and a piece of its code."""
    styles = [ROOT / "_static" / "downhill.css", ROOT / "_static" / "look-code.css", INPAGE / "editor.css"]
    file.write_text(
        "<!doctype html><html lang=en data-theme=light><head><meta charset=utf-8><title>Editor</title>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<style>{''.join(style.read_text('utf-8') for style in styles)}"
        "body { margin: 0 auto; padding: 0 1rem; max-width: 50rem; color: var(--dh-ink); background: var(--dh-paper) }"
        "</style></head>"
        f"<body><main><h1>Editor</h1><div class=highlight><pre>{BOOK_CODE}</pre></div><button id=before>before</button>"
        "<div id=host></div><button id=after>after</button></main>"
        f"<script>{(INPAGE / 'editor.js').read_text('utf-8')}</script><script>{START}</script></body></html>",
        "utf-8",
    )
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("editor") / "page.html")


@pytest.fixture
def page(watched, file):
    watched.page.goto(file.as_uri())
    return watched.page


def begin(page, text=CODE, **more):
    page.evaluate("([text, more]) => begin(text, more)", [text, more])
    return page.locator("textarea")


def value(page):
    return page.evaluate("editor.text()")


def put(page, marked):
    """An editor whose text has its selection between two bars, or its caret at the only one."""
    head, *rest = marked.split("|")
    area = begin(page, head + "".join(rest))
    area.focus()
    end = len(head) + (len(rest[0]) if len(rest) == 2 else 0)
    page.evaluate("([from, to]) => area.setSelectionRange(from, to)", [len(head), end])
    return area


def marked(page):
    """The text with its selection, in the same way."""
    text, start, end = page.evaluate("[area.value, area.selectionStart, area.selectionEnd]")
    return f"{text[:start]}|{text[start:]}" if start == end else f"{text[:start]}|{text[start:end]}|{text[end:]}"


# Colours

TOKENS = [
    ("def σ(β1, w₁): return β1", "keyword:def definition:σ keyword:return"),
    ("class Ball(object):", "keyword:class definition:Ball builtin:object"),
    ("async def f(): await g", "keyword:async keyword:def definition:f keyword:await"),
    ("x = None or not True", "operator:= keyword:None keyword:or keyword:not keyword:True"),
    ("print(len(w), w.max(), max)", "builtin:print builtin:len builtin:max"),
    ("defer = printer = import_", "operator:= operator:="),
    ("x = 'it\\'s' + \"two\"", "operator:= string:'it\\'s' operator:+ string:\"two\""),
    ("x = rb'\\' + f\"{w}\"", "operator:= string:rb'\\' + f\"{w}\""),  # as Python reads it: the quote is escaped
    ("x = 'open\nif y: pass", "operator:= string:'open keyword:if keyword:pass"),
    ("x = '''one\ntwo''' + y", "operator:= string:'''one\ntwo''' operator:+"),
    ('x = """one "" \\""" two"""', 'operator:= string:"""one "" \\""" two"""'),
    ('x = """open\nif y', 'operator:= string:"""open\nif y'),
    ('"""A module."""\nx = ""', 'doc:"""A module.""" operator:= string:""'),
    ('def f():\n    """Says."""\n    g(\n    "no doc")', 'keyword:def definition:f doc:"""Says.""" string:"no doc"'),
    ("x = 1  # if 'a'", "operator:= number:1 comment:# if 'a'"),
    ("'#' # '", "doc:'#' comment:# '"),
    (
        "1 1.5 .5 1e-3 1_000 0xFf 2j 1.e5 x1 w.T",
        "number:1 number:1.5 number:.5 number:1e-3 number:1_000 number:0xFf number:2j number:1.e5",
    ),
    ("@checked.step\nx = a @ b", "decorator:@checked.step operator:= operator:@"),
    ("a @ b\n@c\ndef d(): ...", "operator:@ decorator:@c keyword:def definition:d"),
    ("a**2 // b <= c -> d", "operator:** number:2 operator:// operator:<= operator:->"),
    ("match w:\n    case [x]: pass", "keyword:match keyword:case keyword:pass"),
    ("match = case(match)\ncase.x: int = 1", "operator:= builtin:int operator:= number:1"),
    ("", ""),
]


def test_tokens_have_the_kinds_of_python(page):
    for text, expected in TOKENS:
        found = page.evaluate("(text) => exploreParts.editor.tokens(text)", text)
        assert "".join(piece for _, piece in found) == text
        assert " ".join(f"{kind}:{piece}" for kind, piece in found if kind) == expected


AWKWARD = [
    "",
    "\n",
    "\n\n\n",
    "x",
    "x\n",
    " ",
    "    \n  ",
    '"""',
    "'''\n",
    '"\\',
    "'\\\n",
    '"""\\',
    "f'{x!r:>{w}}'",
    "@",
    "@ ",
    "0x",
    "1..2",
    "\\\n\\",
    "🙂 = '🙂🙂'\n# 🙂",
    "e\u0301 = a\u0308 + \u200b",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "مرحبا = 'שלום'",
    "\x00\x07\x0b\x0c",
    "\u0085\ufeff",
    "<b>&amp;</b>",
    "$1 ${x} `y` ?",
    "((((\n]]]]\n'",
]


def test_the_layer_says_what_the_textarea_says(page):
    choose = random.Random(4).choices
    pieces = [
        '"',
        "'",
        '"""',
        "'''",
        "\\",
        "\n",
        "#",
        " ",
        "def ",
        "@a",
        "x",
        "1.",
        "e-5",
        "(",
        ")",
        "σ",
        "b'",
        "=",
        "match x:",
        "{",
        ".",
    ]
    texts = AWKWARD + ["".join(choose(pieces, k=40)) for _ in range(150)]
    begin(page)
    for text in texts:
        said = page.evaluate(
            """(text) => {
            editor.set(text);
            const layer = document.querySelector(".editor-layer");
            const pieces = exploreParts.editor.tokens(text).map(([, piece]) => piece).join("");
            const numbers = document.querySelectorAll(".editor-gutter > *").length;
            return [area.value, layer.textContent, layer.children.length, numbers, pieces];
          }""",
            text,
        )
        lines = said[0].count("\n") + 1
        assert said == [said[0], said[0] + "\n", lines, lines, text], text


def test_the_packages_own_source_is_shown_as_it_is(page):
    begin(page)
    for source in [*sorted((ROOT / "gdcore" / "methods").glob("*.py")), ROOT / "gdcore" / "tables.py"]:
        text = source.read_text("utf-8")
        page.evaluate("(text) => editor.set(text)", text)
        assert value(page) == text and page.locator(".editor-layer").evaluate("each => each.textContent") == text + "\n"


PAINTED = """[...document.querySelectorAll(".editor-line")].map((line) => [
  line.className, ...[...line.children].filter((span) => span.textContent).map((span) => [span.className, span.textContent]),
])"""


def test_a_layer_that_follows_edits_is_the_one_that_a_new_text_gets(page):
    rng = random.Random(2)
    begin(page).focus()
    for _ in range(60):
        length = len(value(page))
        start = rng.randrange(length + 1)
        stop = min(length, start + rng.choice([0, 0, 1, 30]))
        piece = rng.choice(["\n", '"""', "#", "'", "def f():\n    pass\n", "x", ""])
        page.evaluate(
            """([start, stop, piece]) => {
            area.setSelectionRange(start, stop);
            document.execCommand(piece ? "insertText" : "delete", false, piece);
          }""",
            [start, stop, piece],
        )
        followed = page.evaluate(PAINTED)
        page.evaluate("begin(area.value)")
        assert page.evaluate(PAINTED) == followed, (start, stop, piece, value(page))
        page.locator("textarea").focus()


def test_no_text_is_too_much_for_the_colours(page):
    long = ['"' * 99_999, "'\\" * 50_000, '"""' + '"" ' * 30_000, "(" * 50_000 + "1e", "@" * 50_000, " " * 99_999 + "@"]
    for text in long:
        begin(page, text)
        assert page.locator(".editor-layer").evaluate("each => each.textContent.length") == len(text) + 1


RGB = """(colour) => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}"""
CONTRAST = (
    "(element) => {"
    f"const rgb = {RGB};"
    """
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = element;
  while (rgb(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
  const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(ground).backgroundColor)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
)
INKS = [
    *(f"{line} .editor-{kind}" for line in (".editor-layer", ".editor-wrong") for kind in ("keyword", "string", "number", "doc")),
    ".editor-layer .editor-comment",
    ".editor-layer .editor-definition",
    ".editor-layer .editor-decorator",
    ".editor-gutter > :nth-child(2)",
    ".editor-head label",
    ".editor-undo",
    ".editor-hint",
    ".editor-error",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read(page, theme):
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    begin(page, f'if x == 1 or "a":\n{CODE}').focus()
    page.keyboard.type("# ")
    wrong = {"keyword": 'if x == 1 or "a": # c', "doc": '"""doc"""'}
    seen = {}
    for line, text in enumerate(wrong.values()):
        page.evaluate(
            "(text) => { editor.set(text + area.value.slice(area.value.indexOf('@')), 'x'); editor.mark(1, 'No.') }", f"{text}\n"
        )
        for ink in INKS:
            for element in page.locator(ink).all()[:2]:
                seen[ink, line] = element.evaluate(CONTRAST)
    assert {ink for ink, _ in seen} == set(INKS)
    assert {key: ratio for key, ratio in seen.items() if ratio < 4.5} == {}
    sign = page.locator(".editor-gutter > .editor-wrong").evaluate("each => getComputedStyle(each, '::after').backgroundColor")
    ground = page.locator(".editor-gutter > .editor-wrong").evaluate("each => getComputedStyle(each).backgroundColor")
    assert page.evaluate(RGB, sign) != page.evaluate(RGB, ground)


PAIRS = {
    "keyword": "k",
    "decorator": "nd",
    "string": "s2",
    "number": "mf",
    "comment": "c1",
    "doc": "sd",
    "definition": "nf",
    "builtin": "nb",
    "operator": "o",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_are_those_of_the_books_code(page, theme):
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    begin(page)
    page.locator(".highlight pre").evaluate("each => { each.style.color = 'var(--dh-ink)' }")
    for kind, book in PAIRS.items():
        ours, theirs = (
            page.locator(s).first.evaluate("e => getComputedStyle(e).color") for s in (f".editor-{kind}", f".highlight .{book}")
        )
        assert ours == theirs, kind


# Keys

KEYS = [
    ("ab|cd", "Tab", "ab    |cd"),
    ("|a\n\nb|\nc", "Tab", "|    a\n\n    b|\nc"),
    ("a|b|c", "Tab", "    a|b|c"),
    ("a\n|b\n|c", "Tab", "a\n|    b\n|c"),
    ("    ab|cd", "Shift+Tab", "ab|cd"),
    ("  |ab", "Shift+Tab", "|ab"),
    ("ab|", "Shift+Tab", "ab|"),
    ("|      a\n  b\nc|", "Shift+Tab", "|  a\nb\nc|"),
    ("    a\n        b|", "Enter", "    a\n        b\n        |"),
    ("    if a:|", "Enter", "    if a:\n        |"),
    ("if a:  # so|", "Enter", "if a:  # so\n    |"),
    ("a = 1  # so:|", "Enter", "a = 1  # so:\n|"),
    ("a = 'b:'|", "Enter", "a = 'b:'\n|"),
    ('"""b:|', "Enter", '"""b:\n|'),
    ("if a:\n|", "Enter", "if a:\n\n|"),
    ("    if a:| b", "Enter", "    if a:\n        | b"),
    ("  |  a", "Enter", "  \n  |  a"),
    ("if a:|x|", "Enter", "if a:\n    |"),
    ("if a:|", "Shift+Enter", "if a:\n    |"),
    ("        |a", "Backspace", "    |a"),
    ("      |a", "Backspace", "    |a"),
    ("    |    a", "Backspace", "|    a"),
    ("a\n|b", "Backspace", "a|b"),
    ("    ab|", "Backspace", "    a|"),
    ("   | |  a", "Backspace", "   |  a"),
    ("|", "Backspace", "|"),
    ("    ab|c", "Control+/", "    # ab|c"),
    ("|    a\n\n        b|", "Control+/", "|    # a\n\n    #     b|"),
    ("|    # a\n\n    #     b|", "Control+/", "|    a\n\n        b|"),
    ("#a|", "Meta+/", "a|"),
    ("# a\n|b", "Control+/", "# a\n# |b"),
    ("|", "Control+/", "# |"),
    ("\n|a", "Tab", "\n    |a"),
    ("|\na|", "Tab", "|\n    a|"),
]


def test_a_key_does_what_it_does_in_an_editor_and_is_undone(page):
    for before, key, after in KEYS:
        put(page, before)
        page.keyboard.press(key)
        assert marked(page) == after, (before, key)
        assert page.locator(".editor-layer").evaluate("each => each.textContent") == after.replace("|", "") + "\n"
        if before.replace("|", "") != after.replace("|", ""):
            page.keyboard.press("Control+z")
            assert value(page) == before.replace("|", ""), (before, key)
            page.keyboard.press("Control+Shift+z")
            assert value(page) == after.replace("|", ""), (before, key)


def test_a_method_can_be_typed_and_undone_to_the_last_letter(page):
    begin(page, "").focus()
    for line in ("def f(w):", "if w:", "return 0"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.type("return σ")
    typed = "def f(w):\n    if w:\n        return 0\n    return σ"
    assert value(page) == typed
    assert page.evaluate("log.at(-1)") == ["change", typed]
    for _ in range(8):  # not letter by letter
        page.keyboard.press("Control+z")
    assert value(page) == "" and not page.evaluate("editor.changed()")


@pytest.mark.parametrize("key", ["Control+Enter", "Meta+Enter"])
def test_control_and_enter_run_the_text(page, key):
    begin(page, "x = 1").focus()
    page.keyboard.press(key)
    assert page.evaluate("log") == [["run", "x = 1"]] and value(page) == "x = 1"


def test_keys_of_an_input_method_and_of_the_browser_are_left_alone(page):
    put(page, "a|b")
    for more in (
        {"key": "Tab", "isComposing": True},
        {"key": "Enter", "altKey": True},
        {"key": "Tab", "ctrlKey": True},
        {"key": "a"},
    ):
        left = page.evaluate("(more) => area.dispatchEvent(new KeyboardEvent('keydown', { cancelable: true, ...more }))", more)
        assert left, more
    assert value(page) == "ab"


# Leaving


@pytest.mark.parametrize(("key", "reached"), [("Tab", "after"), ("Shift+Tab", "before")])
def test_escape_sets_the_tab_key_free(page, key, reached):
    area = put(page, "ab|")
    page.keyboard.press("Escape")
    page.keyboard.press(key)
    expect(page.locator(f"#{reached}")).to_be_focused()
    assert value(page) == "ab"
    page.keyboard.press("Shift+Tab" if key == "Tab" else "Tab")
    expect(area).to_be_focused()
    page.keyboard.press("Tab")
    assert value(page) != "ab", "back in the editor, Tab indents"


def test_another_key_after_escape_keeps_tab_for_the_code(page):
    area = put(page, "|")
    page.keyboard.press("Escape")
    page.keyboard.type("a")
    page.keyboard.press("Tab")
    expect(area).to_be_focused()
    assert value(page) == "a    "


def test_escape_is_the_pages_too(page):
    page.evaluate("addEventListener('keydown', ({ key, defaultPrevented }) => log.push([key, defaultPrevented]))")
    put(page, "|")
    page.keyboard.press("Escape")
    assert page.evaluate("log") == [["Escape", False]]


def test_a_line_says_how_to_leave_where_and_when_it_is_needed(page):
    area = begin(page)
    hint = page.locator(".editor-hint")
    below = page.locator("#after").bounding_box()
    expect(hint).to_be_hidden()
    area.focus()
    expect(hint).to_be_visible()
    assert hint.get_attribute("id") in area.get_attribute("aria-describedby").split()
    expect(hint).to_contain_text("Escape, then Tab")
    expect(area).to_have_accessible_description("Tab indents; Escape, then Tab leaves the editor. Ctrl+Enter runs the code.")
    page.keyboard.press("Escape")
    expect(hint).to_have_text("The next Tab leaves the editor.")
    page.keyboard.press("ArrowLeft")
    expect(hint).to_contain_text("Escape, then Tab")
    assert page.locator("#after").bounding_box() == below


def test_an_editor_that_cannot_run_does_not_say_so(page):
    page.evaluate("begin('x', { onRun: undefined })")
    expect(page.locator(".editor-hint")).not_to_contain_text("Ctrl+Enter")
    page.locator("textarea").focus()
    page.keyboard.press("Control+Enter")
    assert not page.evaluate("log.some(([what]) => what === 'run')")


# Marks


def wrong(page):
    """The numbers of the lines that are marked, in the layer and in the gutter."""
    places = "(lines) => [...lines].flatMap((line, k) => line.classList.contains('editor-wrong') ? [k + 1] : [])"
    return [page.evaluate(f"({places})(document.querySelector('.editor-{part}').children)") for part in ("layer", "gutter")]


def test_an_error_is_marked_said_and_tied_to_the_text(page):
    area = begin(page)
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("")
    assert area.get_attribute("aria-invalid") == "false"
    below = page.locator("#after").bounding_box()
    page.evaluate("editor.mark(8, 'the name β2 is not known.')")
    assert wrong(page) == [[8], [8]]
    expect(alert).to_have_text("Line 8: the name β2 is not known.")
    assert area.get_attribute("aria-invalid") == "true"
    assert alert.get_attribute("id") in area.get_attribute("aria-describedby").split()
    number = page.locator(".editor-gutter > .editor-wrong")
    assert number.evaluate("each => getComputedStyle(each, '::after').content") == '"!"'
    line = page.locator(".editor-line.editor-wrong")
    assert line.evaluate("each => getComputedStyle(each).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert page.locator("#after").bounding_box() == below, "the sentence has its place"
    page.evaluate("editor.clear()")
    assert wrong(page) == [[], []] and area.get_attribute("aria-invalid") == "false"
    expect(alert).to_have_text("")


def test_a_line_that_is_not_there_marks_the_nearest(page):
    for line, nearest in [(99, 3), (0, 1), (-5, 1), (2.7, 2)]:
        begin(page, "a\nb\nc")
        page.evaluate("(line) => editor.mark(line, 'No.')", line)
        assert wrong(page) == [[nearest]] * 2, line


def test_an_error_without_a_line_is_said_until_something_changes(page):
    for line in ("undefined", "null", "NaN"):
        put(page, "a\nb|")
        page.evaluate(f"editor.mark({line}, 'The run was ended after two seconds.')")
        assert wrong(page) == [[], []]
        expect(page.get_by_role("alert")).to_have_text("The run was ended after two seconds.")
        page.keyboard.type("c")
        expect(page.get_by_role("alert")).to_have_text("")


def test_a_marked_line_is_in_view(page):
    begin(page, "x\n" * 200)
    for line in (150, 2):
        page.evaluate("(line) => editor.mark(line, 'No.')", line)
        row, box = (page.locator(each).bounding_box() for each in (".editor-line.editor-wrong", ".editor-box"))
        assert box["y"] <= row["y"] and row["y"] + row["height"] <= box["y"] + box["height"]
    assert page.evaluate("scrollY") == 0


def test_a_mark_goes_with_its_line_until_that_changes(page):
    put(page, "|a\nb\nc")
    page.evaluate("editor.mark(2, 'No.')")
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    assert wrong(page) == [[3]] * 2
    expect(page.get_by_role("alert")).to_have_text("Line 3: No.")
    page.keyboard.press("Control+End")
    page.keyboard.type("x")
    assert wrong(page) == [[3]] * 2
    page.keyboard.press("ArrowUp")
    page.keyboard.type("x")
    assert wrong(page) == [[], []]
    expect(page.get_by_role("alert")).to_have_text("")


def test_a_new_text_has_no_mark(page):
    begin(page)
    page.evaluate("editor.mark(2, 'No.'); editor.set('a\\nb')")
    assert wrong(page) == [[], []]


CHANGES = [
    ("a\nb\nc", "a\nx\nc", {2: "changed"}),
    ("a\nb\nc", "a\nx\ny\nb\nc", {2: "changed", 3: "changed"}),
    ("a\nb\nc", "a\nc", {2: "cut"}),
    ("a\nb\nc", "a\nb", {2: "cut-end"}),
    ("a\nb\nc\nd\ne", "x\na\nc\nd\ny\ne", {1: "changed", 3: "cut", 5: "changed"}),
    ("a\nb", "a\nb", {}),
    ("", "a", {1: "changed"}),
    ("a\nb\na\nb", "a\nb\na\nb\na\nb", {5: "changed", 6: "changed"}),
]


def test_lines_that_differ_from_the_original_have_a_quiet_mark(page):
    for original, text, expected in CHANGES:
        begin(page, text, original=original)
        names = page.evaluate("[...document.querySelector('.editor-gutter').children].map((each) => each.className)")
        assert {k: name.removeprefix("editor-") for k, name in enumerate(names, 1) if name} == expected, (original, text)
        assert page.evaluate("editor.changed()") == bool(expected)
        assert page.locator(".editor-undo").is_enabled() == bool(expected)


def test_long_texts_that_have_nothing_in_common_are_compared_in_short(page):
    begin(page, "\n".join(f"a{k}" for k in range(1500)), original="\n".join(f"b{k}" for k in range(1500)))
    assert page.locator(".editor-changed").count() == 1500


def test_undo_my_changes_returns_to_the_original_and_can_be_undone(page):
    area = put(page, "a\n|b\nc")
    button = page.get_by_role("button", name="Undo my changes")
    expect(button).to_have_count(0)  # hidden while there is nothing to undo
    page.keyboard.type("x = ")
    assert page.evaluate("editor.changed()")
    button.click()
    assert value(page) == "a\nb\nc" and not page.evaluate("editor.changed()")
    assert page.evaluate("log.at(-1)") == ["change", "a\nb\nc"]
    expect(area).to_be_focused()
    page.keyboard.press("Control+z")
    assert value(page) == "a\nx = b\nc"


def test_set_keeps_the_original_or_takes_another(page):
    begin(page, "a")
    page.evaluate("editor.set('b')")
    assert page.evaluate("[editor.text(), editor.changed()]") == ["b", True]
    page.evaluate("editor.set('c', 'c')")
    assert page.evaluate("[editor.text(), editor.changed(), log]") == ["c", False, []]


# What comes in

PASTE = """(data) => {
  const clipboardData = new DataTransfer();
  for (const [type, text] of Object.entries(data)) clipboardData.setData(type, text);
  const firefox = { dataType: "text/plain", data: data["text/plain"] };
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, ...firefox, bubbles: true, cancelable: true }));
}"""


def test_a_paste_is_plain_text_with_blanks_and_one_kind_of_line_end(page):
    put(page, "a = |xx|\nb")
    page.evaluate(PASTE, {"text/plain": "1\r\n\tif\u00a0c:\r\t\td\u2028e\u202e", "text/html": "<b>bold</b>"})
    assert marked(page) == "a = 1\n    if c:\n        d\ne|\nb"
    page.keyboard.press("Control+z")
    assert value(page) == "a = xx\nb"


def test_a_paste_of_a_picture_changes_nothing(page):
    put(page, "|ab|")
    page.evaluate(PASTE, {"text/html": "<img>"})
    assert marked(page) == "|ab|"


def test_what_comes_by_another_way_is_cleaned_too(page):
    put(page, "a|b")
    page.keyboard.insert_text("x\ty\u202ez")
    assert marked(page) == "ax    yz|b"
    assert page.evaluate("log") == [["change", "ax    yzb"]]
    begin(page, "a\r\n\tb\rc", original="a\n    b\nc")
    assert page.evaluate("[editor.text(), editor.changed()]") == ["a\n    b\nc", False]


HOSTILE = (
    "</textarea></pre></script><img src=x onerror=\"log.push('run')\"><svg onload=log.push('run')>&lt;\n<!-- ${log.push('run')}"
)


def test_hostile_text_stays_text(page):
    begin(page, HOSTILE, original=HOSTILE + "x", label=HOSTILE)
    page.evaluate("(text) => { editor.mark(1, text); editor.set(text, ''); editor.mark(2, text) }", HOSTILE)
    put(page, "|")
    page.evaluate(PASTE, {"text/plain": HOSTILE, "text/html": HOSTILE})
    page.evaluate("(text) => editor.mark(1, text)", HOSTILE)
    expect(page.get_by_role("alert")).to_have_text(f"Line 1: {HOSTILE}")
    page.wait_for_timeout(100)
    assert value(page) == HOSTILE
    assert page.locator("#host :is(img, svg, script)").count() == 0
    assert [each for each in page.evaluate("log") if each == "run"] == []


# Where things stand


def dark(picture):
    """Where a picture is darker than half."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L")) < 128


def wider(mask):
    """A mask and all pixels beside it."""
    padded = np.pad(mask, 1)
    rows, columns = mask.shape
    return np.any([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)


def assert_within_a_pixel(one, other):
    """Each dark pixel of a picture has one in the other, there or beside it: browsers place letters on fractions of a pixel."""
    assert one.sum() > 1000 and other.sum() > 1000
    assert not (one & ~wider(other)).any() and not (other & ~wider(one)).any()


# The sheet with the ink of the layer alone or of the textarea alone, in one colour.
INK = """(of) => {
  document.getElementById("ink")?.remove();
  const style = document.head.appendChild(document.createElement("style"));
  style.id = "ink";
  style.textContent = `
    .editor .editor-gutter { visibility: hidden }
    .editor .editor-text { color: ${of === "text" ? "#000" : "transparent"}; caret-color: transparent }
    .editor :is(.editor-layer, .editor-layer span) { color: ${of === "layer" ? "#000" : "transparent"}; -webkit-text-stroke: 0 }`;
}"""
LONG = (
    "".join(f"{'    ' * (k % 3)}σ{k} = objective.gradient(w[{k}])  # β₁ and then “x” · {'W' * (k % 40)}\n" for k in range(29))
    + "x" * 60
    + "█"
)


@pytest.mark.parametrize("width", [390, 1280])
def test_layer_and_textarea_lie_on_each_other(page, width):
    page.set_viewport_size({"width": width, "height": 1800})
    begin(page, LONG)
    page.add_style_tag(content=".editor .editor-box { max-height: none; overflow: visible }")
    for zoom in (100, 110, 200):
        page.evaluate("(zoom) => { document.documentElement.style.fontSize = `${zoom}%` }", zoom)
        inks = []
        for of in ("text", "layer"):
            page.evaluate(INK, of)
            inks.append(dark(page.locator(".editor-sheet").screenshot()))
        assert_within_a_pixel(*inks)


# The line box of a place in the layer, by line and column.
PLACE = """([line, column]) => {
  const range = document.createRange();
  const row = document.querySelector(".editor-layer").children[line - 1];
  range.selectNodeContents(row);
  let rest = column;
  for (const node of row.childNodes) {
    if (rest <= node.textContent.length) { range.setStart(node.firstChild ?? node, rest); break; }
    rest -= node.textContent.length;
  }
  const { top, height } = row.getBoundingClientRect();
  return [range.getBoundingClientRect().left, top, height];
}"""


def test_the_caret_stands_in_its_place_of_the_layer(page):
    begin(page, LONG).focus()
    page.add_style_tag(content=".editor .editor-text { caret-color: #f0f } .editor-box { max-height: none !important }")
    for line, column in [(1, 0), (1, 20), (30, 0), (30, 60)]:
        offset = sum(len(each) + 1 for each in LONG.split("\n")[: line - 1]) + column
        for _ in range(20):  # a caret blinks
            page.evaluate("(at) => area.setSelectionRange(at, at)", offset)
            picture = np.asarray(Image.open(io.BytesIO(page.screenshot(caret="initial"))).convert("RGB")).astype(int)
            rows, columns = np.nonzero((picture[..., 0] > 200) & (picture[..., 1] < 80) & (picture[..., 2] > 200))
            if len(rows):
                break
        x, top, height = page.evaluate(PLACE, [line, column])
        assert abs(columns.min() - x) <= 1.5  # a caret is a pixel wide, left or right of its place
        middle = (rows.min() + rows.max() + 1) / 2
        assert abs(middle - (top + height / 2)) <= 1 and rows.max() + 1 - rows.min() <= height + 1


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_typed_is_in_view(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    begin(page, "x\n" * 80).focus()
    page.evaluate("area.setSelectionRange(0, 0)")
    shown = f"""([line, column]) => {{
      const [x, top, height] = ({PLACE})([line, column]);
      const box = document.querySelector(".editor-box").getBoundingClientRect();
      const left = document.querySelector(".editor-gutter").getBoundingClientRect().right;
      const within = x >= left && x <= box.right && top >= box.top && top + height <= box.bottom;
      return within && document.documentElement.scrollLeft === 0;
    }}"""
    for keys, place in [
        (["y"] * 200, [1, 200]),
        (["Home"], [1, 0]),
        (["End"], [1, 200]),
        (["Enter"], [2, 0]),
        (["Control+End", "z"], [82, 1]),
        (["Control+Home"], [1, 0]),
        (["Control+End"], [82, 1]),
    ]:
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_function(shown, arg=place, timeout=5000)
    page.evaluate(PASTE, {"text/plain": "line\n" * 20 + "z" * 300})
    page.wait_for_function(shown, arg=[102, 300], timeout=5000)
    assert page.evaluate("[area.scrollLeft, area.scrollTop]") == [0, 0]


def test_the_box_grows_with_its_lines_to_a_limit(page):
    heights = []
    for lines in (1, 10, 20, 200):
        begin(page, "x\n" * lines)
        heights.append(page.locator(".editor-box").bounding_box()["height"])
    assert heights == sorted(heights) and heights[1] - heights[0] > 60 and heights[3] <= 0.75 * 900 + 1
    begin(page, "").focus()
    before = page.locator(".editor-box").bounding_box()
    page.keyboard.type("x")
    assert page.locator(".editor-box").bounding_box() == before


@pytest.mark.parametrize("zoom", [100, 200])
def test_a_phone_neither_enlarges_nor_scrolls_the_page(page, zoom):
    page.set_viewport_size({"width": 390, "height": 844})
    begin(page).focus()
    page.evaluate(
        "(zoom) => { document.documentElement.style.fontSize = `${zoom}%`; editor.mark(8, 'the name ' + 'momentum'.repeat(20)) }",
        zoom,
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".editor-head label").bounding_box()["width"] > 150
    assert page.evaluate("parseFloat(getComputedStyle(area).fontSize)") >= 16 * zoom / 100
    sizes = page.evaluate(
        "[...document.querySelectorAll('.editor-gutter, .editor-layer')].map((e) => getComputedStyle(e).fontSize)"
    )
    assert set(sizes) == {page.evaluate("getComputedStyle(area).fontSize")}
    box = page.locator(".editor-box").evaluate("each => [each.scrollWidth > each.clientWidth, getComputedStyle(each).overflowX]")
    assert box == [True, "auto"]


def test_a_browser_helps_with_code_and_not_with_spelling(page):
    area = begin(page)
    names = ("spellcheck", "autocomplete", "autocorrect", "autocapitalize", "wrap")
    assert [area.get_attribute(name) for name in names] == ["false", "off", "off", "off", "off"]
    assert page.locator("textarea").get_attribute("aria-multiline") is None
    expect(page.get_by_role("textbox", name="Momentum, one step")).to_have_count(1)
    assert (
        page.locator(".editor-layer").get_attribute("aria-hidden")
        == page.locator(".editor-gutter").get_attribute("aria-hidden")
        == "true"
    )


def test_two_editors_are_apart(page):
    page.evaluate(
        "exploreParts.editor(document.getElementById('host'), {}); exploreParts.editor(document.getElementById('host'), {})"
    )
    ids = page.evaluate("[...document.querySelectorAll('#host [id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids)) == 6


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page, theme):
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    begin(page).focus()
    page.keyboard.type("x" * 200)
    page.evaluate("editor.mark(3, 'the name β2 is not known.')")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_paper_shows_the_whole_text_in_colours(page):
    begin(page, CODE + "y = '" + "long " * 80 + "'\n" + "x = 1\n" * 60)
    page.evaluate("document.documentElement.dataset.theme = 'dark'; editor.mark(2, 'No.')")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    expect(page.locator("textarea")).to_be_hidden()
    expect(page.locator(".editor-undo")).to_be_hidden()
    box = page.locator(".editor-box").evaluate(
        "each => [each.scrollHeight - each.clientHeight, each.scrollWidth - each.clientWidth]"
    )
    assert box == [0, 0] and page.evaluate("document.documentElement.scrollWidth") == 700
    bottoms = page.evaluate(
        "['.editor-line:last-child', '.editor-box'].map((each) => document.querySelector(each).getBoundingClientRect().bottom)"
    )
    assert bottoms[0] <= bottoms[1]
    heights = page.locator(".editor-line").evaluate_all("all => all.slice(0, 3).map((each) => each.offsetHeight)")
    assert len(set(heights)) == 1, "a sign beside its number takes no line"
    assert page.locator(".editor-line").nth(11).evaluate("each => each.offsetHeight") > 50
    keyword = page.locator(".editor-keyword").first
    assert keyword.evaluate("each => getComputedStyle(each).color") == page.evaluate("""() => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "#0d6072";
      return getComputedStyle(probe).color;
    }""")
    assert page.locator(".editor-line").first.evaluate("each => getComputedStyle(each, '::before').display") == "inline-block"


def test_where_the_system_sets_the_colours_the_text_is_the_textareas_own(page):
    page.emulate_media(forced_colors="active")
    begin(page, original="x")
    page.evaluate("editor.mark(2, 'No.')")
    ink, ground = page.evaluate("[getComputedStyle(area).color, getComputedStyle(area).backgroundColor]")
    assert page.evaluate(RGB, ink)[3] == 255 and page.evaluate(RGB, ink) != page.evaluate(RGB, ground)
    assert page.locator(".editor-layer").evaluate("each => getComputedStyle(each).visibility") == "hidden"
    sign = page.locator(".editor-gutter > .editor-wrong").evaluate("""each => {
      const { content, color, backgroundColor } = getComputedStyle(each, "::after");
      return [content, color !== backgroundColor];
    }""")
    assert sign == ['"!"', True]
    bar = page.locator(".editor-gutter > .editor-changed").first.evaluate(
        "each => getComputedStyle(each, '::before').borderRightWidth"
    )
    assert bar == "3px"


def test_nothing_moves_by_itself(page):
    begin(page).focus()
    page.evaluate("editor.mark(3, 'No.')")
    moving = """[...document.querySelectorAll(".editor, .editor *")].filter((each) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
      return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
    }).length"""
    assert page.evaluate(moving) == 0


# The essential path in other engines


def picture_of(engine):
    shot = getattr(engine.driver, "get_screenshot_as_base64", None) or (lambda: engine.driver.screenshot(full=False))
    return dark(base64.b64decode(shot()))


def essential_path(engine, file):
    """Typing, indenting, undoing, running, an error, leaving; and the layer under the letters."""

    def page(code):
        """What code gives that runs as the page's own: Firefox shows a driver's code the page without its variables."""
        own = json.dumps(f"document.body.dataset.result = JSON.stringify((() => {{ {code} }})() ?? null)")
        run = f"document.head.append(Object.assign(document.createElement('script'), {{ textContent: {own} }}));"
        return json.loads(engine.script(f"{run} return document.body.dataset.result"))

    def send(*keys):
        engine.find("textarea").send_keys("".join(getattr(engine.keys, key, key) for key in keys))

    def text():
        return page("return editor.text()")

    def undo():
        page("document.execCommand('undo')")  # as the key does, which WebKit's small browser has not

    engine.open(file.as_uri())
    page("begin('a = 1\\nb = 2'); editor.focus(); area.setSelectionRange(11, 11)")
    send("ENTER", "if b:", "ENTER", "c", "TAB", "d")
    assert text() == "a = 1\nb = 2\nif b:\n    c    d"
    assert page("return document.querySelector('.editor-layer').textContent") == text() + "\n"
    for _ in range(12):
        undo()
    assert text() == "a = 1\nb = 2", "what the keys did can be undone"
    page("area.setSelectionRange(11, 11)")
    send("TAB")
    assert text() == "a = 1\nb = 2    "
    send("SHIFT", "TAB")
    send("CONTROL", "/")
    assert text() == "a = 1\n# b = 2    "
    send("CONTROL", "ENTER")
    assert page("return log.at(-1)") == ["run", text()]
    page("editor.mark(2, 'No.')")
    assert page("return document.querySelector('[role=alert]').textContent") == "Line 2: No."
    assert (
        page("return getComputedStyle(document.querySelector('.editor-line.editor-wrong')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )
    engine.click(".editor-undo")
    assert text() == "a = 1\nb = 2" and page("return document.querySelector('[role=alert]').textContent") == ""
    undo()
    assert text() == "a = 1\n# b = 2    "
    page(f"({PASTE})({{ 'text/plain': '\\tx' }})")
    assert "    x" in text()
    send("ESCAPE", "TAB")
    assert page("return document.activeElement.id") == "after"

    page("begin(''); editor.focus()")
    send("y" * 200)
    engine.wait("document.querySelector('.editor-box').scrollLeft > 500")
    send("HOME")
    engine.wait("document.querySelector('.editor-box').scrollLeft < 5")
    page(f"({PASTE})({{ 'text/plain': '{'z' * 300}' }})")
    engine.wait("document.querySelector('.editor-box').scrollLeft > 1000")
    send("END", "z")
    engine.wait("document.querySelector('.editor-box').scrollLeft > 500")
    assert page("return [area.scrollLeft, area.scrollTop]") == [0, 0]

    page(f"begin({json.dumps(LONG)}); scrollTo(0, 0)")
    page("document.head.insertAdjacentHTML('beforeend', '<style>.editor .editor-box { max-height: none }</style>')")
    inks = []
    for of in ("text", "layer"):
        page(f"({INK})('{of}'); document.getElementById('host').scrollIntoView()")
        time.sleep(0.3)
        inks.append(picture_of(engine))
    assert_within_a_pixel(*inks)


def test_firefox_edits(firefox, file):
    essential_path(firefox, file)


def test_webkit_edits(webkit, file):
    essential_path(webkit, file)
