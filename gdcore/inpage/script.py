"""The state of the playground as a few lines of Python that run in a notebook with gdcore."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from gdcore.catalogue import METHODS
from gdcore.inpage.mistakes import REQUEST, Mistake

Request = Mapping[str, Any]


def as_python(request: Request) -> str:
    """The lines that take the runs of a request with `descend`; the Gabor loss is not in them.

    >>> settings = {"learning_rate": 0.01}
    >>> run = {"method": "momentum", "start": [-0.5, 2.0], "steps": 40, "hyperparameters": settings}
    >>> print(as_python({"landscape": {"name": "canyon"}, "runs": [run]}))
    from gdcore import methods
    from gdcore.descent import descend
    from gdcore.objectives import canyon
    <BLANKLINE>
    objective = canyon()
    runs = {
        "momentum": descend(methods.momentum, objective, [-0.5, 2.0], 40, learning_rate=0.01),
    }
    for name, run in runs.items():
        print(name, run.points[-1], run.values[-1])
    """
    imports, lines = {"from gdcore.descent import descend"}, []
    lines += _landscape(request["landscape"], imports)
    lines += _shaken(request, imports)
    owns: list[str] = []
    calls = []
    for run in request["runs"]:
        method = _method(run["method"], imports, owns)
        settings = "".join(f", {name}={_setting(value, imports)}" for name, value in (run.get("hyperparameters") or {}).items())
        calls.append(f'    "{_label(run)}": descend({method}, objective, {list(run["start"])!r}, {run["steps"]}{settings}),')
    tail = ["runs = {", *calls, "}", "for name, run in runs.items():", "    print(name, run.points[-1], run.values[-1])"]
    return "\n".join([*sorted(imports, key=_order), "", *owns, *lines, *tail])


def _order(line: str) -> tuple[bool, str]:
    """As a formatter sorts imports: the plain ones first."""
    return line.startswith("from"), line


def _label(run: Request) -> str:
    asked = run["method"]
    return str(run.get("label") or (asked if isinstance(asked, str) else asked.get("name") or "mine"))


def _landscape(asked: Request, imports: set[str]) -> list[str]:
    if "code" in asked:
        imports.update({"import math", "import numpy as np", "from gdcore.objectives import Objective"})
        imports.add("from gdcore.differences import numerical_gradient")
        value = "lambda w: np.apply_along_axis(lambda p: float(L(p[0], p[1])), -1, w)"
        box = [[float(low), float(high)] for low, high in asked["box"]]
        made = 'objective = Objective("mine", value, lambda w: numerical_gradient(value, w), box=np.array('
        return [asked["code"].rstrip(), "", f"value = {value}", f"{made}{box!r}), dimension=2)"]
    if asked["name"] == "gabor":
        imports.update({"from gdcore.data.samples import gabor_sample", "from gdcore.objectives import gabor"})
        return ["objective = gabor(*gabor_sample())"]
    if asked["name"] == "quadratic" and not asked.get("arguments"):
        imports.add("from gdcore.catalogue import LANDSCAPES")
        return ['objective = LANDSCAPES["quadratic"]()']
    imports.add(f"from gdcore.objectives import {asked['name']}")
    arguments = ", ".join(f"{name}={value!r}" for name, value in (asked.get("arguments") or {}).items())
    return [f"objective = {asked['name']}({arguments})"]


def _shaken(request: Request, imports: set[str]) -> list[str]:
    """Penalty and noise, as `answer` puts them on."""
    lines = []
    penalty, noise = request.get("penalty") or {}, request.get("noise") or {}
    if penalty.get("l1") or penalty.get("l2"):
        imports.add("from gdcore.objectives import elastic_net, with_penalty")
        lines.append(f"objective = with_penalty(objective, elastic_net({penalty.get('l1') or 0.0}, {penalty.get('l2') or 0.0}))")
    if noise.get("scale"):
        imports.update({"import numpy as np", "from gdcore.minibatches import noisy"})
        most = max((run["steps"] for run in request["runs"]), default=1)
        dimension = len(request["runs"][0]["start"]) if request["runs"] else 2
        drawn = f"np.random.default_rng({noise.get('seed', 0)}).standard_normal(({max(most, 1)}, {dimension}))"
        lines.append(f"objective = noisy(objective, {noise['scale']} * {drawn})")
    return lines


def _method(asked: Any, imports: set[str], owns: list[str]) -> str:
    """The name of the step; what the reader wrote comes into `owns`."""
    if isinstance(asked, str):
        if asked not in METHODS:
            raise Mistake("ValueError", f"There is no method {asked!r}.", of=REQUEST)
        package = METHODS[asked].function.__module__.split(".")[1]
        imports.add(f"from gdcore import {package}")
        return f"{package}.{asked}"
    imports.update({"import math", "import numpy as np"})
    code, origin = asked["code"].rstrip(), asked.get("from")
    name, own = origin or "step", str(asked.get("name") or "mine")
    if origin is not None:
        home = METHODS[origin].function.__module__
        used = sorted(set(re.findall(r"\b[A-Za-z_]\w*\b", code)) & set(_globals(origin)) - {"np", "annotations", origin})
        imports.add(f"from {home} import {', '.join(used)}")
    own = own if own.isidentifier() else f"mine_{len(owns) // 2 + 1}"
    owns += [code, *([f"{own} = {name}"] if own != name else []), ""]
    return own


def _globals(origin: str) -> dict[str, Any]:
    """What a method's own module knows."""
    return inspect.unwrap(METHODS[origin].function).__globals__


def _setting(value: Any, imports: set[str]) -> str:
    """A number, or a schedule as its call."""
    if not isinstance(value, Mapping):
        return repr(value)
    imports.add("from gdcore import schedules")
    arguments = ", ".join(f"{name}={_setting(each, imports)}" for name, each in (value.get("arguments") or {}).items())
    return f"schedules.{value['schedule']}({arguments})"
