"""Work shared among processes: in order, and ended with the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.jobs import in_parallel

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import os, pathlib, sys, time
from experiments.jobs import in_parallel

def wait(folder, k):
    pathlib.Path(folder, f"{k}.{os.getpid()}").touch()
    time.sleep(120)

in_parallel(wait, [(sys.argv[1], k) for k in range(4)], jobs=2, backend="loky")
"""


@pytest.mark.parametrize("jobs, backend", [(1, "sequential"), (2, "threading"), (2, "loky")])
def test_results_come_in_order(jobs: int, backend: str) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert in_parallel(divmod, [(7, 2), (9, 4), (5, 5)], jobs, backend) == [(3, 1), (2, 1), (1, 0)]
    assert signal.getsignal(signal.SIGTERM) is before


def runs(process: int) -> bool:
    """Whether a process computes on: not one that has ended and waits to be asked how."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")  # Linux alone says it
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without a signal that they could answer")
def test_workers_do_not_outlive_a_terminated_parent(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, cwd=ROOT)
    try:
        end = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        workers = [int(path.suffix[1:]) for path in tmp_path.iterdir()]
        assert len(workers) == 2 and all(map(runs, workers))
        parent.terminate()
        assert parent.wait(20) == 128 + signal.SIGTERM
        while any(map(runs, workers)) and time.monotonic() < end:
            time.sleep(0.05)
        assert not any(map(runs, workers))
    finally:
        parent.kill()
