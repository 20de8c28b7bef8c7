"""Timing in turns, in seconds of the processor, which other programs' load does not count in."""

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
        begin = time.process_time()
        way()
        repeats[name] = max(1, int(least / max(time.process_time() - begin, 1e-9)))
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(turns):
        for name, way in ways.items():
            begin = time.process_time()
            for _ in range(repeats[name]):
                way()
            best[name] = min(best[name], (time.process_time() - begin) / repeats[name] * 1e3)
    return best
