"""The tables of methods and landscapes are whole, and each row is compared with something made apart from gdcore."""

import dataclasses
import inspect
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from gdcore import conventions, curvature, methods, objectives, pictures
from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.descent import descend
from gdcore.differences import numerical_gradient, numerical_hessian
from gdcore.hyperparameters import bare_step
from gdcore.minibatches import noisy
from gdcore.objectives import Objective
from tests.reference.by_hand import BY_HAND

HERE = Path(__file__).parent
TORCH = json.loads((HERE / "reference" / "methods_torch.json").read_text())
SCIPY = json.loads((HERE / "reference" / "minimizers_scipy.json").read_text())

# What a reader would write: a landscape's value at a point, by hand.
VALUES_BY_HAND = {
    "parabola": ([2.0], 3.0),
    "bowl": ([0.0, 1.0], -2.0),
    "canyon": ([0.0, 1.0], 13.0),
    "quadratic": ([np.cos(0.5), np.sin(0.5)], 0.5),
    "two_wells": ([-1.0, 1.0], -2 - np.exp(-4)),
    "saddle": ([2.0, 2.0], 4.0),
    "rosenbrock": ([0.0, 1.0], 101.0),
    "beale": ([1.0, 1.0], 14.203125),
    "himmelblau": ([0.0, 0.0], 170.0),
}


def objective_by_hand(name):
    if name == "canyon with a penalty":
        return objectives.with_penalty(objectives.canyon(), objectives.elastic_net(0.3, 0.1))
    if name == "canyon by turns":
        return noisy(objectives.canyon(), list(itertools.islice(itertools.cycle([[4.0, -4.0], [-4.0, 4.0]]), 100)))
    if name == "line":
        return objectives.least_squares([[1, 0], [1, 1], [1, 2]], [1, 2, 2])
    return getattr(objectives, name)()


def test_every_exported_method_is_in_the_table():
    exported = {name for room in (methods, curvature) for name in room.__all__ if bare_step(getattr(room, name))}
    assert exported == set(METHODS), "gdcore/catalogue.py and the exports of gdcore.methods and gdcore.curvature differ"


def test_every_step_is_exported():
    """A method that stands in a family's module and is not exported is forgotten in gdcore/methods/__init__.py."""
    rooms = [module for name, module in sys.modules.items() if name.startswith(("gdcore.methods.", "gdcore.curvature."))]
    steps = {name for module in rooms for name, value in vars(module).items() if bare_step(value)}
    assert steps == set(METHODS), "export it in gdcore/methods/__init__.py (or curvature) and add it to gdcore/catalogue.py"


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_compared_with_something_made_apart(name):
    compared = {
        "torch": {run["method"] for run in TORCH["runs"]} | {"muon"},
        "scipy": {"bfgs", "lbfgs"},
        "hand": set(BY_HAND),
    }
    assert name in compared[METHODS[name].reference], (
        f"{name} has no {METHODS[name].reference} reference: add it to tests/reference/by_hand.py, or to PyTorch's runs"
    )


def test_nothing_is_compared_that_does_not_exist():
    assert {name for name, known in METHODS.items() if known.reference == "hand"} == set(BY_HAND)


@pytest.mark.parametrize("name", BY_HAND)
def test_iterates_are_those_written_out_by_hand(name):
    objective, start, settings, generator, steps = BY_HAND[name]
    path = descend(METHODS[name].function, objective_by_hand(objective), start, steps, **settings)
    expected = [start, *itertools.islice(generator(*start), steps)]
    np.testing.assert_allclose(path.points, expected, rtol=1e-9, atol=1e-9)
    assert np.abs(np.diff(path.points, axis=0)).max() > 1e-3


def test_every_look_is_one_method_s_own():
    dashes_and_markers = [known.look[1:] for known in METHODS.values()]
    twice = {look for look in dashes_and_markers if dashes_and_markers.count(look) > 1}
    assert not twice, f"two methods share the dash and marker {twice}"
    assert all(pictures.style_of(name) == pictures.style_of(known.function) for name, known in METHODS.items())


@pytest.mark.parametrize("name", METHODS)
def test_what_it_needs_is_what_it_asks_for(name):
    known = METHODS[name]
    bare = Objective("plain", lambda w: (w**2).sum(axis=-1), lambda w: 2 * w)
    if known.needs:
        with pytest.raises(ValueError, match=known.needs if known.needs != "penalty" else "penalty|smooth"):
            descend(known.function, bare, [1.0, 2.0], 1)
    else:
        assert descend(known.function, bare, [1.0, 2.0], 1).diverged_at is None


@pytest.mark.parametrize("name", METHODS)
def test_one_start_or_many(name):
    known, starts = METHODS[name], np.array([[1.0, 2.0], [-1.0, 0.5], [0.3, 0.2]])
    objective = dataclasses.replace(objectives.least_squares(np.eye(2), np.ones(2)), shapes=((2,),))
    objective = objectives.with_penalty(objective, objectives.l1(0.1)) if known.needs == "penalty" else objective
    if known.one_start:
        with pytest.raises(ValueError, match="takes one start"):
            descend(known.function, objective, starts, 1)
    else:
        assert descend(known.function, objective, starts, 1).points.shape == (2, 3, 2)


@pytest.mark.parametrize("name", METHODS)
def test_the_scaling_rule_makes_equal_steps_on_the_sum_and_on_the_mean(name):
    known, generator = METHODS[name], np.random.default_rng(0)
    X, t = generator.standard_normal((25, 3)), generator.standard_normal(25)
    if known.scale is None:
        with pytest.raises(ValueError, match=f"no hyperparameters make {name} take equal steps"):
            conventions.from_sum_to_mean(name, 25)
        return
    settings = {"epsilon": {"epsilon": 0.5}, "squared epsilon": {"epsilon": 0.5}, "damping": {"damping": 40.0}}
    settings = settings.get(known.scale, {})
    settings |= {"learning_rate": 1e-3} if known.scale == "rate" and not known.one_start else {}
    total, mean = (dataclasses.replace(objectives.least_squares(X, t, of), shapes=((3, 1),)) for of in ("sum", "mean"))
    translated = conventions.from_sum_to_mean(name, 25, **settings)
    one = descend(known.function, total, np.ones(3), 30, **settings)
    other = descend(known.function, mean, np.ones(3), 30, **translated)
    np.testing.assert_allclose(one.points, other.points, rtol=1e-7, atol=1e-9)
    assert np.abs(np.diff(one.points, axis=0)).max() > 1e-6


def test_every_exported_landscape_is_in_the_table():
    def makes_one(name):
        function = getattr(objectives, name)
        return inspect.isfunction(function) and function.__module__.endswith("landscapes")

    assert {name for name in objectives.__all__ if makes_one(name)} == set(LANDSCAPES)
    assert set(VALUES_BY_HAND) == set(LANDSCAPES), "give the new landscape's value at a point in VALUES_BY_HAND"


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_landscape_s_value_is_that_computed_by_hand(name):
    point, value = VALUES_BY_HAND[name]
    assert LANDSCAPES[name]().value(point) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_landscape_s_derivatives_are_those_of_its_value(name):
    landscape = LANDSCAPES[name]()
    sides = landscape.box
    inside = sides[:, 0] + np.random.default_rng(1).random((50, landscape.dimension)) * (sides[:, 1] - sides[:, 0])
    scale = np.abs(landscape.gradient(inside)).max()
    np.testing.assert_allclose(landscape.gradient(inside), numerical_gradient(landscape.value, inside), atol=1e-7 * scale)
    bends = landscape.hessian(inside)
    np.testing.assert_allclose(bends, numerical_hessian(landscape.gradient, inside), atol=1e-7 * np.abs(bends).max())


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_landscape_s_minima_are_minima_and_in_its_box(name):
    landscape = LANDSCAPES[name]()
    for minimum in landscape.minima if landscape.minima is not None else ():
        assert np.abs(landscape.gradient(minimum)).max() < 1e-12 * max(1, np.abs(landscape.hessian(minimum)).max())
        assert (np.linalg.eigvalsh(landscape.hessian(minimum)) > 0).all()
        assert ((landscape.box[:, 0] <= minimum) & (minimum <= landscape.box[:, 1])).all()


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_landscape_can_be_drawn(name):
    landscape, ax = LANDSCAPES[name](), Figure().add_subplot()
    (pictures.curve if landscape.dimension == 1 else pictures.contours)(ax, landscape)
    assert ax.get_xlim() == tuple(landscape.box[0])
