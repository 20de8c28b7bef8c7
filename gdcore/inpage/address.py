"""Addresses of the playground: a link that opens it with a landscape, a start and methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gdcore import validation
from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.hyperparameters import signature_of

PAGE = "playground.html"


def address(
    landscape: str, start: Any, steps: int, *, noise: Any = None, penalty: Any = None, **methods: Mapping[str, Any]
) -> str:
    """The address of the playground with these methods on that landscape, a page beside this one.

    - `landscape`: the name of a landscape of the plane.
    - `start`: its two coordinates; `steps`: how many, 1 to 1,000.
    - `noise`: the scale of the gradient's noise and its seed.
    - `penalty`: the strengths of L1 and of L2.
    - `methods`: for each method by its name its hyperparameters, numbers and flags.

    Raises TypeError or ValueError that names what is unknown or out of range.

    >>> address("canyon", [-0.5, 2], 60, momentum={"learning_rate": 0.01})
    'playground.html#landscape=canyon&start=-0.5,2&steps=60&method=momentum(learning_rate=0.01)'
    """
    if landscape not in LANDSCAPES or LANDSCAPES[landscape]().dimension != 2:
        plane = [name for name, make in LANDSCAPES.items() if make().dimension == 2]
        raise ValueError(f"landscape must be one of {', '.join(plane)}, got {landscape!r}")
    coordinates = validation.numbers("start", start, axes=1, shape="(2,)")
    if coordinates.shape != (2,):
        raise ValueError(f"start must be two numbers, got {validation.shown(start)}")
    count = validation.whole_number("steps", steps, least=1, most=1_000)
    extra = [f"{name}={_pair(name, pair)}" for name, pair in (("noise", noise), ("penalty", penalty)) if pair is not None]
    if not methods:
        raise ValueError("methods must name at least one, such as momentum={'learning_rate': 0.01}, got none")
    parts = [f"landscape={landscape}", f"start={_text(coordinates[0])},{_text(coordinates[1])}", f"steps={count}"]
    return f"{PAGE}#{'&'.join([*parts, *extra, *(_method(name, settings) for name, settings in methods.items())])}"


def _pair(name: str, pair: Any) -> str:
    first, second = validation.numbers(name, pair, axes=1, shape="(2,)")
    return f"{_text(first)},{_text(second)}"


def _method(name: str, settings: Mapping[str, Any]) -> str:
    if name not in METHODS:
        raise ValueError(f"methods must be of {', '.join(METHODS)}, got {name!r}")
    known = signature_of(METHODS[name].function).defaults
    for each in settings:
        if each not in known:
            raise ValueError(f"{name} has no hyperparameter {each!r}; it has {', '.join(known)}")
    inner = ",".join(f"{each}={_text(value)}" for each, value in settings.items())
    return f"method={name}({inner})"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        quote(value)
        if isinstance(value, str)
        else f"{float(value):g}"
        if float(f"{float(value):g}") == value
        else repr(float(value))
    )
