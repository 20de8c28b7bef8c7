"""gdcore's methods against what PyTorch and SciPy computed (tests/reference), without either being needed.

The settings are stored in PyTorch's names and come here through `conventions.translate`, which is proved along with the methods.
"""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from gdcore import conventions, curvature, methods, objectives, schedules
from gdcore.catalogue import METHODS
from gdcore.descent import descend

HERE = Path(__file__).parent / "reference"
FACTS = json.loads((HERE / "methods_torch.json").read_text())
SCIPY = json.loads((HERE / "minimizers_scipy.json").read_text())


@pytest.fixture(scope="module")
def trajectories():
    with np.load(HERE / "methods_torch.npz") as data:
        return dict(data)


def scale(points):
    return np.abs(points).max()


@pytest.mark.parametrize("run", FACTS["runs"], ids=lambda run: run["key"])
def test_iterates_are_pytorch_s(run, trajectories):
    expected = trajectories[run["key"]]
    assert expected.shape == (201, 2) and expected.dtype == float
    settings = conventions.translate(run["method"], "pytorch", "gdcore", **run["settings"])
    path = descend(
        getattr(methods, run["method"]),
        getattr(objectives, run["function"])(),
        run["start"],
        200,
        observe=lambda t, w, state: {"velocity": np.broadcast_to(state, 2)} if run["method"] == "nesterov" else {},
        **settings,
    )
    points = path.points
    if run["method"] == "nesterov":
        expected = conventions.position(expected, path.records["velocity"], settings["momentum"])
    assert np.abs(points - expected).max() <= 1e-10 * scale(expected)
    assert scale(np.diff(expected, axis=0)) > 1e-3


def test_every_method_that_pytorch_has_is_compared_on_three_functions():
    compared = {(run["method"], run["function"]) for run in FACTS["runs"]}
    names = [name for name, known in METHODS.items() if known.reference == "torch" and name != "muon"]
    assert compared == {(method, function) for method in names for function in ("canyon", "two_wells", "himmelblau")}


def matrix_objective(shape):
    """L(W) = ½ ‖A W − C‖², as in tests/reference/methods_torch.py, of the matrix W that fills w."""
    rows, columns = shape
    A = np.arange(1.0, 1 + rows * rows).reshape(rows, rows) / rows**2 + np.eye(rows)
    C = np.cos(np.arange(float(rows * columns))).reshape(rows, columns)

    def gaps(w):
        return A @ w.reshape(*w.shape[:-1], rows, columns) - C

    return objectives.Objective(
        "matrix",
        value=lambda w: (gaps(w) ** 2).sum(axis=(-2, -1)) / 2,
        gradient=lambda w: (A.T @ gaps(w)).reshape(w.shape),
        shapes=(tuple(shape),),
        dimension=rows * columns,
    )


@pytest.mark.parametrize("name, shape", FACTS["matrices"].items())
def test_muon_is_its_definition_in_float64_and_pytorch_s_up_to_bfloat16(name, shape, trajectories):
    settings = conventions.translate("muon", "pytorch", "gdcore", **FACTS["muon"])
    start = np.sin(np.arange(float(np.prod(shape))))
    path = descend(methods.muon, matrix_objective(shape), start, 200, **settings)
    points = path.points.reshape(201, *shape)
    exact, rounded = trajectories[f"muon_in_float64-{name}"], trajectories[f"muon-{name}"]
    assert np.abs(points - exact).max() <= 1e-10 * scale(exact)
    # bfloat16 has 8 bits: a step is off by a few 2⁻⁸ of itself, and after 200 steps the two are not one step apart.
    one_step = FACTS["muon"]["lr"] * max(1, shape[0] / shape[1]) ** 0.5
    assert np.abs(points[1] - rounded[1]).max() <= 4 * 2**-8 * one_step
    assert np.abs(points - rounded).max() <= one_step
    assert np.abs(points[-1] - points[0]).max() > 50 * one_step


@pytest.mark.parametrize("name, schedule", FACTS["schedules"].items())
def test_schedules_are_pytorch_s(name, schedule, trajectories):
    expected = trajectories[f"rates-{name}"]
    # PyTorch's cosine rises again after its steps, ours stays.
    expected = expected[: schedule["arguments"]["steps"] + 1] if name == "cosine" else expected
    ours = getattr(schedules, name)(**schedule["arguments"])
    np.testing.assert_allclose([ours(t) for t in range(1, len(expected) + 1)], expected, rtol=1e-10)
    scheduler, arguments = conventions.pytorch_scheduler(name, **schedule["arguments"])
    assert scheduler == schedule["class"]
    if name == "power_law":
        np.testing.assert_allclose([0.1 * arguments["lr_lambda"](tau) for tau in range(len(expected))], expected, rtol=1e-12)
    else:
        assert arguments == pytest.approx(schedule["theirs"])


def counted(objective):
    calls = []

    def gradient(w):
        calls.append(w)
        return objective.gradient(w)

    return dataclasses.replace(objective, gradient=gradient, hessian_vector=None), calls


@pytest.mark.parametrize("run", SCIPY["runs"], ids=lambda run: f"{run['method']}-{run['objective']}-{run['start'][:2]}")
def test_bfgs_and_lbfgs_need_hardly_more_gradients_than_scipy(run):
    quadratic = objectives.quadratic(np.geomspace(1, 1e4, 50))
    whole = quadratic if run["objective"] == "quadratic" else getattr(objectives, run["objective"])()
    objective, calls = counted(whole)
    method, w, state = getattr(curvature, run["method"]), np.array(run["start"]), None
    while state is None or np.abs(state[1]).max() > SCIPY["tolerance"]:
        w, state = method(objective, w, state)
        assert len(calls) <= 1.3 * run["gradients"]
    assert np.abs(whole.gradient(w)).max() <= SCIPY["tolerance"]
    assert np.linalg.norm(whole.minima - w, axis=-1).min() < 1e-4
