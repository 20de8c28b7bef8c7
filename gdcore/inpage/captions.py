"""What a figure says of its walks: a function of the book, which runs in the page too."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gdcore import words


class Walked:
    """A walk, as captions read it.

    - `name`: what the figure calls it; `method`: its method's name.
    - `points`: (x, y) at the start and after each step, and `values` there, up to the first that
      is not finite; `above`: the values above the lowest known minimum.
    - `diverged_at`: the step at which it was not finite any more, or None.
    - `arrived_at`: the step from which on it was within the tolerance of a minimum, or None.
    """

    def __init__(self, asked: Mapping[str, Any], found: Mapping[str, Any], lowest: float) -> None:
        self.method = asked["method"]
        self.name = asked.get("label") or self.method
        self.points, self.values = found["points"], found["values"]
        self.above = [value - lowest for value in self.values]
        self.diverged_at, self.arrived_at = found["diverged_at"], found["arrived_at"]

    @property
    def end(self) -> float:
        """How far above the minimum it ends: infinity where it diverged."""
        return math.inf if self.diverged_at is not None else self.above[-1]


def caption(
    asked: Mapping[str, Any], runs: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], lowest: float | None
) -> str:
    """What the function of that code says: it gets the walks, and the values that it names.

    Its code finds `np`, `math`, `words` and `conventions`, and nothing of the module that it
    stands in.

    >>> code = "def says(walks, rate): return f'{walks[0].name} at {rate}: {walks[0].end}'"
    >>> asked = {"code": code, "name": "says", "values": {"rate": 0.1}}
    >>> found = {"points": [[0]], "values": [2.5], "diverged_at": None, "arrived_at": None}
    >>> caption(asked, [{"method": "adam"}], [found], lowest=1.0)
    'adam at 0.1: 1.5'
    """
    walks = [Walked(each, told, lowest or 0.0) for each, told in zip(runs, found, strict=True)]
    return _function(asked["code"], asked["name"])(walks, **asked["values"], **asked.get("constants", {}))


@lru_cache(maxsize=16)
def _function(code: str, name: str) -> Callable[..., str]:
    names: dict[str, Any] = {"np": np, "math": math, "words": words}
    if "conventions." in code:
        from gdcore import conventions  # which most pages do not need

        names["conventions"] = conventions
    exec(code, names)
    return names[name]
