"""What one step costs: seconds a step of four methods against the number of parameters N.

    python -m experiments.second_order_cost

times gradient descent, L-BFGS with ten pairs, BFGS and Newton's method on L = ½ Σ λᵢ wᵢ², whose
gradient costs N. It writes experiments/results/second_order_cost.json: for each method the sizes,
the median seconds a step, and the slope of the logarithms over the last five sizes. Seconds are
this machine's; the slopes less so. One process by default: several would be timed while they
disturb each other.
"""

from __future__ import annotations

import os

# One core: a solve on several would not be compared with what has no use for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import ctypes
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import command, experiment
from gdcore import results
from gdcore.curvature import bfgs, lbfgs, newton
from gdcore.methods import gradient_descent
from gdcore.objectives import Objective

STEPS = 9
METHODS: dict[str, tuple[Any, dict[str, Any], list[int]]] = {  # method, hyperparameters, sizes
    "gradient_descent": (gradient_descent, {"learning_rate": 1e-4}, [2**k for k in range(8, 21)]),
    "lbfgs": (lbfgs, {"memory": 10}, [2**k for k in range(8, 20)]),
    "bfgs": (bfgs, {}, [2**k for k in range(6, 13)]),
    "newton": (newton, {}, [2**k for k in range(6, 13)]),
}


def diagonal(n: int) -> Objective:
    """L = ½ Σ λᵢ wᵢ² with λ from 1 to 10⁴: value and gradient cost N, the Hessian N²."""
    curvature = np.geomspace(1, 1e4, n)
    return Objective(
        name="diagonal quadratic",
        value=lambda w: 0.5 * (curvature * w * w).sum(),
        gradient=lambda w: curvature * w,
        hessian=lambda w: np.diag(curvature),
        dimension=n,
    )


def seconds_a_step(name: str, n: int, steps: int = STEPS) -> float:
    """The median of `steps` steps, after one, or after eleven that fill L-BFGS's memory."""
    method, hyperparameters, _ = METHODS[name]
    objective, w, state, times = diagonal(n), np.ones(n), None, []
    before = 11 if name == "lbfgs" else 1
    for _ in range(before + steps):
        began = time.perf_counter()
        arguments = (objective, w) if state is None else (objective, w, state)
        new, state = method(*arguments, **hyperparameters)
        times.append(time.perf_counter() - began)
        w = w if name == "newton" else new
    return float(np.median(times[before:]))


def keep_freed_memory() -> None:
    """Have glibc reuse what arrays free: mapping pages anew costs more than the arithmetic."""
    if sys.platform == "linux":
        mallopt = ctypes.CDLL(None).mallopt
        for threshold in (-1, -3):  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
            mallopt(threshold, 2**30)


def timed(name: str) -> dict[str, Any]:
    """The seconds a step of one method, and their slope."""
    keep_freed_memory()
    _, hyperparameters, sizes = METHODS[name]
    seconds = [seconds_a_step(name, n) for n in sizes]
    slope = np.polyfit(np.log(sizes[-5:]), np.log(seconds[-5:]), 1)[0]
    return {
        "hyperparameters": hyperparameters,
        "sizes": sizes,
        "seconds": results.rounded(seconds, 3),
        "slope": results.rounded(slope, 4),
    }


def run(jobs: int = 1, backend: str = "loky") -> Path:
    """Time all methods and write the results."""
    with experiment("second_order_cost", jobs, backend) as work:
        costs = dict(zip(METHODS, work.all(timed, [(name,) for name in METHODS]), strict=True))
        for name, cost in costs.items():
            print(f"{name}: {cost['seconds'][-1]:.3g} s at N = {cost['sizes'][-1]}, slope {cost['slope']:.2f}", flush=True)
        return work.write(
            what="seconds a step on ½ Σ λᵢ wᵢ², one core, float64, median of nine steps",
            settings={"steps": STEPS},
            found={"methods": costs},
        )


if __name__ == "__main__":
    command(run, __doc__, jobs=1)
