"""The rules of docs/style.md for prose, as far as words show them: `python -m tools.prose` looks at
all chapters, `python -m tools.prose sgd` lists what it finds in one.

Finished pages (tests/pages.py) must have nothing; of the others the first form says how much there
is. Prose is what a reader reads as sentences: no heading, table, formula, code or option of a
directive. Where a word of rule 7 has its plain sense, its cell's metadata say so:
`"prose": ["beside"]`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import nbformat
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from tests.pages import FINISHED
from tools.notebooks import notebooks

MOST_FUSED, WORST = 0.15, 5
SUMMARY = "What to remember"
READ = re.compile(r"\{(?:admonition|exercise|solution|note|tip|warning|hint|dropdown|margin|prf:\w+)\}")
WORK = re.compile(r"#[a-z]+\d{4}[a-z]?")
MARKDOWN = create_md_parser(MdParserConfig(enable_extensions={"colon_fence", "dollarmath", "amsmath"}), RendererHTML)

END = r"(?=[.,;:)!?]|$"
SIZES = "small|large|big|tiny|little|nothing|steep|flat|short|long|weak|strong|slow|fast|cheap|much|high|low|only|compared"
PERSONS = "who one he she reader author teacher somebody nobody everybody"
MISREAD = {  # rule 7: the word, how it stands where it is misread, the words before it that make it plain, a better one
    "all but": (r"all but(?! (?:the|one|two|three|these|those|its|\d+|Formula|Number)\b)", "", "nearly"),
    "beside": (rf"(?:{SIZES})(?:er|r)? beside", "", "compared with"),
    "to stay": (rf"to stay{END}| after| from)", "has have need needs able free likely seems", "from then on"),
    "at the least": (rf"at the least{END}| (?:as|for|in|on|an?|one|two|once|twice|Formula|Number|\d+)\b)", "", "at least"),
    "in sum": (r"in sum", "", "together"),
    "datum": (r"datum", "", "example"),
    "bears": (r"(?:bears|(?:can|cannot|could|will|to) bear)\b(?! (?:out|on|in mind|(?:the|its) names?)\b)", "", "tolerates"),
    "for ever": (r"for ever", "", "without end"),
    "in the place of": (r"in the place of", "", "instead of"),
    "wants": (r"wants", PERSONS, "needs"),
    "asks for": (r"asks for", f"{PERSONS} exercise question", "needs"),
}
NEEDLESS = re.compile(r"\b(?:simply|clearly|just|obviously)\b", re.IGNORECASE)

VERB = (
    "is|are|was|were|be|has|have|had|does|do|did|can|cannot|could|will|would|may|might|must|should|makes?|gives?|takes?|needs?|"
    "means?|holds?|shows?|lets?|follows?|depends?|grows?|falls?|costs?|works?|helps?|keeps?|comes?|goes|ends?|stays?|moves?"
)
ALONE = rf"(?=\s*(?:[.,;:)]|$)|\s+(?:{VERB}|of|not|also|alone|only)\b)"
POINTER = re.compile(
    rf"\b(?:it|itself|they|them|themselves)\b|\b(?:this|these|those|both|the (?:first|second|last|others?|former|latter)){ALONE}"
    r"|(?:(?<=^)|(?<=[.,;:] )|\b(?:than|as|and|to|with|by|from) )that(?= (?:of|is|was|does)\b)",
    re.IGNORECASE,
)
CLAUSE = re.compile(rf"\b(?:{VERB}|it|they|you|we|this|there|who)\b", re.IGNORECASE)


class Passage(NamedTuple):
    """A paragraph or an item of a list: its cell, the heading above it, and its text."""

    cell: str
    heading: str
    text: str


def complaints(page: str, notebook: Any) -> list[str]:
    """What breaks the rules in a notebook's prose: "book/page.ipynb#cell: rule. What to do"."""
    plain = {cell.id: cell.metadata.get("prose", []) for cell in notebook.cells}
    prose = list(passages(notebook))
    found = [(passage.cell, problem) for passage in prose for problem in of_passage(passage, plain[passage.cell])]
    return [f"book/{page}.ipynb#{cell}: {problem}" for cell, problem in found] + [
        f"book/{page}.ipynb: {problem}" for problem in of_share(prose)
    ]


def passages(notebook: Any) -> Iterator[Passage]:
    """The prose of a notebook, piece by piece."""
    heading = ""
    for cell in notebook.cells:
        for kind, text in _blocks(cell.source) if cell.cell_type == "markdown" else ():
            if kind == "heading_open":
                heading = text
            else:
                yield Passage(cell.id, heading, text)


def _blocks(source: str) -> Iterator[tuple[str, str]]:
    """The headings and paragraphs of a text, those in directives included."""
    before = ""
    for token in MARKDOWN.parse(source):
        if token.type in ("fence", "colon_fence") and READ.match(token.info):
            yield from _blocks(re.sub(r"\A(?:\s*:\w+:.*\n)+", "", token.content))
        elif before in ("heading_open", "paragraph_open"):
            yield before, _text(token.children or [])
        before = token.type


def _text(tokens: list[Token]) -> str:
    """What is read of a paragraph: a word stands for each formula, name of code, number and work.
    Words in front, such as a term that the paragraph explains, are a sentence.
    """
    text, inside_work = "", False
    for token in tokens:
        if token.type == "link_open":
            inside_work = bool(WORK.fullmatch(str(token.attrs["href"])))
            text += "Work" if inside_work else ""
        elif token.type in ("link_close", "strong_close"):
            inside_work = False
            text += "\0"
        elif token.type == "myst_role":
            text += "Number" if token.meta["name"] == "eval" else token.content.partition(" <")[0]
        elif not inside_work:
            plain = {"math_inline": "Formula", "code_inline": "Code", "softbreak": " ", "html_inline": ""}
            text += plain.get(token.type, token.content)
    text = re.sub(r"\A([^\0]+)(?:\0:|:\0)", r"\1.", text).replace("\0", "")
    return re.sub(r" \(Work(?:; Work)*\)", "", text)


def sentences(text: str) -> list[str]:
    """A paragraph's sentences."""
    text = re.sub(r"\b(e\.g|i\.e|cf|vs|etc|Fig)\.", r"\1", text)
    return [part for part in re.split(r"(?<=[.!?])[\")\]]* +(?=[\"(\[]?[A-Z0-9])", text) if len(part.split()) > 2]


def of_passage(passage: Passage, plain: list[str]) -> Iterator[str]:
    """The words of a passage that a reader stumbles over."""
    for word, (pattern, persons, better) in MISREAD.items():
        for found in re.finditer(rf"\b(?:{pattern})(?!\w)", passage.text, re.IGNORECASE):
            before = passage.text[: found.start()].split()
            if word not in plain and not (before and before[-1].lower() in persons.split()):
                what = f'{word} is misread. Say "{better}", or give the cell "prose": ["{word}"].'
                yield f'"{_around(passage.text, found)}": {what}'
    for found in NEEDLESS.finditer(passage.text):
        yield f'"{_around(passage.text, found)}": leave out "{found[0]}", or say how you know.'
    if passage.heading == SUMMARY:
        for found in [*re.finditer(";", passage.text), *POINTER.finditer(passage.text)]:
            what = "has a semicolon. Make two sentences" if found[0] == ";" else f'points back by "{found[0]}". Name the thing'
            yield f'"{_around(passage.text, found)}": the summary {what}.'


def _around(text: str, found: re.Match[str]) -> str:
    """What was found, with a few words on either side."""
    start = text.rfind(" ", 0, max(found.start() - 25, 0)) + 1
    return text[start : text.find(" ", found.end() + 15) if found.end() + 15 < len(text) else None].strip()


def of_share(prose: list[Passage]) -> Iterator[str]:
    """Whether too many sentences are two, and where most of them stand."""
    said = [(passage.cell, sentence) for passage in prose for sentence in sentences(passage.text)]
    cells = Counter(cell for cell, sentence in said if is_fused(sentence))
    if cells.total() > MOST_FUSED * len(said):
        worst = ", ".join(f"{cell} ({count})" for cell, count in cells.most_common(WORST))
        yield (
            f"{cells.total()} of {len(said)} sentences join two clauses by a colon or a semicolon, at most {MOST_FUSED:.0%} may. "
            f"Make them two, or join them by because, so, but, although. Worst: {worst}."
        )


def is_fused(sentence: str) -> bool:
    """Whether a sentence is two: it has a semicolon, or a colon with a clause on either side. What
    a colon introduces is no clause if it is short, as a formula is, or a list; nor is a word or two
    that go before.
    """
    before, colon, after = sentence.partition(": ")
    is_list = re.search(r", | and | or ", after) and not CLAUSE.search(after)
    return "; " in sentence or bool(colon and len(before.split()) > 2 and len(after.split()) > 3 and not is_list)


def main(pages: list[str]) -> int:
    """Say what breaks the rules; 1 if a finished page does."""
    bad = False
    for path in notebooks():
        said = complaints(path.stem, nbformat.read(path, as_version=4))
        if path.stem in (pages or FINISHED):
            print("\n".join(said or [f"{path.name}: nothing"]))
            bad |= bool(said) and path.stem in FINISHED
        elif not pages:
            print(f"{path.name}: {len(said)} to mend before it is finished, python -m tools.prose {path.stem}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
