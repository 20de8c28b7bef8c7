"""Walks that the page computes itself, with gdcore's own code: starts and settings without a grid
of drawings.
"""

from __future__ import annotations

import ast
import functools
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from gdcore import catalogue, pictures, validation
from gdcore.explore.controls import Control
from gdcore.explore.figure import name_of
from gdcore.explore.handles import Handle
from gdcore.explore.markup import key
from gdcore.explore.walks import Walk, appearance
from gdcore.hyperparameters import signature_of
from gdcore.inpage.answer import answer, landscape_of

HEIGHT = "height above the minimum"
FLOOR = 1e-12  # heights above the minimum are drawn and told down to here


class Run:
    """One walk of a figure of live walks: a method and its hyperparameters.

    - `method`: the name of a method of gdcore, or of a control whose values are such names.
    - `name`: what the walk is called, by default the method's name.
    - `hyperparameters`: for each its value, the name of a control, or a schedule,
      `{"schedule": "cosine", "arguments": {"first": "rate", "steps": 100}}`.
    - `notation`: the notation of `gdcore.conventions` whose constants the hyperparameters are, or
      the name of a control whose values are such. They keep gdcore's names; those that the method
      does not have in this notation are left out.
    - `as_written`: whether the step is the notation's own where it has one, not gdcore's.
    - `look`: properties of its line (`color`, `linestyle`, `marker`) in the place of the method's
      look, where one method walks twice.

    Raises TypeError or ValueError for a name that is no text and a look that is no mapping.
    """

    def __init__(
        self,
        method: str,
        /,
        *,
        name: str | None = None,
        notation: str | None = None,
        as_written: bool = False,
        look: Mapping[str, Any] | None = None,
        **hyperparameters: Any,
    ) -> None:
        self.method = validation.text("method", method)
        self.name = method.replace("_", " ") if name is None else validation.text("name", name)
        self.hyperparameters = hyperparameters
        self.notation = None if notation is None else validation.text("notation", notation)
        self.as_written = validation.flag("as_written", as_written)
        if look is not None and not isinstance(look, Mapping):
            raise TypeError(f"look must be the properties of a line, got {validation.shown(look)}")
        self.look = look

    def methods(self, controls: Mapping[str, Control]) -> tuple[str, ...]:
        """The methods that it may be: one, or those that its control offers."""
        return controls[self.method].values if self.method in controls else (self.method,)


@dataclass(frozen=True)
class Computed:
    """How the walks of a figure are computed, from the values of its controls.

    - `template`: the request of `gdcore.inpage.answer`, in which `{"control": name}` stands for
      the value of a control.
    - `runs`: the walks, in the order of the request.
    - `steps`: how many steps each takes.
    - `curve`: whether the second picture shows the heights after each step.
    """

    template: Mapping[str, Any]
    runs: tuple[Run, ...]
    steps: int
    curve: bool = True

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The controls that it names, each once."""
        return tuple(dict.fromkeys(_names(self.template)))

    def request(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The request at these values of the controls."""
        return _filled(self.template, values)

    def walk(self, values: Mapping[str, Any]) -> tuple[str, list[Walk]]:
        """The caption and the walks at these values of the controls.

        Raises ValueError with what is wrong where the request has an error.
        """
        request = self.request(values)
        told = answer(request)
        for each in (told, *told.get("runs", ())):
            if each["error"]:
                raise ValueError(each["error"]["says"])
        asked = zip(self.runs, request["runs"], told["runs"], strict=True)
        return told["caption"], [self._walk(run, each["method"], found, told["lowest"]) for run, each, found in asked]

    def _walk(self, run: Run, method: str, found: Mapping[str, Any], lowest: float | None) -> Walk:
        """A walk as the figure shows it: where it diverged it stays, infinitely high."""
        points, above = np.array(found["points"]), np.array(found["values"]) - (lowest or 0.0)
        missing = self.steps + 1 - len(points)
        points = np.concatenate([points, np.repeat(points[-1:], missing, axis=0)])
        above = np.concatenate([above, np.full(missing, np.inf)])
        if points.shape[1] == 1:
            heights = np.concatenate([found["values"], np.full(missing, np.inf)])
            points = np.column_stack([points, heights])
        curve = np.column_stack([np.arange(self.steps + 1), np.maximum(above, FLOOR)]) if self.curve else None
        reads = HEIGHT if lowest is not None else "loss"
        return Walk(run.look or method, points, curve, values=above, name=run.name, reads=reads)


def drawn(computed: Computed, caption: Callable[..., str]) -> Callable[..., Any]:
    """The figure's drawing function: it computes the walks, and draws nothing else."""

    @functools.wraps(caption)
    def walks(axes: Any, **values: Any) -> tuple[str, list[Walk]]:
        return computed.walk(values)

    return walks


def handle_of(computed: Computed, start: Sequence[Any], controls: Mapping[str, Control]) -> list[Handle]:
    """What is dragged: the start, if its coordinates are controls."""
    if not any(each in controls for each in start if isinstance(each, str)):
        return []
    if len(start) == 1:
        curve = landscape_of(computed.template["landscape"])
        return [Handle(x=start[0], y=lambda x: float(curve.value(np.array([x]))), hint="drag the start")]
    x, y = (each if isinstance(each, str) else None for each in start)
    return [Handle(x=x, y=y, hint="drag the start")]


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, Mapping):
        if part.keys() == {"control"}:
            return values[part["control"]]
        return {name: _filled(each, values) for name, each in part.items()}
    if isinstance(part, list | tuple):
        return [_filled(each, values) for each in part]
    return part


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if part.keys() == {"control"}:
            yield part["control"]
        else:
            for each in part.values():
                yield from _names(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _names(each)


def computed_of(
    figure: str,
    caption: Callable[..., str],
    *,
    landscape: Any,
    runs: Sequence[Run],
    start: Any,
    steps: int,
    noise: Any,
    penalty: Any,
    tolerance: float,
    curve: bool,
    controls: Mapping[str, Control],
) -> Computed:
    """The parts of a figure of live walks, checked. Raises TypeError or ValueError that names the
    figure.
    """
    if not isinstance(runs, list | tuple) or not runs or not all(isinstance(run, Run) for run in runs):
        raise TypeError(f"{figure}: runs must be a list of Run, got {validation.shown(runs)}")
    for run in runs:
        for method in run.methods(controls):
            if method not in catalogue.METHODS:
                raise ValueError(f"{figure}: method must be one of {', '.join(catalogue.METHODS)}, got {method!r}")
            has = signature_of(catalogue.METHODS[method].function).defaults
            for name in run.hyperparameters if run.notation is None else ():
                if name not in has:
                    raise ValueError(f"{figure}: {method} has no hyperparameter {name!r}; it has {', '.join(has)}")
    if not isinstance(start, list | tuple) or not start:
        raise TypeError(f'{figure}: start_at must be coordinates, such as ("x", 0.5), got {validation.shown(start)}')
    for each in start:
        if isinstance(each, str) and each not in controls:
            raise ValueError(
                f"{figure}: start_at must be numbers or names of controls, got {each!r}; controls are {list(controls)}"
            )
        if not isinstance(each, str):
            validation.number(f"{figure}: a coordinate of start_at", each)
    asked = [
        {
            "method": run.method,
            "label": run.name,
            "start": list(start),
            "steps": steps,
            "hyperparameters": run.hyperparameters,
            **({} if run.notation is None else {"notation": run.notation, "as_written": run.as_written}),
        }
        for run in runs
    ]
    spoken, constants = _spoken(figure, caption)
    unknown = [name for name in spoken if name not in controls]
    if unknown:
        raise ValueError(
            f"{figure}: the caption's parameters are the walks and controls, and {unknown} are none: {list(controls)}"
        )
    template = {
        "landscape": {"name": landscape} if isinstance(landscape, str) else landscape,
        "runs": asked,
        "caption": {
            **{"code": _source(caption), "name": name_of(caption)},
            **{"values": {name: name for name in spoken}, "constants": constants},
        },
        "tolerance": validation.number(f"{figure}: tolerance", tolerance, above=0),
    } | {name: part for name, part in (("noise", noise), ("penalty", penalty)) if part is not None}
    return Computed(_bound(template, controls), tuple(runs), steps, curve)


def _bound(part: Any, controls: Mapping[str, Control]) -> Any:
    """The request with each text that names a control replaced by a reference to it."""
    if isinstance(part, str):
        return {"control": part} if part in controls else part
    if isinstance(part, Mapping):
        return {
            name: each if name in ("code", "constants", "label", "name") else _bound(each, controls)
            for name, each in part.items()
        }
    if isinstance(part, list | tuple):
        return [_bound(each, controls) for each in part]
    return part


def _spoken(figure: str, caption: Callable[..., str]) -> tuple[list[str], dict[str, Any]]:
    """The controls that a caption reads, and the constants that its keyword parameters bring."""
    parameters = list(inspect.signature(caption).parameters.values())[1:]
    constants = {each.name: each.default for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}
    try:
        sent = json.loads(json.dumps(constants))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{figure}: the caption's constants must be numbers, texts, lists and dictionaries of them: {error}"
        ) from None
    return [each.name for each in parameters if each.name not in constants], sent


def _source(function: Callable[..., str]) -> str:
    """The text of a function without its decorators and defaults."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    begin = next(k for k, line in enumerate(lines) if line.startswith("def "))
    code = "\n".join(lines[begin:])
    tree = ast.parse(code)
    [made] = tree.body
    if not isinstance(made, ast.FunctionDef) or not made.args.kwonlyargs:
        return code
    made.args.kw_defaults = [None] * len(made.args.kwonlyargs)
    return ast.unparse(tree)


def ground_of(template: Mapping[str, Any], steps: int, box: Any) -> Callable[[Any], None]:
    """What stands still below the walks: the map, or the graph, and the axes of the curve."""

    def ground(axes: Sequence[Axes]) -> None:
        objective = landscape_of(template["landscape"])
        if objective.dimension == 1:
            pictures.curve(axes[0], objective, box=box)
        else:
            pictures.contours(axes[0], objective, box=box)
        title = HEIGHT if objective.minima is not None else "loss"
        axes[1].set(yscale="log", xlim=(0, steps), ylim=(FLOOR, 1e6), xlabel="step $t$", title=title)

    return ground


def parts_of(computed: Computed, controls: Mapping[str, Control], axes: Sequence[Axes]) -> dict[str, Any]:
    """What the page needs to ask for the walks and to draw them."""
    looks = [{method: _look(run.look or method, run.name) for method in run.methods(controls)} for run in computed.runs]
    return {
        "request": computed.template,
        "values": {name: control.values for name, control in controls.items()},
        "looks": looks,
        "scales": [scales(ax) for ax in axes],
        "floor": FLOOR,
        "curve": computed.curve,
    }


def _look(method: str | Mapping[str, Any], name: str) -> dict[str, Any]:
    look = appearance(Walk(method, [[0, 0]], name=name))
    return look | {"key": key(look)}


def scales(ax: Axes) -> list[list[Any]]:
    """How data become points of the picture, for x and y: factor, offset, and whether of the
    logarithm to base 10; y grows downwards.
    """
    height = ax.figure.bbox.height
    found = []
    for axis, k in ((ax.xaxis, 0), (ax.yaxis, 1)):
        log = axis.get_scale() == "log"
        ends = np.array([ax.get_xlim(), ax.get_ylim()][k])
        pixels = ax.transData.transform(np.column_stack([ax.get_xlim(), ax.get_ylim()]))[:, k]
        pixels = pixels if k == 0 else height - pixels
        places = np.log10(ends) if log else ends
        factor = (pixels[1] - pixels[0]) / (places[1] - places[0])
        found.append([float(f"{factor:.10g}"), float(f"{pixels[0] - factor * places[0]:.10g}"), log])
    return found
