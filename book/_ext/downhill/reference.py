"""The reference of gdcore, a page a room, and the links between it and the chapters.

`{gdcore} methods` lists the public names of gdcore.methods: their docstrings, which are Markdown,
and the sections of the book that teach them, by the concordance or by the first cell that uses the
name. `{gdcore-rooms}` lists the rooms. In the chapters a name in code becomes a link at its first
use, and in the reference and the concordance wherever it stands.
"""

from __future__ import annotations

import ast
import csv
import inspect
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from downhill import names
from downhill.concordance import FILE
from downhill.links import as_roles

AT_MOST = 3  # places that teach a name
LINKED_ALWAYS = re.compile(r"book/(api(/.*)?|concordance)")
LABEL = re.compile(r"^\(([a-z][a-z0-9-]*)\)=\n+#", re.MULTILINE)


class Room(SphinxDirective):
    """The names of one room."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the reference as Markdown, and have it read."""
        room = self.arguments[0]
        if room not in names.ROOMS:
            raise self.error(f"gdcore: {room} is none of {', '.join(names.ROOMS)}")
        folder = Path(self.env.srcdir)
        self.env.note_dependency(inspect.getfile(names.module_of(room)))
        text = f"```{{py:module}} gdcore.{room}\n```\n\n{markdown(inspect.getdoc(names.module_of(room)) or '')}\n\n"
        text += "\n\n".join(entry(room, name, places(folder, f"gdcore.{room}.{name}")) for name in names.own_names(room))
        return _read(self, text)


class Rooms(SphinxDirective):
    """A list of the rooms, each with what it holds."""

    def run(self) -> list[nodes.Node]:
        """Build the list."""
        said = {room: (inspect.getdoc(names.module_of(room)) or "").partition("\n\n")[0] for room in names.ROOMS}
        return _read(self, "\n".join(f"- `gdcore.{room}`: {' '.join(said[room].split())}" for room in names.ROOMS))


def _read(directive: SphinxDirective, text: str) -> list[nodes.Node]:
    container = nodes.container(classes=["reference"])
    directive.state.nested_parse(StringList(as_roles(text).splitlines(), "gdcore"), 0, container)
    return [container]


def entry(room: str, name: str, where: list[str]) -> str:
    """One name's part of the reference, as Markdown."""
    value = getattr(names.module_of(room), name)
    taught = f"\n\nIn the book: {', '.join(f'[](#{label})' for label in where)}." if where else ""
    if not (inspect.isclass(value) or inspect.isfunction(inspect.unwrap(value))):
        return described("data", name, f"{names.said_of_constant(room, name)}{taught}", room)
    body = markdown(inspect.getdoc(inspect.unwrap(value)) or "") + taught
    if inspect.isclass(value):
        return described("class", signature(name, value), "\n\n".join([body, *members(value)]), room)
    return described("function", signature(name, value), body, room)


def described(kind: str, title: str, body: str, room: str | None = None) -> str:
    """A description of Sphinx's Python domain, around Markdown."""
    fence = "``````" if room else "`````"
    return f"{fence}{{py:{kind}}} {title}\n{f':module: gdcore.{room}' if room else ''}\n\n{body}\n{fence}"


def members(value: type) -> list[str]:
    """The public methods and properties that a class itself defines and describes."""
    described_here = []
    for name, member in vars(value).items():
        plain = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
        if name.startswith("_") or not inspect.isfunction(plain) or not plain.__doc__:
            continue
        is_method = plain is member or hasattr(member, "__func__")
        title = signature(name, plain) if is_method else name
        described_here.append(described("method" if is_method else "attribute", title, markdown(inspect.getdoc(plain) or "")))
    return described_here


def signature(name: str, value: Any) -> str:
    """A call without its types, which the text says in words.

    >>> signature("round", round)
    'round(number, ndigits=None)'
    """
    try:
        found = inspect.signature(value)
    except ValueError:
        return f"{name}()"
    plain = [each.replace(annotation=inspect.Parameter.empty, default=_shown(each.default)) for each in found.parameters.values()]
    plain = [each for each in plain if each.name != "self"]
    return f"{name}{found.replace(parameters=plain, return_annotation=inspect.Signature.empty)}"


class _Shown:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _shown(default: Any) -> Any:
    if default is inspect.Parameter.empty or default is None:
        return default
    text = getattr(default, "__name__", None) or repr(default)
    return _Shown(text if re.fullmatch(r"[\w.+'-]+|\(.*\)|\w+\([^<>]*\)", text) and len(text) < 60 else "...")


def markdown(docstring: str) -> str:
    r"""A docstring as the Markdown that Sphinx reads: examples and equations become blocks of code.

    >>> markdown("Doubles.\n\n    y = 2 x").replace("`", "'")
    "Doubles.\n\n'''text\ny = 2 x\n'''"
    """
    blocks = re.split(r"\n\s*\n", docstring.strip("\n"))
    out: list[str] = []
    for block in blocks:
        kind = "pycon" if block.startswith(">>>") else "text" if re.match(r" {4}", block) else ""
        if not kind:
            out.append(block)
        elif out and out[-1].startswith(f"```{kind}"):
            out[-1] = f"{out[-1][:-4]}\n\n{inspect.cleandoc(block)}\n```"
        else:
            out.append(f"```{kind}\n{inspect.cleandoc(block)}\n```")
    return "\n\n".join(out)


def places(folder: Path, full: str) -> list[str]:
    """The labels of the places that teach a name, at most one a chapter."""
    found = listed(folder).get(full, {}) or first_uses(folder).get(full, {})
    return list(found.values())[:AT_MOST]


@cache
def listed(folder: Path) -> dict[str, dict[str, str]]:
    """For each name its first place in each chapter, by the concordance."""
    found: dict[str, dict[str, str]] = {}
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for full in row["gdcore"].split():
                found.setdefault(full, {}).setdefault(row["page"], row["label"])
    return found


@cache
def first_uses(folder: Path) -> dict[str, dict[str, str]]:
    """For each name the section of the first chapter whose cells use it."""
    found: dict[str, dict[str, str]] = {}
    contents = yaml.safe_load((folder / "_toc.yml").read_text("utf-8"))
    for file in (chapter["file"] for part in contents["parts"] for chapter in part["chapters"]):
        path = folder / f"{file}.ipynb"
        if path.exists():
            for full, label in uses(json.loads(path.read_text("utf-8"))["cells"]):
                found.setdefault(full, {file: label})
    return found


def uses(cells: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The public names that a notebook's cells use, each with the label of its section."""
    imported: dict[str, str] = {}
    found, label = [], ""
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            label = [label, *LABEL.findall(text)][-1]
            continue
        try:
            tree = ast.parse(text)
        except SyntaxError:  # a line for IPython
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gdcore"):
                imported |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                found.append((imported.get(node.id, ""), label))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.append((f"{imported.get(node.value.id, '')}.{node.attr}", label))
    return [(full, label) for full, label in found if label and full in names.public()]


def link_names(app: Sphinx, document: nodes.document) -> None:
    """Make links of the names in code: of the first use on a page, or of all of them."""
    docname = app.env.docname
    done: set[str] = set()
    for code in list(document.findall(nodes.literal)):
        full = names.full_name(code.astext())
        page = names.public().get(full or "", "")
        if full is None or page not in app.env.found_docs or full in done or _apart(code, full):
            continue
        if not LINKED_ALWAYS.fullmatch(docname):
            done.add(full)
        place = f"#{'module-' if full.count('.') == 1 else ''}{full}"
        address = place if page == docname else app.builder.get_relative_uri(docname, page) + place
        code.replace_self(nodes.reference("", "", code.deepcopy(), refuri=address, internal=True, classes=["gdcore-name"]))


def _apart(code: nodes.Node, full: str) -> bool:
    """Whether the code stands in a link, a heading, or the entry of this very name."""
    parent = code.parent
    while parent is not None:
        if isinstance(parent, (nodes.reference, nodes.title, addnodes.pending_xref)):
            return True
        if isinstance(parent, addnodes.desc) and full in parent[0].get("ids", []):
            return True
        parent = parent.parent
    return False


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("gdcore", Room)
    app.add_directive("gdcore-rooms", Rooms)
    app.connect("doctree-read", link_names)
