"""Timing in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any


def best_times(ways: Mapping[str, Callable[[], Any]], turns: int, least: float = 0.0) -> dict[str, float]:
    """The shortest time of each way in milliseconds, over so many turns in which each way comes once.

    A way that takes less than `least` seconds is repeated within its turn until it takes that long.
    """
    repeats = {}
    for name, way in ways.items():
        way()
        begin = time.perf_counter()
        way()
        repeats[name] = max(1, int(least / max(time.perf_counter() - begin, 1e-9)))
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(turns):
        for name, way in ways.items():
            begin = time.perf_counter()
            for _ in range(repeats[name]):
                way()
            best[name] = min(best[name], (time.perf_counter() - begin) / repeats[name] * 1e3)
    return best
