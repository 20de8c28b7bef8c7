"""Pages read and written by several processes at once, with the same result as by one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sphinx.builders
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxParallelError
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks, parallel_available
from sphinx_proof.domain import ProofDomain

MOST_PROCESSES = 4  # each starts a kernel of 150 to 300 MB

# These declare nothing, which Sphinx takes for no. Their code was read: none keeps anything while a
# page is read or written.
LOOKED_AT = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex", "sphinx-mathjax-offline")


def processes() -> int:
    """How many processes share the work: DOWNHILL_JOBS, else one for each core. Windows, which
    cannot fork, has one.
    """
    if not parallel_available:
        return 1
    asked = os.environ.get("DOWNHILL_JOBS")
    if asked is not None:
        if not asked.isdecimal() or int(asked) < 1:
            raise ValueError(f"DOWNHILL_JOBS is {asked[:40]!r}; it must be a whole number of processes, at least 1")
        return int(asked)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES)


def allow(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Let the extensions that were looked at run in parallel; after reading in this process, write
    in it as well.

    A process that has had kernels holds their sockets and threads, which do not survive a fork.
    """
    for name in LOOKED_AT:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = app.extensions[name].parallel_write_safe = True
    if 0 < len(docnames) < 6:  # Sphinx reads so few in one process
        app.parallel = 1


def largest_first(app: Sphinx, pages: Sequence[str]) -> list[list[str]]:
    """Each page for itself, in such an order that no process begins a long page when the others are
    done.

    Sphinx begins as many chunks as there are processes, and then always the last that is left. Only
    the reading is ordered by size: the search index takes the pages in as they are written.
    """
    if app.phase != BuildPhase.READING:
        return [[page] for page in pages]
    largest = sorted(pages, key=lambda page: -Path(app.env.doc2path(page)).stat().st_size)
    return [[page] for page in (*largest[: app.parallel], *reversed(largest[app.parallel :]))]


class Tasks(ParallelTasks):
    """Sphinx's tasks, with results taken in by name and not by speed, and no waiting for a process
    that was killed.
    """

    def __init__(self, nproc: int) -> None:
        super().__init__(nproc)
        self._parent = os.getpid()
        self._failure: Exception | None = None
        self._finished: list[tuple[Any, Any, Callable[[Any, Any], None]]] = []

    def add_task(self, task_func: Callable, arg: Any = None, result_func: Callable | None = None) -> None:
        """Keep a task's result until all are there."""
        take_in = result_func or (lambda arg, result: None)
        super().add_task(task_func, arg, lambda arg, result: self._finished.append((arg, result, take_in)))

    def join(self) -> None:
        """Wait for every task, then take the results in as one process would have. Raise what any
        of them raised.
        """
        super().join()
        if self._failure is not None:  # Sphinx drops it where it comes up while tasks are still being added
            raise self._failure
        for arg, result, take_in in sorted(self._finished, key=lambda task: task[0]):
            take_in(arg, result)

    def _process(self, pipe: Any, func: Callable, arg: Any) -> None:
        threading.Thread(target=_end_with, args=(self._parent,), daemon=True).start()
        super()._process(pipe, func, arg)

    def _join_one(self) -> bool:
        try:
            for task, pipe in self._precvs.items():
                if self._procs[task].exitcode is not None and not pipe.poll():
                    raise SphinxParallelError("a process of the build was killed", "It was at work on some of the pages.")
            return super()._join_one()
        except Exception as failure:
            self._failure = failure
            raise


def _end_with(parent: int) -> None:
    """End this process, and with it its kernel, when the build that forked it is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def setup(app: Sphinx) -> None:
    """Register with Sphinx. Jupyter Book has no option for the number of processes."""

    def chunks(pages: Sequence[str], nproc: int, maxbatch: int = 10) -> list[list[str]]:
        return largest_first(app, pages)

    app.parallel = processes()
    sphinx.builders.ParallelTasks = Tasks  # type: ignore[misc]
    sphinx.builders.make_chunks = chunks  # type: ignore[assignment]
    # What this domain knows lies in env.proof_list, which sphinx-proof merges by an event.
    ProofDomain.merge_domaindata = lambda self, docnames, otherdata: None
    app.connect("env-before-read-docs", allow, priority=999)
