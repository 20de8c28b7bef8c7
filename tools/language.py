"""Make gdcore/data/book.txt: the book's prose at one commit, a language for small models to learn.

    python -m tools.language

reads the chapters at COMMIT and writes the file anew: always the same bytes. What is left out and
what stands for it is a rule of few lines, `words_of`. A paragraph of the chapters is a line.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "gdcore" / "data" / "book.txt"
COMMIT = "4d52cafc278c1a38fe883c7169ba23b69f2391dd"
CHAPTERS = (
    "convexity",
    "gradient_descent",
    "sgd",
    "momentum",
    "adaptive",
    "regularization",
    "normalization",
    "second_order",
)

FORMULA, NUMBER = "◇", "#"

# What a line or a part of a line becomes, in this order.
RULES = (
    (r"<!--.*?-->", ""),  # entries of the search
    (r"(?s)^(`{3,}) *\{solution\}.*?^\1$", ""),  # solutions, which the page folds
    (r"(?s)^## Where to read on$.*\Z", ""),
    (r"(?s)^(`{3,}) *\{math\}.*?^\1$", ""),  # displayed formulas
    (r"(?s)^ *\$\$.*?\$\$ *$", ""),
    (r"(?s)^(`{3,})[a-z]+$.*?^\1$", ""),  # code
    (r"^\([\w-]+\)=$", ""),  # labels
    (r"^ *:[\w-]+:.*$", ""),  # options of boxes
    (r"^ *(?:`{3,}|:{3,})(?: *\{[^}]*\})? *(.*)$", r"\n\1\n"),  # a box's borders; its title stays
    (r"^ *\|.*$", ""),  # tables
    (r"^#+ +(.*)$", r"\n\1\n"),  # headings
    (r"^ *(?:[-*]|\d+\.) +", "\n"),  # points of lists
    (r"\$[^$]+\$", FORMULA),
    (r"\{eval\}`[^`]*`", NUMBER),
    (r"\{[\w:]+\}`([^`<]*)(?:<[^>]*>)?`", r"\1"),  # other roles
    (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),  # links
    (r"<[^>\n]+>", ""),
    (r"[*`\\]", ""),  # emphasis, code
)


def words_of(markdown: str) -> str:
    """A chapter's paragraphs, one a line: ◇ stands for a formula, # for a number of a cell."""
    for pattern, new in RULES:
        markdown = re.sub(pattern, new, markdown, flags=re.MULTILINE)
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", markdown)]
    return "".join(f"{paragraph}\n" for paragraph in paragraphs if re.search(r"[A-Za-z]", paragraph))


def markdown_at(commit: str, chapter: str) -> str:
    """The Markdown cells of a chapter at a commit, with a blank line between."""
    command = ["git", "-C", str(ROOT), "show", f"{commit}:book/{chapter}.ipynb"]
    notebook = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def prose(commit: str = COMMIT) -> str:
    """All chapters' words at a commit."""
    return "".join(words_of(markdown_at(commit, chapter)) for chapter in CHAPTERS)


if __name__ == "__main__":
    PLACE.write_text(prose(), encoding="utf-8", newline="\n")
    print(f"{PLACE.relative_to(ROOT)}: {PLACE.stat().st_size:,} bytes")
