"""What holds for all inputs, tried on many: the same ones on each run."""

import dataclasses
import math
from typing import Annotated, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdcore import curvature, methods, objectives, schedules
from gdcore.catalogue import METHODS
from gdcore.descent import descend
from gdcore.hyperparameters import Range, signature_of

deterministic = settings(derandomize=True, deadline=None, max_examples=40, database=None)

coordinates = st.floats(-2, 2, allow_subnormal=False)
points = arrays(float, 2, elements=coordinates)
batches = arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 4), st.just(2)), elements=coordinates)
angles = st.floats(-math.pi, math.pi)
rates = st.floats(1e-4, 0.1)

# Settings that suit the functions below, where the defaults do not.
SETTINGS = {
    "momentum": {"momentum": 0.8},
    "nesterov": {"momentum": 0.8},
    "rmsprop": {"epsilon": 0.1, "centered": True, "momentum": 0.5, "nesterov": True},
    "adadelta": {"learning_rate": 1.0, "epsilon": 1e-2},
    "svrg": {"period": 7},
    "newton": {"damping": 50.0},
    "trust_region": {"damping": 50.0},
    "gauss_newton": {"damping": 50.0},
} | {name: {"epsilon": 0.1} for name in ["normalized_gradient", "adam", "adamw", "amsgrad", "nadam", "muon", "soap"]}
# All methods that take many starts. random_search draws for each run anew; Lion steps by signs, which rounding may turn.
BATCHED = [name for name, known in METHODS.items() if not known.one_start and name not in ("random_search", "lion")]
FUNCTIONS = ["canyon", "two_wells", "saddle"]


def suited(function, name):
    """The function with what the method needs: shapes, a penalty, residuals (of a sum of squares of the same dimension)."""
    objective = dataclasses.replace(getattr(objectives, function)(), shapes=((2, 1),))
    if METHODS[name].needs == "residuals":
        return objectives.gabor(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7))
    return objectives.with_penalty(objective, objectives.l1(0.3)) if METHODS[name].needs == "penalty" else objective


@pytest.mark.parametrize("name", BATCHED)
@deterministic
@given(starts=batches, function=st.sampled_from(FUNCTIONS), rate=st.floats(1e-4, 0.01))
def test_batched_runs_equal_single_runs(name, starts, function, rate):
    method = METHODS[name].function
    run = ({"learning_rate": rate} if "learning_rate" in signature_of(method).defaults else {}) | SETTINGS.get(name, {})
    objective = suited(function, name)
    together = descend(method, objective, starts, 25, **run)
    for index in np.ndindex(starts.shape[:-1]):
        alone = descend(method, objective, starts[index], 25, **run)
        np.testing.assert_allclose(together.points[:, *index], alone.points, rtol=1e-9, atol=1e-10)


def scaled(objective, factor):
    return dataclasses.replace(
        objective, value=lambda w: factor * objective.value(w), gradient=lambda w: factor * objective.gradient(w)
    )


@pytest.mark.parametrize("name", [name for name, known in METHODS.items() if known.scale == "epsilon" and not known.needs])
@deterministic
@given(start=points, power=st.integers(-40, 40), rate=rates, function=st.sampled_from(FUNCTIONS))
def test_scaling_by_a_power_of_two_leaves_adaptive_iterates_alone(name, start, power, rate, function):
    """With ε = 0, bit for bit: a power of two changes no digit. √r² needs r a square of it, and it is: g² scales by 4ᵏ."""
    objective = getattr(objectives, function)()
    assume((np.abs(objective.gradient(start)) > 1e-3).all())
    run = dict(learning_rate=rate, epsilon=0.0)
    plain = descend(getattr(methods, name), objective, start, 30, **run)
    assume((np.abs(objective.gradient(plain.points)) > 1e-12).all())
    other = descend(getattr(methods, name), scaled(objective, 2.0**power), start, 30, **run)
    assert np.array_equal(plain.points, other.points)


@deterministic
@given(start=points, power=st.integers(1, 6), rate=rates)
def test_scaling_is_felt_by_gradient_descent_as_a_rate(start, power, rate):
    scaled_run = descend(methods.gradient_descent, scaled(objectives.two_wells(), 2.0**power), start, 30, learning_rate=rate)
    faster = descend(methods.gradient_descent, objectives.two_wells(), start, 30, learning_rate=2.0**power * rate)
    np.testing.assert_allclose(scaled_run.points, faster.points, rtol=1e-9, atol=1e-12)


def turn(angle):
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov"])
@deterministic
@given(start=points, angle=angles, rate=st.floats(1e-4, 0.15), steep=st.floats(1, 10))
def test_turning_a_quadratic_turns_the_iterates(name, start, angle, rate, steep):
    method = getattr(methods, name)
    straight = descend(method, objectives.quadratic([1.0, steep]), start, 40, learning_rate=rate)
    turned = descend(method, objectives.quadratic([1.0, steep], angle), turn(angle) @ start, 40, learning_rate=rate)
    np.testing.assert_allclose(turned.points, straight.points @ turn(angle).T, atol=1e-10)


@pytest.mark.parametrize("name", ["conjugate_gradient", "bfgs", "newton"])
@deterministic
@given(start=points, angle=angles, steep=st.floats(1, 10))
def test_turning_turns_second_order_methods_too(name, start, angle, steep):
    assume(np.linalg.norm(start) > 0.1)
    straight = descend(getattr(curvature, name), objectives.quadratic([1.0, steep]), start, 2)
    turned = descend(getattr(curvature, name), objectives.quadratic([1.0, steep], angle), turn(angle) @ start, 2)
    np.testing.assert_allclose(turned.points, straight.points @ turn(angle).T, atol=1e-6)


@pytest.mark.parametrize("name", ["adam", "adagrad", "rmsprop", "normalized_gradient"])
@deterministic
@given(start=points, steep=st.floats(3, 100))
def test_turning_by_45_degrees_changes_what_scales_each_coordinate(name, start, steep):
    assume((np.abs(start) > 0.2).all() and abs(abs(start[0]) - abs(start[1])) > 0.2)
    method, quarter = getattr(methods, name), math.pi / 4
    straight = descend(method, objectives.quadratic([1.0, steep]), start, 40, learning_rate=0.05)
    turned = descend(method, objectives.quadratic([1.0, steep], quarter), turn(quarter) @ start, 40, learning_rate=0.05)
    assert np.abs(turned.points - straight.points @ turn(quarter).T).max() > 1e-3


@deterministic
@given(
    v=arrays(float, 5, elements=st.floats(-1e3, 1e3)),
    w=arrays(float, 5, elements=st.floats(-1e3, 1e3)),
    alpha=st.floats(0, 10),
    strength=st.floats(0, 10),
    rate=st.floats(0, 10),
)
def test_prox_is_firmly_nonexpansive(v, w, alpha, strength, rate):
    """‖Pv − Pw‖² ≤ (Pv − Pw)ᵀ(v − w), for every penalty and rate."""
    for penalty in (objectives.l1(alpha), objectives.l2(strength), objectives.elastic_net(alpha, strength)):
        gap = penalty.prox(v, rate) - penalty.prox(w, rate)
        assert gap @ gap <= gap @ (v - w) + 1e-9 * (1 + np.abs(gap).max() * np.abs(v - w).max())


@deterministic
@given(w=arrays(float, 5, elements=st.floats(-1e3, 1e3)), alpha=st.floats(0, 10), rate=st.floats(0, 10))
def test_soft_thresholding_is_exact(w, alpha, rate):
    z = objectives.l1(alpha).prox(w, rate)
    assert (z[np.abs(w) <= rate * alpha] == 0).all()
    assert (np.abs(z) <= np.abs(w)).all() and (z * w >= 0).all()


nonnegative = st.floats(0, 1e6)
shares = st.floats(0, 1)
counts = st.integers(1, 10**6)
positive = st.floats(1e-6, 1e6)
plain_schedules = st.one_of(
    st.builds(schedules.constant, nonnegative),
    st.builds(schedules.step_decay, nonnegative, shares, counts),
    st.builds(schedules.linear, nonnegative, nonnegative, counts),
    st.builds(schedules.power_law, nonnegative, positive, st.floats(-10, 0)),
    st.builds(schedules.exponential, nonnegative, shares, positive),
    st.builds(schedules.geometric, nonnegative, st.floats(1, 1e6)),
    st.builds(schedules.cosine, nonnegative, counts, nonnegative),
)
all_schedules = st.recursive(
    plain_schedules,
    lambda parts: st.one_of(
        st.builds(schedules.warmup, counts, parts),
        st.builds(lambda first, steps, last: schedules.one_after_another((first, steps), last=last), parts, counts, parts),
    ),
    max_leaves=4,
)


@settings(deterministic, max_examples=200)
@given(schedule=all_schedules, t=st.integers(1, 10**9))
def test_every_schedule_is_finite_and_never_negative(schedule, t):
    for step in (1, 2, t):
        assert math.isfinite(schedule(step)) and schedule(step) >= 0


def out_of_range(kind, default):
    """What a hyperparameter of this kind refuses, drawn from the range at the parameter itself."""
    plain, *notes = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    limits = next((note for note in notes if isinstance(note, Range)), None)
    if plain is bool:
        return st.sampled_from([0, 1, None, "yes", 0.5])
    if get_origin(plain) is Literal:
        return st.sampled_from(["Exact", "best", "", None, True, 1])
    assert limits is not None, (
        "give the hyperparameter a range: Nonnegative, Share, OneNonnegative, OneShare, Count, WholeNumber or Rounds"
    )
    if plain is int:
        wrong = st.one_of(st.integers(max_value=int(limits.least) - 1), st.floats(1, 5), st.booleans(), st.just("3"))
        return wrong if limits.below == math.inf else st.one_of(wrong, st.integers(min_value=int(limits.below)))
    wrong = st.one_of(st.floats(max_value=-1e-300), st.sampled_from([math.nan, math.inf, -math.inf, "quick", None, True, 1j]))
    return wrong if limits.below == math.inf else st.one_of(wrong, st.floats(min_value=limits.below))


CASES = [(known.function, name) for known in METHODS.values() for name in signature_of(known.function).defaults]


def never(w):
    raise AssertionError("asked for before the hyperparameters were checked")


@pytest.mark.parametrize("method, name", CASES, ids=lambda case: getattr(case, "__name__", str(case)))
@settings(deterministic, max_examples=15)
@given(data=st.data())
def test_hyperparameters_out_of_range_are_refused_by_name(method, name, data):
    """Before the first step: the gradient is never asked for."""
    signature = signature_of(method)
    value = data.draw(out_of_range(signature.kinds[name], signature.defaults[name]))
    untouched = dataclasses.replace(objectives.canyon(), gradient=never, value=never)
    with pytest.raises((ValueError, TypeError), match=f"^{name} must be"):
        descend(method, untouched, [0.0, 1.0], 3, **{name: value})


@deterministic
@given(start=points, steps=st.integers(0, 20), stop=st.integers(0, 20), every=st.integers(0, 7), rate=rates)
def test_stopping_and_going_on_changes_nothing(start, steps, stop, every, rate):
    stop = min(stop, steps)
    run = dict(learning_rate=schedules.cosine(rate, 15), record_every=every)
    whole = descend(methods.adam, objectives.two_wells(), start, steps, **run)
    first = descend(methods.adam, objectives.two_wells(), start, stop, **run)
    second = descend(
        methods.adam, objectives.two_wells(), first.points[-1], steps - stop, state=first.state, first_step=stop + 1, **run
    )
    assert np.array_equal(second.points[-1], whole.points[-1])
    assert all(np.array_equal(a, b) for a, b in zip(second.state, whole.state, strict=True))
