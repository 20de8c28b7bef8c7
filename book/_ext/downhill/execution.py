"""How the notebooks are executed: explorables that need no kernel, warnings as errors, no figure
that is out of date.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from myst_nb.core import render
from myst_nb.core.execute.inline import NotebookClientInline
from myst_nb.core.utils import coalesce_streams
from nbformat import NotebookNode
from nbformat.v4 import new_output
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# What a page is made of besides its own file: the package, the results it quotes, the references,
# the versions of everything.
INGREDIENTS = (
    *("gdcore/**/*", "experiments/results/*", "book/*.bib", "book/chapter_map.*", "constraints.txt", "requirements*.txt"),
    "book/_ext/**/*",
)


def prepare_kernels(warnings: str) -> None:
    """Set what every kernel of this build inherits. One thread a kernel: the last digits do not
    depend on the machine's cores.
    """
    os.environ["GDCORE_EXPLORE"] = "page"
    os.environ["PYTHONWARNINGS"] = warnings
    for name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(name, "1")


def mark_page(app: Sphinx) -> None:
    """Tell gdcore.explore, in the kernels that this build starts, which kind of page is being
    built.
    """
    os.environ["GDCORE_EXPLORE"] = "page" if app.builder.format == "html" else "image"


def find_outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read every page anew when what they are made of has changed: Sphinx looks at the pages' own
    files alone.
    """
    digest = hashlib.sha256(f"{sys.version} {app.builder.format}".encode())
    for path in ingredients(Path(app.srcdir)):
        digest.update(path.read_bytes())
    before, env.downhill_digest = getattr(env, "downhill_digest", None), digest.hexdigest()  # type: ignore[attr-defined]
    return [] if before == env.downhill_digest else list(env.found_docs)  # type: ignore[attr-defined]


def ingredients(folder: Path) -> Iterator[Path]:
    """The files under `folder` that any page may depend on, in a fixed order."""
    for pattern in INGREDIENTS:
        yield from sorted(path for path in folder.glob(pattern) if path.is_file() and path.suffix != ".pyc")


def whole_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join a cell's messages on one stream as they came, then let myst-nb tidy them.

    The kernel cuts what is printed into messages by a timer. myst-nb ends each message with a line
    break, so that where the timer struck a line was broken.
    """
    joined: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
            continue
        joined.append(NotebookNode(output))
        if output["output_type"] == "stream":
            streams[output["name"]] = joined[-1]
    return coalesce_streams(joined)


_evaluate = NotebookClientInline.eval_variable


def evaluate(client: NotebookClientInline, name: str) -> list[NotebookNode]:
    """The value of a name for the text. After a cell that failed there is none, and one warning
    says all: the cell's own. Python shows a text with its no-break spaces as escapes, the page
    with spaces.
    """
    if client._cell_error is not None:
        return [new_output("execute_result", {"text/plain": "?"})]
    found = _evaluate(client, name)
    for output in found:
        data = output.get("data", {})
        if "text/plain" in data:
            data["text/plain"] = data["text/plain"].replace(r"\xa0", "\u00a0")
    return found


def setup(app: Sphinx, warnings: str) -> None:
    """Register with Sphinx."""
    prepare_kernels(warnings)
    render.coalesce_streams = whole_streams
    NotebookClientInline.eval_variable = evaluate
    app.connect("builder-inited", mark_page)
    app.connect("env-get-outdated", find_outdated)
