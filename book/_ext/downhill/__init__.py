"""What the book's build needs beyond Jupyter Book, one idea a module.

execution   explorables that work without a kernel, warnings as errors, fresh figures
parallel    pages read by several processes, with the same result as by one
outcome     only a good build replaces the book, and one that failed fails again until it is mended
alone       two builds at once take turns
licences    what is shipped in the book, by whom it is, and under which licence
repository  Binder, and "Something is wrong here", where there is a public repository
outside     its public address, a picture for links, a list of pages, a page for wrong ones
scripts     the scripts that a page needs, once
ids         no id twice on a page
links       a notebook's plain links become the book's numbered references
arrangement folded code below its figure, or at its section's end
in_print    what other books print: a line in the margin
gallery     the pictures of the front page's list
lookups     what each reference would look up again, looked up once
look        the head and the frame of a page
search      the search index, fed section by section
tables      the tables of cells, numbered and captioned
inks        code without the spans that nothing draws
places      a place for each formula before it is set
addresses   old names of places, which lead to them still
concordance the items of the four sources, each with its place
reference   the reference of gdcore, and links to it from the chapters (names: what is public)
inpage      the engine of pages that compute, packed
access      what screen readers meet, put right
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kernel_warnings import KERNEL_WARNINGS
from sphinx.application import Sphinx

from downhill import (
    access,
    addresses,
    arrangement,
    concordance,
    execution,
    gallery,
    ids,
    in_print,
    inks,
    inpage,
    licences,
    links,
    look,
    lookups,
    outcome,
    outside,
    parallel,
    places,
    reference,
    repository,
    scripts,
    search,
    tables,
)

MODULES = (
    parallel,
    repository,
    outside,
    scripts,
    ids,
    licences,
    links,
    look,
    lookups,
    arrangement,
    in_print,
    gallery,
    search,
    tables,
    inks,
    places,
    addresses,
    access,
    concordance,
    reference,
    inpage,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    outcome.setup(app)
    execution.setup(app, KERNEL_WARNINGS)
    for module in MODULES:
        module.setup(app)
    app.add_config_value("downhill_static", _fingerprint(Path(app.srcdir)), "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fingerprint(folder: Path) -> str:
    """The book's own style and scripts: a change of them writes every page anew, for Sphinx asks
    after the pages alone.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.glob("_static/**/*") if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
