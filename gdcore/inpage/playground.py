"""The playground: every method on every landscape of the plane, its code open to change.

`playground()` shows it: in the built page and in JupyterLab alike as a page of its own that asks
the engine (`gdcore/inpage/engine.js`), which runs gdcore. The scripts beside this file draw it;
here are its data and the markup that stands where no script runs.
"""

from __future__ import annotations

import base64
import inspect
import json
import os
from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
from IPython.display import HTML, display
from matplotlib.figure import Figure

from gdcore import pictures
from gdcore.arrays import Array
from gdcore.catalogue import METHODS
from gdcore.explore import assets
from gdcore.explore.computed import FLOOR
from gdcore.explore.markup import key
from gdcore.explore.walks import Walk, appearance
from gdcore.hyperparameters import Range, signature_of
from gdcore.inpage.answer import answer, landscape_of, name_of
from gdcore.inpage.challenges import CHALLENGES
from gdcore.inpage.modules import engine_script
from gdcore.objectives import Objective
from gdcore.pictures.palette import COLORS

_HERE = Path(__file__).parent
SCRIPTS = (
    *("editor.js", "racers.js", "state.js", "ground.js", "board.js", "surface.js", "challenges.js"),
    "playground.js",
)
STYLES = ("editor.css", "playground.css")

GRID = 81  # points of a map along each side
LEVELS = 15  # bands of height: `gdcore.pictures.contours` has as many

# Of each landscape of the plane its name, and a start from which there is something to see.
GROUNDS: dict[str, tuple[str, tuple[float, float]]] = {
    "bowl": ("Bowl", (-0.5, 2.5)),
    "canyon": ("Canyon", (-0.5, 2.0)),
    "quadratic": ("Quadratic, turned", (-1.6, 0.4)),
    "two_wells": ("Two wells", (1.2, -1.5)),
    "saddle": ("Saddle", (1.2, 0.02)),
    "rosenbrock": ("Rosenbrock's valley", (-1.2, 1.0)),
    "beale": ("Beale's function", (-3.0, -2.0)),
    "himmelblau": ("Himmelblau's function", (0.0, -1.0)),
    "gabor": ("Gabor loss", (-5.0, 13.0)),
}
NOT_IN_THE_PLANE = {"parabola": "it has one parameter; the figure of one dimension in the chapter on gradient descent has it"}
REFUSED = {"shapes": "needs matrices, and here is a plane"}

# The rate that a method comes with: the package's defaults are for networks, and would show little.
_RATES = {
    **{"gradient_descent": 0.01, "momentum": 0.01, "nesterov": 0.01, "coordinate_descent": 0.01, "svrg": 0.01},
    **{"adagrad": 0.5, "rmsprop": 0.05, "adam": 0.1, "adamw": 0.1, "nadam": 0.1, "amsgrad": 0.1, "lion": 0.05},
    **{"normalized_gradient": 0.1, "proximal_gradient": 0.01, "soap": 0.1},
}
_START: dict[str, Any] = {
    "landscape": {"name": "rosenbrock"},
    "runs": [
        {
            "method": "momentum",
            "start": [-1.2, 1.0],
            "steps": 200,
            "hyperparameters": {"learning_rate": 0.001, "momentum": 0.9},
        },
        {"method": "adam", "start": [-1.2, 1.0], "steps": 200, "hyperparameters": {"learning_rate": 0.1}},
    ],
}
_ABOUT = (
    "A map with the paths of momentum and Adam on Rosenbrock's valley, and beside it how high above the minimum each is after "
    "each step."
)
_WITHOUT = (
    "The playground needs a script that does not run here: this browser or this site does not let it. "
    "The picture shows where it starts."
)
_NO_ENGINE = "In a notebook the playground needs the package that runs Python in the page: pip install brython==3.15.0"

# Of hyperparameters from 0 on: the least and the most of a slider, and whether it offers 0.
_LOG = {
    "learning_rate": (1e-4, 10.0, False),
    "epsilon": (1e-12, 1.0, True),
    "weight_decay": (1e-4, 10.0, True),
    "damping": (1e-4, 1e3, True),
    "radius": (1e-2, 10.0, False),
    "momentum_decay": (1e-4, 1.0, True),
}
_ANY = (1e-4, 1e2, True)
_WORDS = {"beta1": "β₁", "beta2": "β₂", "epsilon": "ε", "learning_rate": "learning rate"}


def sliders(method: str) -> list[dict[str, Any]]:
    """For each hyperparameter of a method its name, its default, and how it is set.

    >>> [(each["name"], each["kind"]) for each in sliders("momentum")]
    [('learning_rate', 'log'), ('momentum', 'share')]
    """
    signature = signature_of(METHODS[method].function)
    found = []
    for name, default in signature.defaults.items():
        spec = _kind(name, signature.kinds.get(name), default)
        if spec:
            value = _RATES.get(method, default) if name == "learning_rate" else default
            found.append({"name": name, "label": _WORDS.get(name, name.replace("_", " ")), "default": value, **spec})
    return found


def _kind(name: str, kind: Any, default: Any) -> dict[str, Any]:
    """How a hyperparameter is set; nothing for one that no slider can set."""
    if get_origin(kind) is Literal:
        return {"kind": "choice", "values": list(get_args(kind))}
    if isinstance(default, bool):
        return {"kind": "flag"}
    limits = next((each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Range)), None)
    if isinstance(default, int) and limits is not None and kind.__origin__ is int:
        return {"kind": "whole", "least": int(limits.least), "most": max(50, 2 * default)}
    if not isinstance(default, (int, float)):
        return {}
    if limits is not None and limits.below == 1:
        return {"kind": "share"}
    least, most, zero = _LOG.get(name, _ANY)
    return {"kind": "log", "least": least, "most": most, "zero": zero}


def look_of(style: str | Mapping[str, Any], name: str) -> dict[str, Any]:
    """A look as the page draws it, with its key."""
    look = appearance(Walk(style, [[0, 0]], name=name))
    return look | {"key": key(look)}


def code_of(method: str) -> str:
    """A method's own source."""
    return inspect.getsource(inspect.unwrap(METHODS[method].function))


def squared(box: Array) -> Array:
    """A box with one scale for both coordinates: the shorter side gets as much as the longer, as in
    ground.js.

    >>> squared([[0, 4], [0, 2]])
    array([[ 0.,  4.],
           [-1.,  3.]])
    """
    sides = np.asarray(box, float)
    half = (sides[:, 1] - sides[:, 0]).max() / 2
    middle = sides.mean(axis=1, keepdims=True)
    return np.hstack([middle - half, middle + half])


def box_of(objective: Objective) -> Array:
    """The region that a landscape of the plane is looked at in."""
    if objective.box is None:
        raise ValueError(f"{objective.name} has no box, and its map needs one")
    return objective.box


def heights(landscape: str) -> list[int]:
    """The map of a landscape, row by row from below: how high, 0 the lowest and 1,000 the highest,
    by the root, as its levels are spaced.
    """
    objective = landscape_of({"name": landscape})
    sides = squared(box_of(objective))
    x, y = np.linspace(sides[:, 0], sides[:, 1], GRID, axis=1)
    values = objective.value(np.stack(np.meshgrid(x, y), axis=-1))
    lowest = values.min() if objective.minima is None else min(values.min(), objective.value(objective.minima).min())
    return np.rint(1000 * np.sqrt((values - lowest) / (values.max() - lowest))).astype(int).ravel().tolist()


def data() -> dict[str, Any]:
    """Everything that the page is told: methods, landscapes, challenges, the first race."""
    methods = [
        {
            "name": name,
            "title": name_of(name),
            "look": look_of(name, name_of(name)),
            "sliders": sliders(name),
            "code": code_of(name),
            "refused": REFUSED.get(known.needs or "", ""),
        }
        for name, known in METHODS.items()
    ]
    grounds = []
    for name, (title, start) in GROUNDS.items():
        objective = landscape_of({"name": name})
        minima = [] if objective.minima is None else objective.minima.tolist()
        grounds.append({"name": name, "title": title, "box": box_of(objective).tolist(), "start": start, "minima": minima})
    asked = ("title", "task", "hint", "why", "begin", "solution")
    return {
        "methods": methods,
        "spare": [look_of({"color": color, "marker": marker}, "own") for color, marker in zip(COLORS, "PXhpd*", strict=True)],
        "landscapes": grounds,
        "challenges": [
            {"name": name} | {part: getattr(challenge, part) for part in asked} for name, challenge in CHALLENGES.items()
        ],
        "start": _START,
        "answer": answer(_START),
        "heights": {_START["landscape"]["name"]: heights(_START["landscape"]["name"])},
        "grid": GRID,
        "levels": LEVELS,
        "floor": FLOOR,
    }


def playground() -> None:
    """Show the playground: in the page that is built, or in a notebook with a kernel."""
    mode = os.environ.get("GDCORE_EXPLORE", "live")
    if mode == "image":
        display(HTML(f"<p>{escape(_ABOUT)}</p>"))
    else:
        display(HTML(html_of(live=mode != "page")))


def html_of(*, live: bool) -> str:
    """The playground as HTML: what stands without a script, its data, its scripts.

    `live` is a notebook, which has no engine of the book's beside it: it comes along.
    """
    engine = ""
    if live:
        engine = f"<script>{engine_script()}</script>" if find_spec("brython") else f"<p>{escape(_NO_ENGINE)}</p>"
    packed = json.dumps(data(), ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    style, script = ("\n".join((_HERE / name).read_text("utf-8") for name in names) for names in (STYLES, SCRIPTS))
    figures = f"<style>{assets.style()}</style><script>{assets.script()}</script>" if live else assets.once()
    return (
        f"{figures}<style>{style}</style>"
        f'<div class="explore playground" id="playground-host">'
        f'<div class="playground-still"><img src="data:image/svg+xml;base64,{_still()}" alt="{escape(_ABOUT)}">'
        f'<p class="playground-without">{escape(_WITHOUT)}</p></div></div>'
        f'<script type="application/json" id="playground-data">{packed}</script>{engine}<script>{script}</script>'
    )


def challenges() -> None:
    """Show the list of the challenges, in which the playground puts its buttons."""
    place = "<script>window.exploreParts?.placeChallenges?.()</script>"
    display(HTML(f'<div class="explore playground" id="playground-tasks">{listed()}</div>{place}'))


def listed() -> str:
    """The challenges where no script runs."""
    tasks = "".join(f"<li><b>{escape(each.title)}.</b> {escape(each.task)}</li>" for each in CHALLENGES.values())
    return f"<ol>{tasks}</ol>"


def _still() -> str:
    """The picture to begin with."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    sheets = figure.subplots(1, 2)
    objective = landscape_of(_START["landscape"])
    pictures.contours(sheets[0], objective)
    found = answer(_START)
    for run, told in zip(_START["runs"], found["runs"], strict=True):
        look = pictures.style_of(run["method"], marker="")
        sheets[0].plot(*np.array(told["points"]).T, **look, label=name_of(run["method"]))
        sheets[1].plot(np.maximum(np.array(told["values"]) - found["lowest"], FLOOR), **look)
    sheets[0].legend(loc="lower right")
    sheets[1].set(yscale="log", xlabel="step t", title="height above the minimum")
    target = BytesIO()
    figure.savefig(target, format="svg", metadata={"Date": None}, facecolor="white")
    return base64.b64encode(target.getvalue()).decode()
