"""The public names of gdcore, room by room: what the reference lists, and what a text links to."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

ROOMS = (
    "objectives",
    "schedules",
    "minibatches",
    "line_searches",
    "methods",
    "curvature",
    "descent",
    "differences",
    "conventions",
    "networks",
    "data",
    "results",
    "comparison",
    "words",
    "tables",
    "pictures",
    "explore",
)


def module_of(room: str) -> ModuleType:
    """A room's module."""
    return importlib.import_module(f"gdcore.{room}")


def own_names(room: str) -> list[str]:
    """What a room exports, or else what it defines, in the order of its files."""
    module = module_of(room)
    own = (name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__)
    names = [name for name in getattr(module, "__all__", own) if not name.startswith("_")]
    return sorted(names, key=lambda name: (not callable(getattr(module, name)), *_place(getattr(module, name)), name))


def _place(value: Any) -> tuple[str, int]:
    """Where something is defined; constants are at the end."""
    value = inspect.unwrap(value) if callable(value) else value
    if not (inspect.isfunction(value) or inspect.isclass(value)):
        return "~", 0
    return value.__module__, inspect.getsourcelines(value)[1]


@cache
def public() -> dict[str, str]:
    """The page of each public name, which is written in full.

    >>> public()["gdcore.methods.adam"], public()["gdcore.networks"]
    ('book/api/methods', 'book/api/networks')
    """
    rooms = {f"gdcore.{room}": f"book/api/{room}" for room in ROOMS}
    return rooms | {f"gdcore.{room}.{name}": f"book/api/{room}" for room in ROOMS for name in own_names(room)}


@cache
def short() -> dict[str, str]:
    """The full name of each public name that means one thing alone, and is no parameter's as well.

    >>> short()["adam"], "momentum" in short()
    ('gdcore.methods.adam', False)
    """
    every: dict[str, list[str]] = {}
    taken = set()
    for full in public():
        if full.count(".") == 2:
            every.setdefault(full.rpartition(".")[2], []).append(full)
            taken |= _parameters(named(full))
    return {name: full[0] for name, full in every.items() if len(full) == 1 and name not in taken}


def named(full: str) -> Any:
    """What a full name stands for."""
    module, _, name = full.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _parameters(value: Any) -> set[str]:
    try:
        return set(inspect.signature(value).parameters)
    except (TypeError, ValueError):  # a constant, or what has no signature
        return set()


def full_name(text: str) -> str | None:
    """The public name that a piece of code names or calls; None where it is none.

    >>> full_name("descend(momentum, …)"), full_name("momentum")
    ('gdcore.descent.descend', None)
    """
    found = re.fullmatch(r"([\w.]+)(?:\(.*\))?", text)
    if not found:
        return None
    return found[1] if found[1] in public() else short().get(found[1])


def said_of_constant(room: str, name: str) -> str:
    """What is said of a constant: the text after its assignment, in the module that makes it."""
    for module in _modules(room):
        for made, said in pairwise(ast.parse(inspect.getsource(module)).body):
            if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and name in _assigned(made):
                return inspect.cleandoc(str(said.value.value))
    raise ValueError(f"gdcore.{room}.{name}: no text says what it is; write one below its assignment")


def _assigned(statement: ast.stmt) -> set[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _modules(room: str) -> list[ModuleType]:
    """A room's module with those in it, and the module of arrays."""
    module_of(room)
    own = re.compile(rf"gdcore\.(arrays|{room}(\..+)?)")
    return [module for name, module in sys.modules.items() if own.fullmatch(name)]
