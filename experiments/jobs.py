"""Work shared among processes that end with the one that started them."""

from __future__ import annotations

import pickle
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import joblib
import numpy as np
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from tqdm import tqdm

from gdcore.files import remove_stale_parts, write_whole

ROOT = Path(__file__).resolve().parents[1]
UNFINISHED = ROOT / "experiments" / "unfinished"


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """While this lasts, joblib's backend dask sends its jobs to the scheduler at `address`.

    The workers need this repository on their path, and the packages dask and distributed. Without
    an address nothing happens.
    """
    if address is None:
        yield
        return
    from distributed import Client  # no part of the requirements: who has a cluster has it

    with Client(address):
        yield


@contextmanager
def resumable(name: str) -> Iterator[Path]:
    """The folder where an experiment's finished calls lie until it has written its result.

    A killed experiment leaves the folder behind, and `in_parallel` goes on from it. The folder is
    removed when the block ends without an exception.
    """
    folder = UNFINISHED / name
    folder.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(folder)
    yield folder
    shutil.rmtree(folder)


def in_parallel(
    function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], jobs: int, backend: str, folder: Path | None = None
) -> list[Any]:
    """The results of `function(*call)` for each of `calls`, in their order, with a progress bar.

    In `folder` each result is kept as soon as it is there, and is read instead of computed when the
    same function is called with the same arguments. A change of any module of gdcore or of
    experiments, or of NumPy's version, makes it another function.

    SIGTERM ends the workers of joblib's own backend, loky, with this process: else they compute on
    for hours.
    """
    places = _places(function, calls, folder) if folder else [None] * len(calls)
    found = {k: pickle.loads(place.read_bytes()) for k, place in enumerate(places) if place and place.exists()}
    missing = [k for k in range(len(calls)) if k not in found]
    with (
        _workers_end_with_us(),
        parallel_config(backend=backend, n_jobs=jobs),
        tqdm(total=len(calls), initial=len(found), unit="job", disable=None) as bar,
    ):
        arriving = Parallel(return_as="generator_unordered")(delayed(_numbered)(k, function, calls[k]) for k in missing)
        for k, result in arriving:
            found[k] = result
            if (place := places[k]) is not None:
                write_whole(place, pickle.dumps(result))
            bar.update()
    return [found[k] for k in range(len(calls))]


def _numbered(k: int, function: Callable[..., Any], call: tuple[Any, ...]) -> tuple[int, Any]:
    return k, function(*call)


def _places(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], folder: Path) -> list[Path | None]:
    """For each call the file of its result, named by all that decides it."""
    modules = sorted(path for part in ("gdcore", "experiments") for path in (ROOT / part).rglob("*.py"))
    code = joblib.hash([function.__module__, function.__qualname__, np.__version__, [path.read_bytes() for path in modules]])
    return [folder / f"{joblib.hash((code, call))}.pickle" for call in calls]


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
