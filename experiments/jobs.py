"""Work shared among processes that end with the one that started them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor


def in_parallel(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], jobs: int, backend: str) -> list[Any]:
    """The results of `function(*call)` for each of `calls`, in their order.

    SIGTERM ends the workers of joblib's own backend, loky, with this process: else they compute on
    for hours.
    """
    with _workers_end_with_us(), parallel_config(backend=backend, n_jobs=jobs):
        found: list[Any] = Parallel()(delayed(function)(*call) for call in calls)
    return found


@contextmanager
def _workers_end_with_us() -> Iterator[None]:
    """While this lasts, SIGTERM kills the workers, then ends this process by an exception."""
    if threading.current_thread() is not threading.main_thread():  # others may not answer signals
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:
    get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)
    sys.exit(128 + number)
