"""Methods: what `descend` adds to a loop by hand, and 100 steps of each method beside PyTorch, optax and SciPy."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.method_rivals import TORCH, optax_ways, torch_ways
from benchmarks.timing import best_times
from gdcore import curvature, methods, objectives
from gdcore.descent import descend
from gdcore.objectives import Array, Objective

START = np.array([0.7, -0.2])
STEPS = 100


# The loops by hand record the same points and compute the same values.


def momentum_by_hand(gradient: Callable, value: Callable, w: Array) -> tuple[Array, Array]:
    v: float | Array = 0.0
    points = [w]
    for _ in range(STEPS):
        v = 0.9 * v - 0.02 * gradient(w)
        w = w + v
        points.append(w)
    walked = np.array(points)
    return walked, value(walked)


def adam_by_hand(gradient: Callable, value: Callable, w: Array) -> tuple[Array, Array]:
    s, r, points = 0.0, 0.0, [w]
    for t in range(1, STEPS + 1):
        g = gradient(w)
        s = 0.9 * s + (1 - 0.9) * g
        r = 0.999 * r + (1 - 0.999) * g**2
        s_hat = s / (1 - 0.9**t)
        r_hat = r / (1 - 0.999**t)
        w = w - 0.02 * s_hat / (np.sqrt(r_hat) + 1e-8)
        points.append(w)
    walked = np.array(points)
    return walked, value(walked)


def descent_by_hand(gradient: Callable, value: Callable, w: Array) -> tuple[Array, Array]:
    points = [w]
    for _ in range(STEPS):
        w = w - 0.02 * gradient(w)
        points.append(w)
    walked = np.array(points)
    return walked, value(walked)


def nesterov_by_hand(gradient: Callable, value: Callable, w: Array) -> tuple[Array, Array]:
    v: float | Array = 0.0
    points = [w]
    for _ in range(STEPS):
        v = 0.9 * v - 0.02 * gradient(w + 0.9 * v)
        w = w + v
        points.append(w)
    walked = np.array(points)
    return walked, value(walked)


BY_HAND = {
    methods.gradient_descent: descent_by_hand,
    methods.momentum: momentum_by_hand,
    methods.nesterov: nesterov_by_hand,
    methods.adam: adam_by_hand,
}


def run(method: Callable, objective: Objective, start: Array, **settings: Any) -> tuple[Array, Array]:
    path = descend(method, objective, start, STEPS, learning_rate=0.02, **settings)
    return path.points, path.values


def the_loop() -> None:
    """What `descend` adds to a loop by hand."""
    print("### Methods: `descend` and the same steps by hand, 100 steps recorded with their values\n")
    print("| method | function | by hand | `descend` | ratio | asked for |\n|---|---|---|---|---|---|")
    asked = {"gradient_descent": "0.3 ms", "momentum": "≤ 1.25", "nesterov": "0.5 ms", "adam": "≤ 1.25"}
    for method, by_hand in BY_HAND.items():
        for objective in (objectives.canyon(), objectives.two_wells()):
            hand = lambda by_hand=by_hand, o=objective: by_hand(o.gradient, o.value, START)  # noqa: E731
            ours = lambda method=method, o=objective: run(method, o, START)  # noqa: E731
            assert all(np.allclose(a, b, rtol=1e-12) for a, b in zip(hand(), ours(), strict=True))
            times = best_times({"hand": hand, "ours": ours}, turns=100, least=0.002)
            name = method.__name__
            print(
                f"| {name} | {objective.name} | {times['hand']:.3f} ms | {times['ours']:.3f} ms "
                f"| {times['ours'] / times['hand']:.2f} | {asked[name]} |",
                flush=True,
            )


def many_starts() -> None:
    """40,000 starts side by side."""
    wells = objectives.two_wells()
    starts = np.random.default_rng(0).uniform(-2, 2, (40_000, 2))

    def last_by_hand() -> Array:
        v: float | Array = 0.0
        w = starts
        for _ in range(STEPS):
            v = 0.9 * v - 0.02 * wells.gradient(w)
            w = w + v
        return w

    def ours() -> Array:
        return descend(methods.momentum, wells, starts, STEPS, record_every=0, learning_rate=0.02).points[-1]

    assert np.array_equal(last_by_hand(), ours())
    times = best_times({"hand": last_by_hand, "ours": ours}, turns=12)
    print("\n40,000 starts × 100 steps of momentum on the two wells, the last points kept:", end=" ")
    ratio = times["ours"] / times["hand"]
    print(f"{times['hand']:.0f} ms by hand, {times['ours']:.0f} ms by `descend`, {ratio:.2f} × (asked: ≤ 1.3).")


def matrix_objective(matrix: Array) -> Objective:
    target = matrix.ravel()
    return Objective(
        "to a matrix",
        value=lambda w: ((w - target) ** 2).sum(axis=-1) / 2,
        gradient=lambda w: w - target,
        shapes=(matrix.shape,),
    )


def available(ways: Callable[[], dict[str, Callable]]) -> dict[str, Callable]:
    try:
        return ways()
    except ModuleNotFoundError:
        return {}


def the_rivals() -> None:
    """100 steps of each method beside PyTorch's and optax'."""
    matrix = np.random.default_rng(0).standard_normal((8, 6))
    rivals = {
        "torch": available(lambda: torch_ways(START, matrix, STEPS)),
        "optax": available(lambda: optax_ways(START, STEPS // 10, jitted=False)),
        "optax, jitted": available(lambda: optax_ways(START, STEPS, jitted=True)),
    }
    print("\n### Methods: 100 steps from one start on the two wells (Muon: an 8 × 6 matrix), float64, one thread\n")
    print(
        "gdcore has its gradients written out, PyTorch and JAX differentiate. Ratios are to `descend`, which records all points."
    )
    print("\n| method | `descend` | torch.optim eager | asked for | optax, not jitted | optax, step jitted |")
    print("|---|---|---|---|---|---|")
    for name in TORCH:
        objective = matrix_objective(matrix) if name == "muon" else objectives.two_wells()
        start = np.zeros(matrix.size) if name == "muon" else START
        ours = lambda name=name, o=objective, w=start: descend(getattr(methods, name), o, w, STEPS, learning_rate=0.02)  # noqa: E731
        ways = {"ours": ours} | {rival: theirs[name] for rival, theirs in rivals.items() if name in theirs}
        times = best_times({k: way for k, way in ways.items() if k != "optax"}, turns=25, least=0.01)
        # a tenth of the steps, since they take a second
        times |= {k: 10 * t for k, t in best_times({k: way for k, way in ways.items() if k == "optax"}, turns=2).items()}

        def column(rival: str, name: str = name, times: dict[str, float] = times) -> str:
            if rival in times:
                return f"{times[rival]:.2f} ms, {times[rival] / times['ours']:.1f} ×"
            return "not installed" if not rivals[rival] else "has none"

        asked = "≥ 5 ×" if name == "muon" else "≥ 15 ×"
        cells = [name, f"{times['ours']:.2f} ms", column("torch"), asked, column("optax"), column("optax, jitted")]
        print(f"| {' | '.join(cells)} |", flush=True)


def the_minimizers() -> None:
    """BFGS and L-BFGS beside SciPy's."""
    rosenbrock, tolerance = objectives.rosenbrock(), 1e-5
    starts = np.array([[-1.2, 1.0], [0.0, 0.0], [-1.0, -1.0], [2.0, 2.0], [-2.0, 2.5], [1.5, -1.0]])
    print(f"\n### Methods: Rosenbrock's function to a gradient of {tolerance}, from six starts in sum\n")
    print("| method | gdcore | SciPy | ratio | asked for |\n|---|---|---|---|---|")
    for method, theirs, options in [(curvature.bfgs, "BFGS", {}), (curvature.lbfgs, "L-BFGS-B", {"ftol": 0.0})]:
        total = {"ours": 0.0, "scipy": 0.0}
        for start in starts:
            ours = partial(minimized, method, rosenbrock, start, steps_needed(method, rosenbrock, start, tolerance))
            scipys = partial(
                minimize, rosenbrock.value, start, jac=rosenbrock.gradient, method=theirs, options={"gtol": tolerance, **options}
            )
            assert max(np.abs(rosenbrock.gradient(end)).max() for end in (ours(), scipys().x)) <= tolerance
            times = best_times({"ours": ours, "scipy": scipys}, turns=60, least=0.003)
            total = {name: total[name] + times[name] for name in total}
        ratio = total["ours"] / total["scipy"]
        print(f"| {method.__name__} | {total['ours']:.2f} ms | {total['scipy']:.2f} ms | {ratio:.2f} | ≤ 1 |", flush=True)


def steps_needed(method: Callable, objective: Objective, start: Array, tolerance: float) -> int:
    gradients = objective.gradient(descend(method, objective, start, 100).points)
    return int((np.abs(gradients).max(axis=-1) <= tolerance).argmax())


def minimized(method: Callable, objective: Objective, start: Array, steps: int) -> Array:
    w, state = start, None
    for _ in range(steps):
        w, state = method(objective, w, state)
    return w


def main() -> None:
    the_loop()
    many_starts()
    the_rivals()
    the_minimizers()


if __name__ == "__main__":
    main()
