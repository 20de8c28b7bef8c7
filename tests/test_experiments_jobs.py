"""Work shared among processes: in order, and ended with the process that started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from experiments import jobs as sharing
from experiments.jobs import command, experiment, in_parallel, resumable
from gdcore import results

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


KILLED = """
import pathlib, sys, time
import numpy as np
from experiments.jobs import in_parallel

def draw(folder, seed):
    with pathlib.Path(folder, "calls").open("a") as file:
        file.write(f"{seed}\\n")
    time.sleep(float(sys.argv[2]) * (seed >= 2))
    return np.random.default_rng(seed).normal(size=3)

drawn = in_parallel(draw, [(sys.argv[1], seed) for seed in range(4)], 1, "loky", pathlib.Path(sys.argv[1]))
print(np.array(drawn).tolist())
"""


def test_a_killed_experiment_goes_on_from_what_was_finished(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    first = subprocess.Popen([*command, "120"], env=environment, cwd=ROOT)
    try:
        end = time.monotonic() + 60
        while len(list(tmp_path.glob("*.pickle"))) < 2 and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        first.kill()
        first.wait()
    assert len(list(tmp_path.glob("*.pickle"))) == 2
    (tmp_path / "calls").write_text("")
    second = subprocess.run([*command, "0"], env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    assert (tmp_path / "calls").read_text() == "2\n3\n"
    assert json.loads(second.stdout) == [np.random.default_rng(seed).normal(size=3).tolist() for seed in range(4)]


def test_a_kept_result_answers_the_same_call_of_the_same_code_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for calls, kept in (([(7, 2)], 1), ([(9, 2), (7, 2)], 2), ([(7, 2)], 2)):
        assert in_parallel(divmod, calls, 1, "sequential", tmp_path) == [divmod(*call) for call in calls]
        assert len(list(tmp_path.glob("*.pickle"))) == kept
    monkeypatch.setattr(sharing.np, "__version__", "another")
    in_parallel(divmod, [(7, 2)], 1, "sequential", tmp_path)
    assert len(list(tmp_path.glob("*.pickle"))) == 3


def test_the_folder_stays_until_the_experiment_has_ended_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "UNFINISHED", tmp_path)
    with pytest.raises(OSError, match="full"), resumable("mine") as folder:
        (folder / "kept").touch()
        raise OSError("the disk is full")
    assert (tmp_path / "mine" / "kept").exists()
    with resumable("mine") as folder:
        assert (folder / "kept").exists()
    assert not (tmp_path / "mine").exists()


def test_the_command_line_is_that_of_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[tuple[object, ...]] = []
    command(lambda *given: done.append(given), "", arguments=["--jobs", "3", "--backend", "threading"])
    command(lambda *given: done.append(given), "", jobs=1, arguments=[])
    command(lambda *given: done.append(given), "", names=["a", "b", "c"], arguments=["b", "a"])
    assert done == [(3, "threading"), (1, "loky"), ("b", -1, "loky"), ("a", -1, "loky")]
    for wrong in (["--backend", "dask"], ["--address", "tcp://localhost:1"], ["--jobs", "many"]):
        with pytest.raises(SystemExit):
            command(lambda *given: done.append(given), "", arguments=wrong)
    assert "belong together" in capsys.readouterr().err


def test_a_result_has_its_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sharing, "UNFINISHED", tmp_path / "unfinished")
    with pytest.raises(OSError, match="full"), experiment("mine", 1, "sequential") as work:
        work.all(divmod, [(7, 2), (9, 4)])
        raise OSError("the disk is full")
    with experiment("mine", 1, "sequential") as work:
        found = work.all(divmod, [(7, 2), (9, 4), (5, 5)])
        found += work.all(pow, [(2, 3)])
        work.write(what="a test", settings={}, found={"numbers": found}, folder=tmp_path)
    result = results.read("mine", tmp_path)
    assert result["made_by"] == "python -m experiments.mine" and result["numbers"] == [[3, 1], [2, 1], [1, 0], 8]
    assert result["times"].pop("seconds") > 0
    assert result["times"] == {"jobs": 1, "backend": "sequential", "calls": 4, "resumed": 2}
    assert "mine.json" in capsys.readouterr().out
