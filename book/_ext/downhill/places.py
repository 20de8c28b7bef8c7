r"""A place for each formula before MathJax has set it: its width, or its height if it stands by
itself, guessed from its TeX, so that the text does not move when it comes (_static/look.js sets
those in view first).

A guess need not be exact: it decides where lines break for the second until the formula is there.

>>> round(inline(r"\eta = 0.1"), 1), rows(r"a &= \frac{b}{c} \\ &= d")
(3.4, 4.1)
"""

from __future__ import annotations

import html
import re
from typing import Any

from sphinx.application import Sphinx

NAMES = "log ln exp min max sin cos tan tanh sup inf det dim Pr arg"
COMMANDS = {  # ems to names
    1.45: "in leq le geq ge to gets approx equiv sim mapsto leftarrow rightarrow Rightarrow propto ne neq ll gg subset iff",
    1.1: "cdot times pm mp circ odot otimes sum",
    1.0: "quad sqrt",
    2.0: "qquad",
    1.2: "dots ldots cdots",
    0.83: "nabla sign",
    0.5: "{ } | int",
    0.28: ";",
    0.17: ", mathbf",
    -0.17: "!",
    0.0: "frac tfrac begin end hat bar tilde boldsymbol mathrm mathcal mathbb mathsf text textstyle displaystyle "
    "operatorname left right big Big bigl bigr",
}
CHARACTERS = {1.45: "=<>", 1.2: "+-", 0.74: "ABCDEFGHKLMNOPQRTUVWXYZ", 0.45: ",", 0.4: "()", 0.3: "[].'", 0.28: "|", 0.0: "&{}"}
EMS = {name: ems for ems, names in COMMANDS.items() for name in names.split()} | {
    name: 0.45 * len(name) + 0.17 for name in NAMES.split()
}
SIGNS = {sign: ems for ems, signs in CHARACTERS.items() for sign in signs}
TOKEN = re.compile(r"\\([A-Za-z]+|.)|([_^])(\{[^{}]*\}|\\[A-Za-z]+|.)|(\S)", re.DOTALL)
FRACTION = re.compile(r"\\[dt]?frac(?:\{([^{}]*)\}|(\w))(?:\{([^{}]*)\}|(\w))")
MATRIX = re.compile(r"\\begin\{smallmatrix\}(.*?)\\end\{smallmatrix\}", re.DOTALL)
SIGN = re.compile(r"(^|[(\[{,=<>])\s*[-+]")  # of what follows: no operation, and no room around it
OPERATION = re.compile(r"[-+=<>]")
SMALL, LETTER = 0.72, 0.56
BREAK = r"\\"
TALL = re.compile(r"\\d?frac|\\sum|\\int|\\prod|\\begin\{.?matrix\}")
FORMULA = re.compile(r'<(span|div) class="math notranslate nohighlight"( id="[^"]*")?>(.*?)(\\\(.*?\\\)|\\\[.*?\\\])', re.DOTALL)


def inline(tex: str) -> float:
    """The width of a formula in a line, in em."""
    tex = MATRIX.sub(lambda found: f"^{{{max(found[1].split(BREAK), key=inline)}}}".replace("&", r"\quad"), tex)
    tex = SIGN.sub(r"\1\\sign ", tex)
    while FRACTION.search(tex):  # the innermost first, each as its wider part, small
        tex = FRACTION.sub(lambda found: f"\\;\\,^{{{max((part or '' for part in found.groups()), key=inline)}}}", tex)
    width = 0.0
    for command, script, argument, sign in TOKEN.findall(tex):
        if command:
            width += EMS.get(command, LETTER)
        elif script:
            width += SMALL * inline(OPERATION.sub(r"\\sign ", argument.strip("{}")))  # which keep no room when small
        else:
            width += SIGNS.get(sign, LETTER)
    return width


def rows(tex: str) -> float:
    """The height of a formula that stands by itself, in em: its rows, tall ones with fractions."""
    return sum(2.6 if TALL.search(row) else 1.5 for row in tex.split(BREAK))


def give_places(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Write each formula's measure at its element."""

    def with_place(found: re.Match[str]) -> str:
        kind, name, before, formula = found.groups()
        tex = html.unescape(formula[2:-2])
        ems = inline(tex) if kind == "span" else rows(tex)
        return f'<{kind} class="math notranslate nohighlight"{name or ""} style="--ems: {ems:.1f}">{before}{formula}'

    if "body" in context:
        context["body"] = FORMULA.sub(with_place, context["body"])


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", give_places)
