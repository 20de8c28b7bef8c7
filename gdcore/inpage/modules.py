"""What goes into the page: gdcore's own files, the stand-ins, and Brython.

`GDCORE` names every module of the package that runs in the page, from the very file of the package.
`ABSENT` names every other one, with the reason; a test holds that together they are the package.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from importlib import resources
from pathlib import Path

from gdcore.inpage.ziggurat import layers

ROOT = Path(__file__).parents[1]
STANDIN = Path(__file__).with_name("standin")

GDCORE = (
    *("gdcore", "gdcore.arrays", "gdcore.validation", "gdcore.hyperparameters", "gdcore.descent", "gdcore.schedules"),
    *("gdcore.minibatches", "gdcore.words", "gdcore.catalogue", "gdcore.differences", "gdcore.line_searches"),
    *("gdcore.objectives", "gdcore.objectives.landscapes", "gdcore.objectives.objective", "gdcore.objectives.penalized"),
    *("gdcore.objectives.penalties", "gdcore.objectives.regression", "gdcore.objectives.require"),
    *("gdcore.methods", "gdcore.methods.adaptive", "gdcore.methods.composite", "gdcore.methods.moments"),
    *("gdcore.methods.orthogonal", "gdcore.methods.preconditioned", "gdcore.methods.searches", "gdcore.methods.velocity"),
    *("gdcore.curvature", "gdcore.curvature.conjugate", "gdcore.curvature.newton", "gdcore.curvature.quasi_newton"),
    *("gdcore.curvature.spectrum", "gdcore.curvature.trust", "gdcore.data.samples"),
    *("gdcore.inpage", "gdcore.inpage.answer", "gdcore.inpage.captions", "gdcore.inpage.mistakes", "gdcore.inpage.own"),
    *("gdcore.inpage.challenges", "gdcore.inpage.script"),
    *("gdcore.conventions", "gdcore.conventions.as_printed", "gdcore.conventions.forms", "gdcore.conventions.lines"),
    "gdcore.conventions.translation",
)

ABSENT = {
    "gdcore.comparison": "compares runs by SciPy's statistics",
    "gdcore.data": "downloads and images: an empty package holds gdcore.data.samples in the page",
    "gdcore.explore": "makes figures, while the book is built or in a kernel",
    "gdcore.files": "writes files",
    "gdcore.inpage.address": "writes links, while the book is built",
    "gdcore.inpage.modules": "puts the page's modules together, while the book is built",
    "gdcore.inpage.playground": "makes the page's markup and its data, while the book is built or in a kernel",
    "gdcore.inpage.ziggurat": "computes the tables of numpy.random, while the book is built",
    "gdcore.networks": "training a network needs a real NumPy",
    "gdcore.pictures": "draws with Matplotlib",
    "gdcore.results": "reads files of experiments",
    "gdcore.tables": "tables of notebooks",
}
"""Modules that are not in the page, and packages but for what `GDCORE` names of them."""

METHODS_ABSENT: dict[str, str] = {}
"""Methods of the catalogue that do not run in the page, with the reason: all of them do."""

LANDSCAPES_ABSENT: dict[str, str] = {}
"""Landscapes of the catalogue that are not in the page, with the reason: all of them are."""


def file_of(name: str) -> Path:
    """The file of the package that holds a module.

    >>> file_of("gdcore.methods").name, file_of("gdcore.words").name
    ('__init__.py', 'words.py')
    """
    place = ROOT.parent.joinpath(*name.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def modules() -> dict[str, str]:
    """Each module that the page has, by its name, and its source.

    >>> "gdcore.methods.moments" in modules(), "numpy.linalg" in modules()
    (True, True)
    """
    return {name: source for name, (_, source, _, _) in _entries().items()}


def _entries() -> dict[str, tuple[str, str, list[str], int]]:
    """Brython's own form: kind, source, what is imported, and whether it is a package."""
    found = {}
    for name in GDCORE:
        path = file_of(name)
        found[name] = _entry(path.read_text("utf-8"), ".py", path.name == "__init__.py")
    found["gdcore.data"] = _entry("", ".py", True)
    for path in sorted(STANDIN.rglob("*.*")):
        if path.suffix in (".py", ".js"):
            name = ".".join(path.relative_to(STANDIN).with_suffix("").parts).removesuffix(".__init__")
            name = "_arrays" if name == "arrays" else name
            source = path.read_text("utf-8")
            found[name] = _entry(_enclosed(source) if path.suffix == ".js" else source, path.suffix, path.name == "__init__.py")
    found["numpy._ziggurat"] = _entry("".join(f"{name} = {value!r}\n" for name, value in layers().items()), ".py", False)
    return found


def _enclosed(source: str) -> str:
    """A script whose names stay its own."""
    return f"(() => {{\n{source}}})();"


def _entry(source: str, kind: str, package: bool) -> tuple[str, str, list[str], int]:
    imported = sorted(set(re.findall(r"^\s*(?:from|import) ([\w.]+)", source, re.MULTILINE))) if kind == ".py" else []
    return kind, source, imported, int(package)


def brython() -> str:
    """Brython's script, of the installed package."""
    return resources.files("brython").joinpath("data", "brython.js").read_text("utf-8")


def worker_text() -> str:
    """The text of the worker: Brython, the modules, and what answers requests (worker.js)."""
    here = Path(__file__)
    before, after = here.with_name("worker.js").read_text("utf-8").split("// --- Brython and the modules stand here ---\n")
    return f"{before}{brython()}\n;__BRYTHON__.use_VFS = true;\n__BRYTHON__.update_VFS({json.dumps(_entries())});\n{after}"


def engine_script() -> str:
    """The script of the book that hands the worker's text to the page, packed."""
    packed = base64.b64encode(gzip.compress(worker_text().encode(), 9, mtime=0)).decode()
    return f'(window.downhill ??= {{}}).engineText = "{packed}";\n'
