"""Each row of the sources' dictionary: translated hyperparameters make equal iterates.

What each source prints is written out here once more, in its own letters, and run beside gdcore's method under translated
hyperparameters, for 100 steps on three functions. PyTorch's side of each row is proved in test_reference.py.
"""

import dataclasses

import numpy as np
import pytest

from gdcore import conventions, methods, objectives
from gdcore.conventions import translate
from gdcore.descent import descend
from gdcore.networks import LayerNorm, gaussian, he

# function: start, rate of plain descent
FUNCTIONS = {"canyon": ([-0.5, 2.3], 0.005), "two_wells": ([0.7, -0.2], 0.1), "himmelblau": ([-1.0, 0.5], 0.002)}
STEPS = 100


@pytest.fixture(params=FUNCTIONS)
def run(request):
    start, rate = FUNCTIONS[request.param]
    return getattr(objectives, request.param)(), np.array(start), rate


def iterate(step, gradient, start, state, steps=STEPS):
    """The points of a source's own loop: step(gradient, x, state, t) for t = 0, 1, …"""
    x, points = start, [start]
    for t in range(steps):
        x, state = step(gradient, x, state, t)
        points.append(x)
    return np.array(points)


def agree(points, path, tolerance=1e-12):
    return np.abs(points - path.points).max() <= tolerance * np.abs(points).max()


# Momentum, one line of the dictionary each


def bishop_momentum(eta, mu):
    def step(gradient, w, delta, t):
        delta = -eta * gradient(w) + mu * delta
        return w + delta, delta

    return step


def kneusel_momentum(eta, mu):
    def step(gradient, x, v, t):
        v = mu * v - eta * gradient(x)
        return x + v, v

    return step


def prince_momentum(alpha, beta):
    def step(gradient, phi, m, t):
        m = beta * m + (1 - beta) * gradient(phi)
        return phi - alpha * m, m

    return step


def notes_momentum(eta, rho):
    def step(gradient, x, v, t):
        v = rho * v + eta * gradient(x)
        return x - v, v

    return step


def slides_momentum(alpha, rho):
    def step(gradient, x, v, t):
        v = rho * v + gradient(x)
        return x - alpha * v, v

    return step


def pytorch_momentum(lr, momentum):
    return slides_momentum(lr, momentum)


MOMENTUM = {
    "bishop": bishop_momentum,
    "kneusel": kneusel_momentum,
    "prince": prince_momentum,
    "notes": notes_momentum,
    "slides": slides_momentum,
    "pytorch": pytorch_momentum,
}


@pytest.mark.parametrize("source", MOMENTUM)
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
def test_momentum_of_every_source_from_every_other(source, mu, run):
    objective, start, rate = run
    path = descend(methods.momentum, objective, start, STEPS, learning_rate=rate, momentum=mu)
    theirs = translate("momentum", "gdcore", source, learning_rate=rate, momentum=mu)
    assert agree(iterate(MOMENTUM[source](**theirs), objective.gradient, start, 0.0), path)
    for target in MOMENTUM:
        there = translate("momentum", source, target, **theirs)
        assert translate("momentum", target, source, **there) == pytest.approx(theirs, rel=1e-14)
        assert agree(iterate(MOMENTUM[target](**there), objective.gradient, start, 0.0), path)


@pytest.mark.parametrize(
    "method, source",
    [(conventions.prince_momentum, "prince"), (conventions.notes_momentum, "notes"), (conventions.slides_momentum, "slides")],
)
def test_printed_momentum_is_a_method_and_its_state_a_velocity(method, source, run):
    objective, start, rate = run
    theirs = list(translate("momentum", "gdcore", source, learning_rate=rate, momentum=0.9).values())
    path = descend(methods.momentum, objective, start, STEPS, learning_rate=rate, momentum=0.9)
    printed = descend(method, objective, start, STEPS, learning_rate=theirs[0], momentum=theirs[1])
    assert agree(printed.points, path)
    np.testing.assert_allclose(conventions.velocity(source, printed.state, theirs[0]), path.state, atol=1e-12)


def test_velocities_of_the_others():
    v = np.array([1.0, -2.0])
    for source in ("gdcore", "bishop", "kneusel"):
        assert np.array_equal(conventions.velocity(source, v, 0.1), v)
    assert np.array_equal(conventions.velocity("pytorch", v, 0.1), -0.1 * v)
    with pytest.raises(ValueError, match=r"source must be one of 'gdcore', 'bishop', .*, got 'nobody'"):
        conventions.velocity("nobody", v, 0.1)


def test_forms_that_hold_the_rate_elsewhere_part_when_it_changes():
    """Errata L6: after the rate falls to a tenth at step 10 the notes' two forms are 0.58 apart."""

    def falling(t):
        return 0.1 if t <= 10 else 0.01

    valley = objectives.quadratic([1.0, 10.0])
    runs = [
        descend(method, valley, [1.0, 1.0], 40, learning_rate=falling, momentum=0.9)
        for method in (methods.momentum, conventions.notes_momentum, conventions.slides_momentum)
    ]
    assert agree(runs[0].points, runs[1])
    assert np.abs(runs[0].points[:11] - runs[2].points[:11]).max() < 1e-14
    assert np.abs(runs[0].points - runs[2].points).max() > 0.1


# Nesterov


@pytest.mark.parametrize("mu", [0.5, 0.9])
def test_nesterov_of_every_form(mu, run):
    objective, start, rate = run
    settings = dict(learning_rate=rate, momentum=mu)
    path = descend(methods.nesterov, objective, start, STEPS, observe=lambda t, w, v: {"v": np.broadcast_to(v, 2)}, **settings)
    prince = translate("nesterov", "bishop", "prince", eta=rate, mu=mu)
    mended = descend(
        conventions.prince_nesterov, objective, start, STEPS, learning_rate=prince["alpha"], momentum=mu, printed=False
    )
    assert agree(mended.points, path)
    for method in (conventions.practical_nesterov, conventions.library_nesterov):
        ahead = descend(method, objective, start, STEPS, **settings)
        positions = conventions.position(ahead.points, path.records["v"], mu)
        assert agree(positions, path)
        assert np.abs(ahead.points - path.points).max() > 1e-3


@pytest.mark.parametrize("mu, gap", [(0.9, 0.046), (0.5, 0.156)])
def test_prince_s_nesterov_as_printed_looks_too_far(mu, gap):
    """Errata P1, on ½(10 x² + y²)."""
    valley = objectives.quadratic([10.0, 1.0])
    worst = 0.0
    for rate in (0.01, 0.02, 0.05, 0.1):
        path = descend(methods.nesterov, valley, [1.0, 1.0], STEPS, learning_rate=rate, momentum=mu)
        printed = descend(
            conventions.prince_nesterov, valley, [1.0, 1.0], STEPS, learning_rate=rate / (1 - mu), momentum=mu, printed=True
        )
        worst = max(worst, np.abs(printed.points - path.points).max())
    assert worst > 0.9 * gap


# Adaptive methods


def adagrad(eta, epsilon, inside):
    def step(gradient, w, G, t):
        g = gradient(w)
        G = G + g**2
        return w - eta * g / (np.sqrt(G + epsilon) if inside else np.sqrt(G) + epsilon), G

    return step


def rmsprop(eta, decay, epsilon, inside):
    def step(gradient, w, r, t):
        g = gradient(w)
        r = decay * r + (1 - decay) * g**2
        return w - eta * g / (np.sqrt(r + epsilon) if inside else np.sqrt(r) + epsilon), r

    return step


def kneusel_rmsprop(eta, gamma, mu):
    def step(gradient, x, state, t):
        m, v = state
        g = gradient(x + mu * v)
        m = gamma * m + (1 - gamma) * g**2
        v = mu * v - eta / np.sqrt(m) * g
        return x + v, (m, v)

    return step


def test_adagrad_of_every_source(run):
    objective, start, _ = run
    for source, theirs, step in [
        ("bishop", dict(eta=0.3, delta=0.01), adagrad(0.3, 0.01, inside=False)),
        ("kneusel", dict(eta=0.3), adagrad(0.3, 0.0, inside=False)),
        ("notes", dict(eta=0.3, epsilon=0.01), adagrad(0.3, 0.01, inside=True)),
        ("slides", dict(learning_rate=0.3), adagrad(0.3, 1e-7, inside=False)),
    ]:
        ours = translate("adagrad", source, "gdcore", **theirs)
        path = descend(methods.adagrad, objective, start, STEPS, **ours)
        assert agree(iterate(step, objective.gradient, start, 0.0), path)
    pytorch = translate("adagrad", "notes", "pytorch", eta=0.3, epsilon=0.01)
    assert pytorch == {"lr": 0.3, "eps": 0.0, "initial_accumulator_value": 0.01}
    started = descend(methods.adagrad, objective, start, STEPS, state=0.01, learning_rate=0.3, epsilon=0.0)
    inside = descend(methods.adagrad, objective, start, STEPS, **translate("adagrad", "pytorch", "gdcore", **pytorch))
    assert agree(started.points, inside)


def test_rmsprop_of_every_source(run):
    objective, start, _ = run
    for source, theirs, step, state in [
        ("bishop", dict(eta=0.01, beta=0.9, delta=0.1), rmsprop(0.01, 0.9, 0.1, inside=False), 0.0),
        ("notes", dict(eta=0.01, rho=0.9, epsilon=0.1), rmsprop(0.01, 0.9, 0.1, inside=True), 0.0),
        ("slides", dict(learning_rate=0.001, decay_rate=0.99), rmsprop(0.001, 0.99, 1e-7, inside=False), 0.0),
        ("kneusel", dict(eta=0.001, gamma=0.9), rmsprop(0.001, 0.9, 0.0, inside=False), 0.0),
        ("kneusel", dict(eta=0.001, gamma=0.9, mu=0.5), kneusel_rmsprop(0.001, 0.9, 0.5), (0.0, 0.0)),
        ("kneusel", dict(eta=0.001, gamma=0.9, mu=0.0), kneusel_rmsprop(0.001, 0.9, 0.0), (0.0, 0.0)),
    ]:
        path = descend(methods.rmsprop, objective, start, STEPS, **translate("rmsprop", source, "gdcore", **theirs))
        assert agree(iterate(step, objective.gradient, start, state), path, 1e-10)


def test_adadelta_of_the_paper(run):
    objective, start, _ = run

    def step(gradient, x, state, t):
        mean_g, mean_d = state
        g = gradient(x)
        mean_g = 0.9 * mean_g + 0.1 * g**2
        delta = -np.sqrt(mean_d + 1e-4) / np.sqrt(mean_g + 1e-4) * g
        mean_d = 0.9 * mean_d + 0.1 * delta**2
        return x + delta, (mean_g, mean_d)

    ours = translate("adadelta", "kneusel", "gdcore", gamma=0.9, epsilon=1e-4)
    assert agree(iterate(step, objective.gradient, start, (0.0, 0.0)), descend(methods.adadelta, objective, start, STEPS, **ours))
    assert translate("adadelta", "kneusel", "pytorch", gamma=0.9, epsilon=1e-4) == {"lr": 1.0, "rho": 0.9, "eps": 1e-4}


def adam(rate, first, second, epsilon, exponent, inner=0.0, outer=0.0):
    """Adam in the sources' letters: the exponent of step t = 0, 1, … is t + `exponent`."""

    def step(gradient, w, state, t):
        m, v = state
        g = gradient(w) + inner * w
        m = first * m + (1 - first) * g
        v = second * v + (1 - second) * g**2
        corrected_m, corrected_v = m / (1 - first ** (t + exponent)), v / (1 - second ** (t + exponent))
        return w - rate * corrected_m / (np.sqrt(corrected_v) + epsilon) - outer * w, (m, v)

    return step


def test_adam_of_every_source(run):
    objective, start, _ = run
    expected = iterate(adam(0.03, 0.9, 0.99, 1e-4, 1), objective.gradient, start, (0.0, 0.0))
    for source, theirs in [
        ("prince", dict(alpha=0.03, beta=0.9, gamma=0.99, epsilon=1e-4)),
        ("bishop", dict(eta=0.03, beta1=0.9, beta2=0.99, delta=1e-4)),
        ("kneusel", dict(eta=0.03, beta1=0.9, beta2=0.99, epsilon=1e-4)),
        ("notes", dict(eta=0.03, beta1=0.9, beta2=0.99, epsilon=1e-4)),
        ("pytorch", dict(lr=0.03, betas=(0.9, 0.99), eps=1e-4)),
    ]:
        ours = translate("adam", source, "gdcore", **theirs)
        assert agree(expected, descend(methods.adam, objective, start, STEPS, **ours))
        assert translate("adam", "gdcore", source, **ours).items() >= theirs.items()
        assert agree(expected, descend(conventions.folded_adam, objective, start, STEPS, **ours))
    slide = iterate(adam(0.03, 0.9, 0.99, 1e-7, 1), objective.gradient, start, (0.0, 0.0))
    ours = translate("adam", "slides", "gdcore", learning_rate=0.03, beta1=0.9, beta2=0.99)
    assert agree(slide, descend(methods.adam, objective, start, STEPS, **ours))


def test_bishop_s_algorithm_as_printed_climbs():
    """Errata B1: with g = −∇E and Δw = −η … it is Adam that maximizes. On ½ w² from 1, 200 steps at 0.01 end at 3.3411."""
    square = objectives.quadratic([1.0])
    printed = iterate(adam(0.01, 0.9, 0.99, 1e-8, 1), lambda w: -square.gradient(w), np.array([1.0]), (0.0, 0.0), steps=200)
    assert printed[-1, 0] == pytest.approx(3.3411, abs=5e-5)
    climbing = dataclasses.replace(square, value=lambda w: -square.value(w), gradient=lambda w: -square.gradient(w))
    assert agree(printed, descend(methods.adam, climbing, [1.0], 200, learning_rate=0.01, beta2=0.99))
    mended = descend(methods.adam, square, [1.0], 200, learning_rate=0.01, beta2=0.99)
    assert mended.points[-1, 0] == pytest.approx(0.00345, abs=5e-6)


def test_adamw_of_the_text_and_of_the_paper(run):
    objective, start, _ = run
    text = dict(eta=0.03, beta1=0.9, beta2=0.99, epsilon=1e-8, decay=0.2)
    expected = iterate(adam(0.03, 0.9, 0.99, 1e-8, 1, outer=0.03 * 0.2), objective.gradient, start, (0.0, 0.0))
    assert agree(expected, descend(methods.adamw, objective, start, STEPS, **translate("adamw", "notes", "gdcore", **text)))
    paper = translate("adamw", "notes", "slides", **text)
    assert paper["decay"] == pytest.approx(0.03 * 0.2)
    assert agree(
        iterate(adam(0.03, 0.9, 0.99, 1e-8, 1, outer=paper["decay"]), objective.gradient, start, (0.0, 0.0)),
        descend(methods.adamw, objective, start, STEPS, **translate("adamw", "slides", "gdcore", **paper)),
    )
    assert translate("adamw", "slides", "pytorch", **paper)["weight_decay"] == pytest.approx(0.2)


def test_normalized_gradients_of_prince(run):
    objective, start, _ = run
    path = descend(
        methods.normalized_gradient,
        objective,
        start,
        STEPS,
        **translate("normalized_gradient", "prince", "gdcore", alpha=0.05, epsilon=0.001),
    )

    def step(gradient, phi, state, t):
        m, v = gradient(phi), gradient(phi) ** 2
        return phi - 0.05 * m / (np.sqrt(v) + 0.001), state

    assert agree(iterate(step, objective.gradient, start, None), path, 1e-9)


@pytest.mark.parametrize(
    "source, name", [("prince", "alpha"), ("bishop", "eta"), ("kneusel", "eta"), ("notes", "eta"), ("slides", "alpha")]
)
def test_gradient_descent_is_one_rate_by_five_names(source, name):
    assert translate("gradient_descent", source, "pytorch", **{name: 0.2}) == {"lr": 0.2}
    assert translate("gradient_descent", "pytorch", source, lr=0.2) == {name: 0.2}


# Penalties and scales


@pytest.mark.parametrize("method", [methods.adam])
def test_an_l2_penalty_is_a_weight_decay_of_twice_its_strength(method, run):
    objective, start, _ = run
    ridge = objectives.with_penalty(objective, objectives.l2(0.15))
    path = descend(method, objective, start, STEPS, learning_rate=0.03, weight_decay=conventions.weight_decay_of_l2(0.15))
    assert agree(descend(method, ridge, start, STEPS, learning_rate=0.03).points, path)


def test_l2_and_decay_are_equal_for_descent_and_not_for_momentum():
    """Errata L17: on a quadratic the limits of momentum are 2.7273 with the penalty and 2.9703 with the slide's decay."""
    shifted = objectives.Objective("shifted", lambda w: ((w - 3) ** 2).sum(-1) / 2, lambda w: w - 3)
    ridge = objectives.with_penalty(shifted, objectives.l2(0.05))
    decayed = 0.0

    def decay_outside(gradient, w, v, t):
        v = 0.9 * v + gradient(w)
        return w - 0.1 * (v + 2 * 0.05 * w), v

    penalized = descend(methods.momentum, ridge, [0.0], 600, learning_rate=0.1, momentum=0.9).points[-1, 0]
    decayed = iterate(decay_outside, shifted.gradient, np.zeros(1), 0.0, steps=600)[-1, 0]
    assert penalized == pytest.approx(2.7273, abs=5e-5) and decayed == pytest.approx(2.9703, abs=5e-5)


def test_scaling_rules_go_under_the_root_and_into_the_penalty():
    assert conventions.from_sum_to_mean("rmsprop", 10, epsilon=1.0, inside_root=True)["epsilon"] == 0.01
    assert conventions.from_sum_to_mean("adam", 10, weight_decay=0.4)["weight_decay"] == pytest.approx(0.04)
    assert conventions.from_sum_to_mean("adamw", 10, weight_decay=0.4)["weight_decay"] == 0.4


# Batch normalization, schedules, lines of PyTorch


def test_batch_norm_s_running_mean():
    rng = np.random.default_rng(0)
    arguments = conventions.pytorch_batch_norm(delta=1e-5, alpha=0.9)
    assert arguments["eps"] == 1e-5
    bishop = pytorch = 0.0
    for mean in rng.standard_normal(50):
        bishop = 0.9 * bishop + (1 - 0.9) * mean
        pytorch = (1 - arguments["momentum"]) * pytorch + arguments["momentum"] * mean
    assert bishop == pytest.approx(pytorch, rel=1e-12)


def test_layer_norm_s_epsilon_stands_where_bishop_s_delta_does():
    """Bishop and Bishop, equations 7.58 to 7.60, against gdcore's layer, whose epsilon is PyTorch's eps."""
    a, delta = np.random.default_rng(0).standard_normal((3, 5)), 0.1
    arguments = conventions.pytorch_layer_norm(delta)
    printed = (a - a.mean(axis=1, keepdims=True)) / np.sqrt(a.var(axis=1, keepdims=True) + delta)
    output, _ = LayerNorm(5, epsilon=arguments["eps"]).forward((np.ones(5), np.zeros(5)), a)
    np.testing.assert_allclose(output, printed, rtol=1e-13)


def test_he_initialization_in_pytorch_s_words():
    """gain / √fan with PyTorch's two arguments is the deviation that gdcore draws with."""
    arguments = conventions.pytorch_he()
    gain, fan = {"relu": np.sqrt(2), "linear": 1.0}[arguments["nonlinearity"]], {"fan_in": 400, "fan_out": 100}[arguments["mode"]]
    drawn = he(np.random.default_rng(0), (400, 100), 400, 100)
    unit = gaussian(np.random.default_rng(0), (400, 100), 400, 100, deviation=1.0)
    np.testing.assert_allclose(drawn, gain / np.sqrt(fan) * unit, rtol=1e-13)


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match=r"schedule must be one of 'step_decay', 'linear', .*, got 'constant'"):
        conventions.pytorch_scheduler("constant", rate=0.1)


def test_the_line_of_pytorch_says_every_argument():
    line = conventions.pytorch_line("momentum", learning_rate=0.1)
    assert line == "torch.optim.SGD(parameters, lr=0.1, momentum=0.9)"
    assert conventions.pytorch_line("nesterov") == "torch.optim.SGD(parameters, lr=0.01, momentum=0.9, nesterov=True)"
    assert "betas=(0.9, 0.999)" in conventions.pytorch_line("adam") and "eps=1e-08" in conventions.pytorch_line("adam")
    assert conventions.pytorch_line("adagrad", inside_root=True, epsilon=0.1).endswith("eps=0.0, initial_accumulator_value=0.1)")


@pytest.mark.parametrize(
    "arguments, h, message",
    [
        (("sgd", "bishop", "pytorch"), dict(eta=0.1), "method must be one of 'gradient_descent', .*, got 'sgd'"),
        (("momentum", "nobody", "pytorch"), dict(eta=0.1), "source must be one of 'gdcore', 'prince', .*, got 'nobody'"),
        (("momentum", "bishop", "pytorch"), dict(lr=0.1), "bishop's momentum has eta, mu; got lr"),
        (("momentum", "prince", "pytorch"), dict(beta=0.9), "momentum from prince to pytorch needs alpha as well"),
        (("momentum", "bishop", "prince"), dict(eta=0.1), "momentum from bishop to prince needs mu as well"),
        (("adam", "bishop", "pytorch"), dict(eta=0.1, beta1=0.9), "betas are two"),
        (("rmsprop", "notes", "pytorch"), dict(eta=0.1, epsilon=0.1), "pytorch's rmsprop cannot express inside_root=True"),
        (("rmsprop", "kneusel", "pytorch"), dict(eta=0.1, gamma=0.9, mu=0.9), "pytorch's rmsprop cannot express nesterov=True"),
        (("adagrad", "bishop", "kneusel"), dict(eta=0.1, delta=0.1), "kneusel's adagrad cannot express epsilon=0.1"),
        (("adam", "gdcore", "bishop"), dict(bias_correction=False), "bishop's adam cannot express bias_correction=False"),
    ],
)
def test_what_cannot_be_translated_is_refused(arguments, h, message):
    with pytest.raises(ValueError, match=message):
        translate(*arguments, **h)
