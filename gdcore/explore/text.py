"""Texts of a picture as SVG text, so that the page's styles can set their size.

Between dollar signs stands what Matplotlib calls mathtext. As much of it as axes and labels need is
set here: letters italic, scripts raised and lowered by shares of the size, operators with space
around them. The rest is drawn as outlines, by Matplotlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from xml.sax.saxutils import escape

from gdcore.words import with_minus

_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "omicron": "ο",
    "pi": "π",
    "rho": "ρ",
    "varsigma": "ς",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
}
_SIGNS = {"nabla": "∇", "cdot": "·", "times": "×", "leq": "≤", "geq": "≥", "approx": "≈", "infty": "∞", "top": "⊤", "star": "⋆"}
_SIGNS |= {",": "\u2009", " ": " ", "%": "%", "|": "‖", "{": "{", "}": "}"}
_NAMES = {"max", "min", "log", "exp"}
_UPRIGHT = {"mathrm", "mathdefault", "text"}
_ALIKE = {"-": "−", "*": "∗", "'": "′"}
_OPERATORS = set("=<>≤≥≈+−·×")

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S")
SMALL = 0.7  # the size of a script, as a share of the size around it
HEIGHTS = {0: 0.0, 1: -0.38, -1: 0.22}  # of a line, a raised script and a lowered one; down is positive

Run = tuple[str, bool, int]  # text, whether italic, and 0 on the line, 1 raised, −1 lowered


def spans(text: str) -> str | None:
    r"""A text, with or without formulas, as the inside of an SVG text; None where a formula holds
    what is not known here.

    >>> spans("loss $L$ & more"), spans(r"$\sqrt{x}$")
    ('loss <tspan font-style="italic">L</tspan> &amp; more', None)
    """
    found = runs(text)
    return None if found is None else "".join(_written(found))


@lru_cache(maxsize=2000)
def runs(text: str) -> tuple[Run, ...] | None:
    r"""A text as its runs, each with whether it is italic, and 0 on the line, 1 raised, −1 lowered;
    None where a formula holds what is not known here.

    >>> runs("$10^{3}$ steps")
    (('', False, 0), ('1', False, 0), ('0', False, 0), ('3', False, 1), (' steps', False, 0))
    """
    found: list[Run] = []
    for place, part in enumerate(re.split(r"(?<!\\)\$", text)):
        try:
            found += _formula(part) if place % 2 else [(with_minus(part.replace(r"\$", "$")), False, 0)]
        except _Unknown:
            return None
    return tuple(found)


class _Unknown(Exception):
    """A formula holds what is not known here."""


def _formula(text: str) -> list[Run]:
    tokens = iter(_TOKEN.findall(text))
    return list(_spaced(list(_runs(tokens, 0, upright=False))))


def _runs(tokens: Iterator[str], level: int, upright: bool) -> Iterator[Run]:
    """The runs up to the end of a group."""
    for token in tokens:
        if token == "}":
            return
        if token in ("^", "_"):
            if level:
                raise _Unknown(token)
            yield from _argument(tokens, 1 if token == "^" else -1, upright)
        elif token == "{":
            yield from _runs(tokens, level, upright)
        elif token[0] == "\\" and token[1:] in _UPRIGHT:
            yield from _argument(tokens, level, upright=True)
        else:
            yield _sign(token, level, upright)


def _argument(tokens: Iterator[str], level: int, upright: bool) -> Iterator[Run]:
    """What follows a command or a script's sign: a group, or one sign."""
    token = next(tokens, "")
    if token == "{":
        yield from _runs(tokens, level, upright)
    elif token[:1] == "\\" and token[1:] in _UPRIGHT:
        yield from _argument(tokens, level, upright=True)
    elif token in ("", "}", "^", "_"):
        raise _Unknown(token)
    else:
        yield _sign(token, level, upright)


def _sign(token: str, level: int, upright: bool) -> Run:
    if token[0] != "\\":
        return _ALIKE.get(token, token), token.isalpha() and not upright, level
    name = token[1:]
    if name in _GREEK:
        return _GREEK[name], not upright, level
    if name in _NAMES:
        return name, False, level
    if name not in _SIGNS:
        raise _Unknown(token)
    return _SIGNS[name], False, level


def _spaced(found: list[Run]) -> Iterator[Run]:
    """Space on both sides of an operator on the line, none beside a sign as in −1."""
    before = ""
    for text, italic, level in found:
        if level == 0 and text in _OPERATORS and before not in ("", "(", "[", "|", "/", *_OPERATORS):
            yield f" {text} ", italic, level
        else:
            yield text, italic, level
        before = text


def _written(found: Iterable[Run]) -> Iterator[str]:
    """Runs as text and spans; a span moves down or up from where the one before it stood."""
    merged: list[Run] = []
    for text, italic, level in found:
        if merged and merged[-1][1:] == (italic, level):
            merged[-1] = (merged[-1][0] + text, italic, level)
        elif text:
            merged.append((text, italic, level))
    stands = 0
    for text, italic, level in merged:
        text = "\N{NO-BREAK SPACE}" if text.isspace() else text  # space between two spans does not survive
        size = SMALL if level else 1.0
        down = (HEIGHTS[level] - HEIGHTS[stands]) / size
        attributes = f' dy="{down:.2f}em"' if level != stands else ""
        attributes += f' font-size="{SMALL:.0%}"' if level else ""
        attributes += ' font-style="italic"' if italic else ""
        yield f"<tspan{attributes}>{escape(text)}</tspan>" if attributes else escape(text)
        stands = level
