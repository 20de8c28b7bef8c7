"""optax, Keras and PyTorch against gdcore: stored trajectories of the real libraries (tests/reference/libraries.py), and what is
said of their conventions. None of the three is needed here.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gdcore import conventions, methods, objectives
from gdcore.catalogue import METHODS
from gdcore.conventions import in_every_notation, library_line, nearest, notations, translate
from gdcore.conventions.as_printed import printed
from gdcore.conventions.forms import FORMS
from gdcore.conventions.lines import as_written, meant
from gdcore.conventions.translation import constants_of
from gdcore.descent import descend

HERE = Path(__file__).parent / "reference"
FACTS = json.loads((HERE / "libraries.json").read_text())
VARIANTS = FACTS["variants"]


@pytest.fixture(scope="module")
def trajectories():
    with np.load(HERE / "libraries.npz") as data:
        return dict(data)


def gap(points, expected):
    return np.abs(points - expected).max() / np.abs(expected).max()


def run_of(method, function, start, settings, steps=100, **other):
    return descend(method, getattr(objectives, function)(), start, steps, **settings, **other)


@pytest.mark.parametrize("run", FACTS["runs"], ids=lambda run: run["key"])
def test_iterates_are_the_library_s(run, trajectories):
    expected = trajectories[run["key"]]
    assert expected.shape == (101, 2) and np.abs(np.diff(expected, axis=0)).max() > 1e-3
    if run["library"] == "keras" and run["method"] in ("adam", "adamw"):
        ours, apart = nearest(run["method"], "keras", "gdcore", **run["settings"])
        assert apart == ("epsilon",)
        step = partial(conventions.folded_adam, constant=True)
    else:
        ours, step = translate(run["method"], run["library"], "gdcore", **run["settings"]), getattr(methods, run["method"])
    watch = {"observe": lambda t, w, state: {"velocity": np.broadcast_to(state, 2)}} if run["method"] == "nesterov" else {}
    path = run_of(step, run["function"], run["start"], ours, **watch)
    if run["method"] == "nesterov":
        expected = conventions.position(expected, path.records["velocity"], ours["momentum"])
    assert gap(path.points, expected) <= 1e-10


def test_every_line_of_a_library_is_compared_on_three_functions():
    for library in ("optax", "keras"):
        known = {name for name in FORMS if library in notations(name)}
        compared = {run["method"] for run in FACTS["runs"] if run["library"] == library}
        assert known - compared == ({"amsgrad"} if library == "keras" else set())
        assert len([run for run in FACTS["runs"] if run["library"] == library]) == 3 * len(compared)


def test_keras_adds_epsilon_before_the_correction(trajectories):
    """With gdcore's Adam and the same constants the first step is another one, by the factor that ε is multiplied with."""
    [run] = [run for run in FACTS["runs"] if run["key"] == "keras-adam-two_wells"]
    expected = trajectories[run["key"]]
    ours = nearest("adam", "keras", "gdcore", **run["settings"])[0]
    assert gap(run_of(methods.adam, "two_wells", run["start"], ours).points, expected) > 1e-3
    g = np.abs(objectives.two_wells().gradient(np.array(run["start"])))
    np.testing.assert_allclose(np.abs(expected[1] - expected[0]), 0.03 * g / (g + 1e-3 / np.sqrt(1e-3)), rtol=1e-10)


def test_optax_has_epsilon_on_either_side_of_the_root(trajectories):
    for key, inside in (("optax-rmsprop_outside", False), ("optax-rmsprop_momentum", True)):
        ours = translate("rmsprop", "optax", "gdcore", **VARIANTS[key])
        assert ours["inside_root"] is inside
        assert gap(run_of(methods.rmsprop, "canyon", FACTS["start"], ours).points, trajectories[key]) <= 1e-10


def test_keras_rmsprop_with_momentum(trajectories):
    key = "keras-rmsprop_momentum"
    ours = translate("rmsprop", "keras", "gdcore", **VARIANTS[key])
    assert gap(run_of(methods.rmsprop, "canyon", FACTS["start"], ours).points, trajectories[key]) <= 1e-10


def test_weight_decay_in_keras_adam_is_decoupled(trajectories):
    key = "keras-adam_decay"
    named = {"beta_1": "beta1", "beta_2": "beta2"}
    ours = {named.get(name, name): value for name, value in VARIANTS[key].items()}
    decoupled = run_of(partial(conventions.folded_adam, constant=True), "canyon", FACTS["start"], ours)
    coupled = run_of(methods.adam, "canyon", FACTS["start"], ours)
    assert gap(decoupled.points, trajectories[key]) <= 1e-10
    assert gap(coupled.points, trajectories[key]) > 0.01


def test_optax_takes_the_largest_r_after_its_correction(trajectories):
    """PyTorch's AMSGrad, and gdcore's, takes it before."""
    settings = VARIANTS["optax-amsgrad"]
    b1, b2, eps, rate = (settings[name] for name in ("b1", "b2", "eps", "learning_rate"))
    w, s, r, top, points = np.array(FACTS["start"]), 0.0, 0.0, 0.0, [FACTS["start"]]
    for t in range(1, 101):
        g = objectives.canyon().gradient(w)
        s, r = b1 * s + (1 - b1) * g, b2 * r + (1 - b2) * g**2
        top = np.maximum(top, r / (1 - b2**t))
        w = w - rate * s / (1 - b1**t) / (np.sqrt(top) + eps)
        points.append(w)
    assert gap(np.array(points), trajectories["optax-amsgrad"]) <= 1e-10
    ours = {"learning_rate": rate, "beta1": b1, "beta2": b2, "epsilon": eps}
    assert gap(run_of(methods.amsgrad, "canyon", FACTS["start"], ours).points, trajectories["optax-amsgrad"]) > 0.01
    assert "optax" not in notations("amsgrad")


def test_dampening_is_an_average_that_begins_with_the_first_gradient(trajectories):
    """PyTorch's first buffer is the whole gradient: Prince's average, started there and not at 0."""
    settings = VARIANTS["pytorch-dampened"]
    average, w, points = None, np.array(FACTS["start"]), [FACTS["start"]]
    for _ in range(100):
        g = objectives.canyon().gradient(w)
        average = g if average is None else 0.9 * average + (1 - settings["dampening"]) * g
        w = w - settings["lr"] * average
        points.append(w)
    assert gap(np.array(points), trajectories["pytorch-dampened"]) <= 1e-10
    prince = run_of(conventions.prince_momentum, "canyon", FACTS["start"], {"learning_rate": settings["lr"], "momentum": 0.9})
    assert np.abs(prince.points - trajectories["pytorch-dampened"]).max() > 1


def test_a_falling_rate_parts_keras_from_pytorch_and_optax(trajectories):
    def falling(t):
        return 0.005 if t <= 20 else 0.0005

    settings = {"momentum": 0.9, "learning_rate": falling}
    inside = run_of(methods.momentum, "canyon", FACTS["start"], settings).points
    outside = run_of(conventions.slides_momentum, "canyon", FACTS["start"], settings).points
    assert gap(inside, trajectories["keras-falling"]) <= 1e-10
    assert gap(outside, trajectories["optax-falling"]) <= 1e-10 and gap(outside, trajectories["pytorch-falling"]) <= 1e-10
    assert gap(inside[:21], outside[:21]) <= 1e-12 and gap(inside, outside) > 0.01


def test_defaults_are_the_libraries():
    """What the page says of the defaults is what the libraries have."""
    for library, table in conventions.LIBRARY_DEFAULTS.items():
        for name, defaults in table.items():
            theirs = FACTS["defaults"][library][name]
            assert {key: theirs.get(key) for key in defaults} == {
                key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
            }
    assert {library: list(table) for library, table in conventions.LIBRARY_DEFAULTS.items()} == {
        library: list(table) for library, table in FACTS["defaults"].items()
    }


# What needs no library

VALUES = {"learning_rate": 0.05, "momentum": 0.8, "decay": 0.8, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}
VALUES |= {"weight_decay": 0.1, "momentum_decay": 0.004}


@pytest.mark.parametrize("method, source", [(m, s) for m in FORMS for s in notations(m) if m != "muon"])
def test_what_is_said_to_be_equal_is_equal_and_what_is_not_is_not(method, source):
    """The run as the source writes it, and every notation's, from the constants of the table."""
    values = {**VALUES, "learning_rate": 0.005 if method in ("gradient_descent", "momentum", "nesterov") else 0.05}
    step, own = as_written(method, source, **values)
    start = run_of(step, "canyon", FACTS["start"], own, steps=40).points
    for target, (_, _, otherwise) in zip(
        (*notations(method), "gdcore"), in_every_notation(method, source, **values), strict=True
    ):
        theirs, apart = nearest(method, source, target, **constants_of(method, source, **values))
        assert bool(otherwise) == bool(apart)
        if otherwise or method == "nesterov" or target == "gdcore":
            continue
        ours = (
            translate(method, target, "gdcore", **theirs) if target != "keras" else nearest(method, target, "gdcore", **theirs)[0]
        )
        there = as_written(method, target, **ours)[0] if source == target == "keras" else METHODS[method].function
        assert gap(run_of(there, "canyon", FACTS["start"], ours, steps=40).points, start) <= 1e-12, target


def test_constants_keep_the_source_s_meaning():
    assert constants_of("adam", "pytorch", learning_rate=0.1, beta1=0.9, beta2=0.99, decay=3) == {"lr": 0.1, "betas": (0.9, 0.99)}
    assert meant("momentum", "prince", learning_rate=0.5, momentum=0.5) == {"learning_rate": 0.25, "momentum": 0.5}
    assert meant("rmsprop", "optax", learning_rate=0.1, epsilon=0.5)["inside_root"] is True
    assert as_written("adam", "keras", learning_rate=0.1, momentum=0.5)[1] == {"learning_rate": 0.1}
    assert printed("momentum", "bishop") is None


def test_lines_are_code_that_says_what_was_translated():
    assert library_line("pytorch", "momentum", learning_rate=0.1) == conventions.pytorch_line("momentum", learning_rate=0.1)
    assert library_line("optax", "rmsprop", decay=0.8, epsilon=0.5) == (
        "optax.rmsprop(learning_rate=0.01, decay=0.8, eps=0.5, eps_in_sqrt=False, momentum=0.0, centered=False)"
    )
    assert in_every_notation("momentum", "prince", learning_rate=0.1, momentum=0.9)[5] == (
        "PyTorch",
        "torch.optim.SGD(parameters, lr=0.01, momentum=0.9)",
        "",
    )
    with pytest.raises(ValueError, match=r"keras's adam cannot express epsilon=1e-08"):
        library_line("keras", "adam")
    with pytest.raises(ValueError, match="library must be one of 'pytorch', 'optax', 'keras', 'gdcore', got 'jax'"):
        library_line("jax", "adam")


def test_an_epsilon_that_changes_sides_is_said_to():
    assert nearest("rmsprop", "notes", "pytorch", eta=0.1, rho=0.5, epsilon=0.25) == (
        {"lr": 0.1, "alpha": 0.5, "eps": 0.5},
        ("inside_root",),
    )
    with pytest.raises(ValueError, match="keras's rmsprop cannot express inside_root=False"):
        translate("rmsprop", "bishop", "keras", eta=0.1, beta=0.5, delta=0.5)
    assert translate("rmsprop", "bishop", "keras", eta=0.1, beta=0.5, delta=0)["epsilon"] == 0
    assert nearest("adagrad", "bishop", "kneusel", eta=0.1, delta=0.5) == ({"eta": 0.1}, ("epsilon",))
