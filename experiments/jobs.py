"""What the experiments share: one command line, work spread over processes or a cluster, kept as it
is done, and one way to write what came out.

An experiment's `run(jobs, backend)` reads

    with experiment("depth", jobs, backend) as work:
        trainings = work.all(trained, [(gain, depth) for gain in GAINS for depth in DEPTHS])
        return work.write(what=..., settings=..., found={"trainings": trainings})

and its file ends with `command(run, __doc__)`, which gives it the options

- `--jobs`: how many processes, by default one a core;
- `--backend`: joblib's backend, loky (this machine) or dask (a cluster);
- `--address`: of the Dask cluster's scheduler, `tcp://host:8786` or so.

Killed at any moment and started again by the same command, an experiment goes on from the calls
that were finished, and writes the same result. It goes on only with the code that it began with.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import joblib
import numpy as np
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from tqdm import tqdm

from gdcore import results
from gdcore.files import remove_stale_parts, write_whole

ROOT = Path(__file__).resolve().parents[1]
UNFINISHED = ROOT / "experiments" / "unfinished"


@dataclass
class Work:
    """An experiment that is under way: what it computes is kept in `folder`, and is timed."""

    name: str
    jobs: int
    backend: str
    folder: Path
    began: float = field(default_factory=time.perf_counter)
    calls: int = 0
    resumed: int = 0

    def all(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of `function(*call)` for each of `calls`, in their order."""
        before = len(list(self.folder.iterdir()))
        found = in_parallel(function, calls, self.jobs, self.backend, self.folder)
        self.calls += len(calls)
        self.resumed += len(calls) - (len(list(self.folder.iterdir())) - before)
        return found

    def write(
        self,
        what: str,
        settings: Mapping[str, Any],
        found: Mapping[str, Any],
        made_by: str | None = None,
        folder: Path | None = None,
    ) -> Path:
        """Write the result, and with it the time that it took, as `times`: returns the file's path.

        - `seconds`: since the experiment was started, for the last time if it was killed between;
        - `jobs`, `backend`: what the work was shared among;
        - `calls`, `resumed`: how many calls there were, and how many were finished earlier.
        """
        seconds = time.perf_counter() - self.began
        times = {
            "seconds": results.rounded(seconds, 3),
            "jobs": self.jobs,
            "backend": self.backend,
            "calls": self.calls,
            "resumed": self.resumed,
        }
        made_by = made_by or f"python -m experiments.{self.name}"
        path = results.write(self.name, what, made_by, settings, {"times": times, **found}, folder)
        print(f"{path.name}: {seconds:.0f} s", flush=True)
        return path


@contextmanager
def experiment(name: str, jobs: int, backend: str) -> Iterator[Work]:
    """The work of an experiment, which can be killed and started again until this block ends."""
    with resumable(name) as folder:
        yield Work(name, jobs, backend, folder)


def command(
    run: Callable[..., Any],
    description: str | None,
    names: Sequence[str] = (),
    jobs: int = -1,
    arguments: Sequence[str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Run an experiment as the command line says: `run(jobs, backend)`.

    With `names` the command takes one or more of them, and does `run(name, jobs, backend)` for
    each. `jobs` is what happens without `--jobs`, `arguments` the command line, by default that of
    this process. `options` are more of the command's options, by name: what argparse is told of
    them. `run` gets them by name.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    if names:
        parser.add_argument("names", nargs="+", choices=names, help="one or more of: " + ", ".join(names), metavar="name")
    parser.add_argument(
        "--jobs", type=int, default=jobs, help="processes, by default " + ("one a core" if jobs == -1 else str(jobs))
    )
    parser.add_argument("--backend", default="loky", help="joblib's backend, such as loky or dask")
    parser.add_argument("--address", help="of the Dask cluster's scheduler, for --backend dask")
    for option, told in (options or {}).items():
        parser.add_argument(f"--{option}", **told)
    given = parser.parse_args(arguments)
    more = {option: getattr(given, option) for option in options or {}}
    if (given.backend == "dask") != (given.address is not None):
        parser.error("--backend dask and --address of the cluster's scheduler belong together")
    with cluster(given.address):
        for chosen in [(name,) for name in given.names] if names else [()]:
            run(*chosen, given.jobs, given.backend, **more)


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """While this lasts, joblib's backend dask sends its jobs to the scheduler at `address`.

    The workers need this repository on their path, and the packages dask and distributed. Without
    an address nothing happens.
    """
    if address is None:
        yield
        return
    from distributed import Client  # no reader needs it: it is in requirements-author.txt

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
