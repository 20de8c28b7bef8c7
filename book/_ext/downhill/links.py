"""References of a notebook, which are links with words in them, become the book's numbered ones.

A notebook is read raw as well, in JupyterLab and elsewhere, so its references are plain links:

    [Polyak (1964)](#polyak1964)              a work of references.bib
    ([Polyak, 1964](#polyak1964))             the same in brackets; more follow after a semicolon
    [(2)](#eq-race)                           an equation, by its number in the notebook
    [Theorem 1](#thm-race), [Exercise 1](#ex-race)
    [the figure of the race](#fig-race)       a figure; likewise a table, `#tab-…`
    [where they meet](momentum.ipynb#meet)    a section, of another notebook if its file is named
    real eigenvalues<!-- index: lambda -->    an entry of the search, which is not seen
    [Try this step](playground.ipynb#landscape=bowl&start=1,2&steps=9&method=adam())    a race

Before a page is read, each becomes the role that knows the number in the book. Sections keep their
words. An entry becomes a place that the search leads to.

>>> as_roles("[Polyak (1964)](#polyak1964) ([A, 1](#a2001a); [B, 2](#b2002)), [(2)](a.ipynb#eq-b)")
'{cite:t}`polyak1964` {cite:p}`a2001a,b2002`, {eq}`eq-b`'
>>> as_roles("[the figure](#fig-race) and [where they meet](#meet), not [it](a.ipynb) or [](#home)")
'{numref}`fig-race` and {ref}`where they meet <meet>`, not [it](a.ipynb) or {ref}`home`'
>>> as_roles("[Try it](playground.ipynb#landscape=bowl&start=1,2&method=adam(beta1=0.5)).")
'{playground}`Try it <landscape=bowl&start=1,2&method=adam(beta1=0.5)>`.'
>>> as_roles("Real eigenvalues<!-- index: lambda -->, and *so*<!-- index: share -->.")
'Real eigenvalues{entry}`lambda`, and *so*{entry}`share`.'
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.index import IndexRole
from sphinx.util.docutils import ReferenceRole

ROLES = {"eq": "eq", "fig": "numref", "tab": "numref", "thm": "prf:ref", "alg": "prf:ref", "ex": "ref"}
WORK = r"[a-z]+\d{4}[a-z]?"  # a key of references.bib
LINK = re.compile(r"\[([^\[\]]*)\]\((?:\w+\.ipynb)?#([a-z][a-z0-9-]*)\)")
BRACKETED = re.compile(rf"\((\[[^\[\]]*\]\(#{WORK}\)(?:; \[[^\[\]]*\]\(#{WORK}\))*)\)")
PLAYGROUND = re.compile(r"\[([^\[\]]*)\]\(playground\.ipynb#(landscape=(?:[^()\s`]|\([^()\s`]*\))*)\)")
ENTRY = re.compile(r"<!-- index: ([^`>]+?) -->")


class Entry(IndexRole):
    """Sphinx's `index` without its words: they stand before it, and are plain text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The entry and its place."""
        (index, place, _), messages = super().run()
        return [index, place], messages


class Playground(ReferenceRole):
    """A link that opens the playground with a setting, which no page of the book can check: tests
    do.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link."""
        address = f"playground.html#{self.target}"
        return [nodes.reference(self.rawtext, self.title, refuri=address, classes=["playground-link"])], []


def as_roles(text: str) -> str:
    """A text in which links to numbered things and to sections, and entries, are roles."""
    text = PLAYGROUND.sub(r"{playground}`\1 <\2>`", text)
    text = ENTRY.sub(r"{entry}`\1`", text)
    text = BRACKETED.sub(lambda found: f"{{cite:p}}`{','.join(key for _, key in LINK.findall(found[1]))}`", text)
    return LINK.sub(_as_role, text)


def _as_role(link: re.Match[str]) -> str:
    words, label = link.groups()
    if re.fullmatch(WORK, label):
        return f"{{cite:t}}`{label}`"
    kind = label.split("-")[0]
    if kind in ROLES:
        return f"{{{ROLES[kind]}}}`{label}`"
    return f"{{ref}}`{words} <{label}>`" if words else f"{{ref}}`{label}`"


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the roles into a notebook's text, as Sphinx reads it."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        source[0] = as_roles(source[0])


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_role("entry", Entry())
    app.add_role("playground", Playground())
    app.connect("source-read", read)
