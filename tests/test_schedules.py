"""Learning rates as functions of the step."""

import itertools
import math

import numpy as np
import pytest

from gdcore import objectives, schedules
from gdcore.descent import descend
from gdcore.methods import gradient_descent


def rates(schedule, steps):
    return [schedule(t) for t in range(1, steps + 1)]


def test_each_schedule_begins_with_its_first_rate_and_follows_its_equation():
    assert rates(schedules.constant(0.3), 3) == [0.3] * 3
    assert rates(schedules.step_decay(0.8, 0.5, every=2), 6) == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    np.testing.assert_allclose(rates(schedules.linear(0.5, 0.1, 4), 7), [0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(rates(schedules.power_law(0.6, 2.0, -1.0), 4), [0.6, 0.4, 0.3, 0.24])
    np.testing.assert_allclose(rates(schedules.exponential(0.6, 0.25, 2.0), 5), [0.6, 0.3, 0.15, 0.075, 0.0375])
    np.testing.assert_allclose(rates(schedules.geometric(0.8, 2.0), 4), [0.8, 0.4, 0.2, 0.1])
    np.testing.assert_allclose(
        rates(schedules.cosine(1.0, 4), 6), [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0, 0]
    )
    np.testing.assert_allclose(rates(schedules.cosine(1.0, 2, last=0.2), 4), [1, 0.6, 0.2, 0.2])


def test_a_warm_up_rises_to_the_schedule_that_follows():
    np.testing.assert_allclose(rates(schedules.warmup(4, schedules.linear(0.4, 0.0, 2)), 8), [0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0, 0])


def test_schedules_follow_one_another():
    part = schedules.cosine(1.0, 2)
    assert rates(schedules.one_after_another((part, 2), (part, 2), last=schedules.constant(7.0)), 6) == [
        1.0,
        0.5,
        1.0,
        0.5,
        7.0,
        7.0,
    ]
    assert rates(schedules.one_after_another(last=part), 3) == rates(part, 3)


def test_the_geometric_schedule_stalls():
    """Errata P9: with C = 1.1 and η₀ = 0.05 on ½ x² from 1 the sum of the rates is 0.55, and x stops at 0.573."""
    path = descend(gradient_descent, objectives.quadratic([1.0]), [1.0], 2000, learning_rate=schedules.geometric(0.05, 1.1))
    assert path.points[-1, 0] == pytest.approx(0.573, abs=5e-4)
    assert sum(rates(schedules.geometric(0.05, 1.1), 2000)) == pytest.approx(0.55)


def test_the_power_law_reaches_the_end_where_its_sum_diverges():
    path = descend(
        gradient_descent, objectives.quadratic([1.0]), [1.0], 20000, learning_rate=schedules.power_law(0.5, 10.0, -0.75)
    )
    assert abs(path.points[-1, 0]) < 1e-10


FACTORIES = {
    schedules.constant: dict(rate=0.1),
    schedules.step_decay: dict(first=0.1, factor=0.5, every=3),
    schedules.linear: dict(first=0.1, last=0.01, steps=5),
    schedules.power_law: dict(first=0.1, scale=2.0, power=-1.0),
    schedules.exponential: dict(first=0.1, factor=0.5, scale=2.0),
    schedules.geometric: dict(first=0.1, base=2.0),
    schedules.cosine: dict(first=0.1, steps=5, last=0.01),
}
BAD = {
    "rate": [-0.1, math.nan, math.inf, "0.1", None, True],
    "last": [-0.1, math.nan, math.inf, "0.1", True],
    "factor": [-0.5, 1.5, math.nan, "0.5", True],
    "every": [0, -1, 2.5, "3", True],
    "scale": [0.0, -2.0, math.inf, math.nan, "2"],
    "power": [0.5, math.nan, -math.inf, "-1"],
    "base": [0.9, 0.0, math.nan, math.inf, "2"],
}
BAD |= {"first": BAD["rate"], "steps": BAD["every"]}


@pytest.mark.parametrize("factory, name", [(f, name) for f, good in FACTORIES.items() for name in good])
def test_what_is_out_of_range_is_refused_by_name(factory, name):
    for value in BAD[name]:
        with pytest.raises((ValueError, TypeError), match=rf"^{name} must be"):
            factory(**FACTORIES[factory] | {name: value})


def test_compositions_refuse_what_is_no_schedule():
    for call in [
        lambda: schedules.warmup(3, 0.1),
        lambda: schedules.one_after_another((0.1, 3), last=schedules.constant(0.1)),
        lambda: schedules.one_after_another(last=0.1),
        lambda: schedules.one_after_another(schedules.constant(0.1), last=schedules.constant(0.1)),
    ]:
        with pytest.raises(TypeError, match="must be"):
            call()
    with pytest.raises(ValueError, match="steps must be a whole number ≥ 1, got 0"):
        schedules.warmup(0, schedules.constant(0.1))


def test_a_schedule_that_turns_negative_is_refused_at_the_step_where_it_does():
    seen = []
    with pytest.raises(ValueError, match=r"learning_rate must be a number ≥ 0, finite, got -0\.0\d* at step 5"):
        descend(
            gradient_descent,
            objectives.canyon(),
            [0.0, 0.0],
            10,
            observe=lambda t, w, state: seen.append(t) or {},
            learning_rate=lambda t: 0.35 - 0.1 * (t - 1),
        )
    assert seen == [0, 1, 2, 3, 4]


def test_other_hyperparameters_have_schedules_too():
    from gdcore.methods import momentum

    path = descend(momentum, objectives.canyon(), [0.0, 0.0], 3, learning_rate=0.01, momentum=schedules.linear(0.9, 0.5, 2))
    v = np.zeros(2)
    w = np.zeros(2)
    for mu in (0.9, 0.7, 0.5):
        v = mu * v - 0.01 * objectives.canyon().gradient(w)
        w = w + v
    np.testing.assert_allclose(path.points[-1], w, rtol=1e-14)
    with pytest.raises(ValueError, match=r"momentum must be a number ≥ 0 and < 1, got 1\.0 at step 2"):
        descend(momentum, objectives.canyon(), [0.0, 0.0], 3, momentum=lambda t: min(1.0, t / 2))


@pytest.mark.parametrize("name", sorted(f.__name__ for f in FACTORIES))
def test_schedules_cite_their_sources(name):
    text = getattr(schedules, name).__doc__
    assert name == "constant" or "Source:" in text
    assert all(word in text for word in ("Raises",)) and "η" in text


def test_every_schedule_is_tested():
    made = {
        n
        for n, f in vars(schedules).items()
        if callable(f) and getattr(f, "__module__", "") == schedules.__name__ and n[0] != "_"
    }
    assert made == {f.__name__ for f in itertools.chain(FACTORIES, (schedules.warmup, schedules.one_after_another))}
